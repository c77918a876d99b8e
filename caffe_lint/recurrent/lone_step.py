"""The only step of a cell, as a step-by-step net has it: which of the blobs that it reads are its states.

Where there are more steps, they show it: a state is what the step before makes. Here the equations tell which
blob is c, and which is h in a GRU. What an LSTM multiplies by weights may be x or h: the shape
tells that, and markers do, which reset states only.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..layers import Inference
from ..net import Blob, Layer
from .layer_kinds import LEARNED, is_marked
from .model import Inner, Node, Slot, State, Step, Unroll

_KEEPS = {"lstm": ("c", "forget"), "lstm-unit": ("c", "unit"), "gru": ("h", "kept")}
"""By the kind of cell, the role that carries over an old state, and which."""

_OF_INPUT = re.compile(r"(\w*?)(x_product|gate_slice)(_\d+)?")
"""Roles that are named before it is known what is read."""


def with_states(unroll: Unroll, inference: Inference) -> Unroll:
    """A lone step whose roles and slots say which of its bottoms read states; any other cell as it is."""
    if len(unroll.steps) != 1:
        return unroll
    (step,) = unroll.steps
    starts = _starts(unroll.cell, step, inference)
    roles = _roles(step, starts["h"]) if "h" in starts else {}
    makers = {blob: _state(step, name, roles) for name, blob in starts.items() if name in step.states}
    named = replace(
        step,
        layers={roles.get(role, role): layer for role, layer in step.layers.items()},
        bottoms={roles.get(role, role): uses for role, uses in step.bottoms.items()},
        reads={
            roles.get(role, role): [_renamed(slot, roles) if slot is not None else None for slot in slots]
            for role, slots in step.reads.items()
        },
    )
    nodes = (_node(node, step, roles, makers) for node in unroll.pattern.values())
    return replace(unroll, steps=[named], pattern={node.role: node for node in nodes})


def _starts(cell: str, step: Step, inference: Inference) -> dict[str, Blob]:
    """The blobs that the step goes on from, by the names of the states; those that are certain."""
    inside = set(step.layers.values())
    name, role = _KEEPS.get(cell, ("", ""))
    starts = {}
    if role in step.layers:
        found = list(_outer(step.layers[role], inside))
        if role == "unit" or len(found) == 1:
            starts[name] = found[0]
    if name == "c" and step.hidden is not None:
        shape = inference.shape(step.hidden)
        products = (layer for layer in inside if layer.type in LEARNED)
        read = {blob for layer in products for blob in _outer(layer, inside) if blob is not starts.get("c")}
        fitting = [blob for blob in read if shape is not None and inference.shape(blob) == shape]
        marked = [blob for blob in fitting if any(is_marked(use.layer) for use in blob.uses)]
        if len(marked or fitting) == 1:
            starts["h"] = (marked or fitting)[0]
    return starts


def _outer(layer: Layer, inside: set[Layer]) -> Iterator[Blob]:
    """What a layer reads that the step does not make, through markers and through a Concat of x and h."""
    for use in layer.bottoms:
        blob = use.blob
        if blob is None:
            continue
        if blob.layer not in inside:
            yield blob
        elif is_marked(blob.layer):
            yield from (
                marked for marked in _outer(blob.layer, inside) if marked is blob.layer.bottoms[0].blob
            )
        elif blob.layer.type == "Concat":
            yield from _outer(blob.layer, inside)


def _roles(step: Step, h: Blob) -> dict[str, str]:
    """Better names of roles: products that see h are of h, and a Slice that does not see it cuts no gates."""
    renamed: dict[str, str] = {}
    taken = {role for role in step.layers if not _OF_INPUT.fullmatch(role)}
    for role, layer in step.layers.items():
        match = _OF_INPUT.fullmatch(role)
        if match is None:
            continue
        sees = _sees(layer, h, set(step.layers.values()))
        word = ("h_product" if sees else "x_product") if match[2] == "x_product" else "gate_slice"
        name = f"{match[1]}{word}" if sees or word == "x_product" else layer.type.lower()
        numbered = (f"{name}_{number}" for number in range(2, len(step.layers) + 2))
        renamed[role] = name if name not in taken else next(each for each in numbered if each not in taken)
        taken.add(renamed[role])
    return renamed


def _sees(layer: Layer, h: Blob, inside: set[Layer]) -> bool:
    """Whether a layer of the step is made of h, among others."""
    stack, seen = [layer], {layer}
    while stack:
        for use in stack.pop().bottoms:
            if use.blob is h:
                return True
            maker = use.blob.layer if use.blob is not None else None
            if maker in inside and maker not in seen and maker is not None:
                seen.add(maker)
                stack.append(maker)
    return False


def _state(step: Step, name: str, roles: Mapping[str, str]) -> State:
    """The slot of what reads a state of the step before."""
    made = step.states[name]
    role = next((role for role, layer in step.layers.items() if layer is made.layer), name)
    return State(roles.get(role, role), made.index, 1)


def _node(node: Node, step: Step, roles: Mapping[str, str], makers: Mapping[Blob, State]) -> Node:
    uses = step.bottoms.get(node.role) or [None] * len(node.slots)
    slots = tuple(
        makers.get(use.blob, _renamed(slot, roles)) if use and use.blob else _renamed(slot, roles)
        for slot, use in zip(node.slots, uses, strict=True)
    )
    return Node(roles.get(node.role, node.role), node.layer, slots)


def _renamed(slot: Slot, roles: Mapping[str, str]) -> Slot:
    return slot._replace(role=roles.get(slot.role, slot.role)) if isinstance(slot, Inner | State) else slot
