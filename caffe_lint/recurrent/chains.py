"""Links steps to chains: a step follows the one whose state it goes on from."""

from collections.abc import Iterator
from itertools import groupby, pairwise

from ..net import Layer, Net
from .cores import Core, find_cores, weights_of
from .layer_kinds import behind, reads_of, source
from .plain_cores import find_plain_chains

Owners = dict[Layer, Core]
"""The layers that make states, and the steps that they belong to."""


def find_chains(net: Net) -> list[list[Core]]:
    """The chains of recognised steps, the first step first; a damaged step ends one and begins another."""
    cores = list(find_cores(net))
    owners = {blob.layer: core for core in cores for blob in core.states.values()}
    followers: dict[int, list[Core]] = {}
    starts = []
    for core in cores:
        before = _before(core, owners)
        if before is None:
            starts.append(core)
        else:
            followers.setdefault(id(before), []).append(core)
    for several in [each for each in followers.values() if len(each) > 1]:
        _put_in_order(several, followers, owners)
    chains: list[list[Core]] = []
    for start in starts:
        chain = [start]
        while next_steps := followers.get(id(chain[-1])):
            # Several cells may go on from one state: all but one with its weights are chains of their own.
            own = weights_of(chain[-1])
            following, *others = sorted(next_steps, key=lambda core: not own & weights_of(core))
            chain.append(following)
            starts += others
        chains += _runs(chain, owners)
    _return_strays(chains)
    taken = {layer for core in cores for layer in core.roles.values()}
    return [*chains, *find_plain_chains(net, taken)]


def _before(core: Core, owners: Owners) -> Core | None:
    for blob in behind(core.before.blob) if core.before is not None else ():
        owner = owners.get(blob.layer)
        if owner is not None:
            return owner if owner is not core and owner.kind == core.kind else None
    return None


def _put_in_order(cores: list[Core], followers: dict[int, list[Core]], owners: Owners) -> None:
    """Of steps that go on from one state, let one that reads the output of another follow that one."""
    read = {id(core): {id(each) for each in _outputs_read(core, owners)} for core in cores}
    for core in list(cores):
        before = next((other for other in cores if id(other) in read[id(core)]), None)
        if before is not None:
            cores.remove(core)
            followers.setdefault(id(before), []).insert(0, core)
    # With the same weights they are steps of one cell: one of them reads the state of two steps ago.
    same = [core for core in cores if weights_of(core) and weights_of(core) == weights_of(cores[0])]
    same.sort(key=lambda core: (bool(followers.get(id(core))), core.states["h"].layer.index))
    for before, core in pairwise(same):
        cores.remove(core)
        followers.setdefault(id(before), []).append(core)


def _outputs_read(core: Core, owners: Owners) -> Iterator[Core]:
    for product in core.products:
        for use in reads_of(product):
            found = (owners.get(blob.layer) for blob in behind(use.blob))
            owner = next((each for each in found if each is not None), None)
            if owner is not None and owner is not core:
                yield owner


def _runs(chain: list[Core], owners: Owners) -> list[list[Core]]:
    """The parts of a chain that are cells of their own: one goes on from the state that another ends with.

    They are told apart by weights that at least two steps share, and by what they read as x.
    """
    runs = [list(run) for _, run in groupby(chain, key=weights_of)]
    if len(runs) == 1 or any(len(run) == 1 for run in runs):
        return [chain]
    marks = [
        {*weights_of(run[0]), *(layer for core in run for layer in _inputs(core, owners))} for run in runs
    ]
    return runs if sum(map(len, marks)) == len(set().union(*marks)) else [chain]


def _return_strays(chains: list[list[Core]]) -> None:
    """Put a last step that goes on from the state of another cell behind the one that its weights are of.

    That one lacks a step then; a step that has the weights of another cell by mistake is missing nowhere.
    """
    for chain in chains:
        last = chain[-1]
        weights = weights_of(last)
        if not weights or len(chain) < 3 or weights == weights_of(chain[-2]):
            continue
        for other in chains:
            is_shorter = len(other) + 1 < len(chain) and other[-1].kind == last.kind
            if is_shorter and weights_of(other[-1]) == weights:
                other.append(chain.pop())
                break


def _inputs(core: Core, owners: Owners) -> Iterator[Layer]:
    for product in core.products:
        read = source(product)
        if read is not None and not any(blob.layer in owners for blob in behind(read)):
            yield read.layer
