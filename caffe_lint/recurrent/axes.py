"""Layers of a step that work along another axis than the gates are cut along."""

from collections.abc import Iterator

from ..net import Layer
from ..schema import Block
from .defect import Defect, Place, in_steps, layers_with_role, usual
from .model import Unroll

_ROLES = {"x_product": "inner_product_param", "h_product": "inner_product_param", "gate_slice": "slice_param"}


def axes_against_time(unroll: Unroll) -> Iterator[Defect]:
    """Products and Slices whose `axis` is not the one of the features.

    The axis of the features is the one that most of these layers name.
    """
    members = [(role, step, layer) for role in _ROLES for step, layer in layers_with_role(unroll, role)]
    features = usual(_axis(layer, role) for role, _, layer in members)
    odd: dict[tuple[str, int], list[tuple[int, Layer]]] = {}
    for role, step, layer in members:
        if _axis(layer, role) != features:
            odd.setdefault((role, _axis(layer, role)), []).append((step, layer))
    right = next((layer, role) for role, _, layer in members if _axis(layer, role) == features)
    for (role, axis), places in odd.items():
        (_, layer), *rest = places
        where = in_steps([step for step, _ in places], unroll)
        message = (
            f"{layer.type} '{layer.name}' works along axis {axis} {where}, its neighbours work along "
            f"axis {features}, which holds the features: blobs here are steps x batch x features"
        )
        notes = [Place(f"'{right[0].name}' works along axis {features}", _block(*right).span("axis"))]
        notes += [
            Place(f"the same in step {number}", _block(other, role).span("axis")) for number, other in rest
        ]
        resizes = tuple(layer for _, layer in places)
        yield Defect("axis-against-time", message, _block(layer, role).span("axis"), tuple(notes), resizes)


def _block(layer: Layer, role: str) -> Block:
    return layer.block.block(_ROLES[role])


def _axis(layer: Layer, role: str) -> int:
    block = _block(layer, role)
    return (
        block.integer("slice_dim" if block.has("slice_dim") else "axis")
        if role == "gate_slice"
        else block.integer("axis")
    )
