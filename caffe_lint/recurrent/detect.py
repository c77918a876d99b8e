"""Finds unrolled recurrent nets by what their layers compute, never by their names.

Steps are recognised by their cores and linked where one reads the state that another makes. Most steps of a
chain are built alike: that is the pattern that every step is laid over, the damaged ones too. Linear in the
number of layers.
"""

from ..net import Net
from .chains import find_chains
from .fill import fill_gaps
from .fit import Fit, fit_alike, fit_tolerant
from .layer_kinds import forget_layers
from .links import Chain, Link, Places, chain_of
from .model import Step, Unroll
from .order import put_in_order
from .pattern import Usual
from .reader import Reader
from .readouts import add_readouts, fit_readout, readout_nodes


def find_unrolls(net: Net) -> list[Unroll]:
    """The unrolled recurrent cells of a net, in the order of their first layers.

    A step with gates is a cell of its own even if it stands alone, as in a net that is run step by step.
    """
    forget_layers()
    return sorted(
        _unrolls(net), key=lambda unroll: min(layer.index for layer in unroll.steps[0].layers.values())
    )


def _unrolls(net: Net) -> list[Unroll]:
    chains = [chain_of(cores) for cores in find_chains(net)]
    if not chains:
        return []
    chains, places, usual = fill_gaps(net, chains)
    for chain in chains:
        changes = [put_in_order(chain, places), add_readouts(chain, places)]
        if any(changes):
            usual = {}
    return [_unroll(chain, places, usual.get(chain) or Usual(chain, places)) for chain in chains]


def _unroll(chain: Chain, places: Places, usual: Usual) -> Unroll:
    nodes = readout_nodes(chain, usual.view.link, next(iter(usual.pattern)))
    steps = []
    for link in chain.links:
        view = usual.alike.get(link.number)
        fit = (
            fit_alike(usual.pattern, view)
            if view is not None
            else fit_tolerant(usual.pattern, link, places, usual.owners)
        )
        if nodes:
            fit_readout(fit, link)
        steps.append(_step(link, fit))
    usual.pattern.update(nodes)
    reader = Reader(steps, usual, places)
    for step in steps:
        step.reads = reader.read(step, is_alike=step.number in usual.alike)
    return Unroll(steps, chain.kind, usual.pattern)


def _step(link: Link, fit: Fit) -> Step:
    layers = {**link.roles, **fit.layers}
    in_order = dict(sorted(layers.items(), key=lambda item: item[1].index))
    return Step(
        link.number,
        in_order,
        link.states,
        bottoms=fit.bottoms,
        extra=fit.extra,
        absent=frozenset(fit.absent),
    )
