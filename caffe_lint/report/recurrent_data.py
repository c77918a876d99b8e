"""The unrolled recurrent cells of a net as plain data: steps, states, shared params, and odd steps."""

from collections.abc import Iterator
from itertools import groupby
from typing import Literal, TypedDict

from ..layers import Inference
from ..net import Document, Layer, Net
from ..recurrent import Step, Unroll, find_unrolls
from ..recurrent.comparison import differences
from ..recurrent.description import described, direction, state_names, usual_step
from ..recurrent.difference import Difference
from ..recurrent.initial import first_reads
from ..recurrent.lone_step import with_states
from ..recurrent.model import Outside, Slot

Direction = Literal["forward", "backward"]
_DIRECTIONS: dict[int, Direction | None] = {1: "forward", -1: "backward", 0: None}


class StateData(TypedDict):
    """A state of a cell: the blob that the first step goes on from, and the one that the last step makes."""

    name: str
    start: str | None
    end: str | None


class RoleData(TypedDict):
    """A learned blob by its place in the step: blob `param` of the layer in that role."""

    role: str
    param: int


class SharedData(TypedDict):
    """A name of learned blobs (empty for those without one), what it stands for, and in which steps."""

    name: str
    roles: list[RoleData]
    steps: list[int]


class StepLayerData(TypedDict):
    """A layer of the usual step; `reads` says of each bottom what it reads."""

    role: str
    layer: str
    type: str
    line: int
    reads: list[str]


class UsualData(TypedDict):
    """The first step that is built as most are."""

    step: int
    layers: list[StepLayerData]


class DifferenceData(TypedDict):
    """What a step has otherwise: an extra layer, a missing one, another type, bottom, param or setting."""

    kind: Literal["extra", "missing", "type", "bottom", "param", "setting"]
    role: str
    layer: str
    line: int
    found: str
    usual: str


class OddStepData(TypedDict):
    """A step that differs from the usual one."""

    step: int
    differences: list[DifferenceData]


class RecurrentData(TypedDict):
    """An unrolled recurrent cell; `layers` lists the names of each step's layers."""

    cell: str
    steps: int
    hidden: int | None
    direction: Direction | None
    states: list[StateData]
    layers: list[list[str]]
    shared_params: list[str]
    params: list[SharedData]
    usual: UsualData
    odd: list[OddStepData]


def recurrent_data(document: Document, net: Net, inference: Inference) -> list[RecurrentData]:
    """The unrolled recurrent cells of a net, by their first layers."""
    unrolls = (with_states(unroll, inference) for unroll in find_unrolls(net))
    return [_cell(unroll, document, inference) for unroll in unrolls]


def _cell(unroll: Unroll, document: Document, inference: Inference) -> RecurrentData:
    odd: list[OddStepData] = [
        {"step": number, "differences": [_difference(each, document) for each in found]}
        for number, found in groupby(differences(unroll), key=lambda each: each.step)
    ]
    return {
        "cell": unroll.cell,
        "steps": len(unroll.steps),
        "hidden": unroll.hidden_size,
        "direction": _DIRECTIONS[direction(unroll)],
        "states": list(_states(unroll)),
        "layers": [[layer.name for layer in step.layers.values()] for step in unroll.steps],
        "shared_params": unroll.shared_params,
        "params": list(_params(unroll, inference)),
        "usual": _usual(unroll, {each["step"] for each in odd}, document),
        "odd": odd,
    }


def _states(unroll: Unroll) -> Iterator[StateData]:
    starts: dict[str, str] = {}
    for slot, use, is_outside in first_reads(unroll):
        if is_outside:
            starts.setdefault(described(unroll, slot).partition(" ")[0], use.name)
    for name in state_names(unroll):
        end = unroll.steps[-1].states.get(name)
        yield {"name": name, "start": starts.get(name), "end": end.name if end is not None else None}


def _params(unroll: Unroll, inference: Inference) -> Iterator[SharedData]:
    """By name, in the order of the file; blobs without a name each for itself."""
    found: dict[object, SharedData] = {}
    for step in unroll.steps:
        for role, layer in step.layers.items():
            for index in range(_count(layer, inference)):
                name = layer.params[index].name if index < len(layer.params) else ""
                place: RoleData = {"role": role, "param": index}
                entry = found.setdefault(name or (role, index), {"name": name, "roles": [], "steps": []})
                if place not in entry["roles"]:
                    entry["roles"].append(place)
                if step.number not in entry["steps"][-1:]:
                    entry["steps"].append(step.number)
    yield from found.values()


def _count(layer: Layer, inference: Inference) -> int:
    return max(len(layer.params), len(inference.params.get(layer) or ()))


def _usual(unroll: Unroll, odd: set[int], document: Document) -> UsualData:
    found = usual_step(unroll)
    step = next((step for step in unroll.steps[found.number :] if step.number not in odd), found)
    return {
        "step": step.number,
        "layers": [
            {
                "role": role,
                "layer": layer.name,
                "type": layer.type,
                "line": document.source.position(layer.span.start).line,
                "reads": list(_reads(unroll, step, role)),
            }
            for role, layer in step.layers.items()
        ],
    }


def _reads(unroll: Unroll, step: Step, role: str) -> Iterator[str]:
    """What the bottoms of a layer read, in the order of the file; blobs from outside by name."""
    known: dict[int, Slot | None] = {
        use.index: slot
        for use, slot in zip(step.bottoms.get(role, ()), step.reads.get(role, ()), strict=False)
        if use is not None
    }
    for use in step.layers[role].bottoms:
        slot = known.get(use.index)
        yield use.name if slot is None or isinstance(slot, Outside) else described(unroll, slot)


def _difference(difference: Difference, document: Document) -> DifferenceData:
    return {
        "kind": difference.kind,
        "role": difference.role,
        "layer": difference.layer.name,
        "line": document.source.position(difference.span.start).line,
        "found": difference.found,
        "usual": difference.usual,
    }
