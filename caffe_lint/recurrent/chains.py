"""Links steps to chains: a step follows the one whose state it goes on from."""

from collections.abc import Iterator
from itertools import groupby

from ..net import Blob, Layer, Net
from .cores import Core, find_cores, gates_of
from .layer_kinds import behind, names, products_before, source
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
            # Several decoders may go on from one state: all but the first are chains of their own.
            chain.append(next_steps[0])
            starts += next_steps[1:]
        chains += _runs(chain, owners)
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


def _outputs_read(core: Core, owners: Owners) -> Iterator[Core]:
    for product in products_of(core):
        for blob in behind(source(product)):
            owner = owners.get(blob.layer)
            if owner is not None and owner is not core:
                yield owner
                break


def products_of(core: Core) -> list[Layer]:
    """The layers with weights in front of the gates of a step, each once."""
    found: dict[Layer, None] = {}
    for blob in _raw_gates(core):
        found |= dict.fromkeys(products_before(blob))
    return list(found)


def _raw_gates(core: Core) -> Iterator[Blob | None]:
    if core.kind == "lstm-unit":
        unit = core.roles["unit"]
        yield unit.bottoms[1 if unit.type == "LSTMUnit" else 0].blob
    else:
        for gate in gates_of(core):
            yield source(gate)


def _runs(chain: list[Core], owners: Owners) -> list[list[Core]]:
    """The parts of a chain that are cells of their own: one goes on from the state that another ends with.

    They are told apart by weights that at least two steps share, and by what they read as x.
    """
    runs = [list(run) for _, run in groupby(chain, key=_weights)]
    if len(runs) == 1 or any(len(run) == 1 for run in runs):
        return [chain]
    marks = [{*_weights(run[0]), *(layer for core in run for layer in _inputs(core, owners))} for run in runs]
    return runs if sum(map(len, marks)) == len(set().union(*marks)) else [chain]


def _weights(core: Core) -> frozenset[str]:
    return frozenset(name for product in products_of(core) for name in names(product)[:1])


def _inputs(core: Core, owners: Owners) -> Iterator[Layer]:
    for product in products_of(core):
        read = source(product)
        if read is not None and not any(blob.layer in owners for blob in behind(read)):
            yield read.layer
