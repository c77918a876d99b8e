"""Layers of an unrolled net that work along another axis than that of the features, or of the time."""

from collections.abc import Iterator
from typing import NamedTuple

from ..net import Layer, Use
from ..schema import Block
from .defect import Defect, Look, Place, in_steps, repeated, usual
from .layer_kinds import products_before, source
from .model import Outside, Unroll, unnumbered

_BLOCKS = {
    "Concat": "concat_param",
    "Convolution": "convolution_param",
    "InnerProduct": "inner_product_param",
    "Slice": "slice_param",
}


class Member(NamedTuple):
    """A layer of a step that works along an axis."""

    role: str
    step: int
    layer: Layer
    axis: int


def axes_against_time(look: Look) -> Iterator[Defect]:
    """Products and Slices whose `axis` is not the one of the features, and cuts that are not over time.

    The axis of the features is the one that most of these layers name.
    """
    members = list(_members(look.unroll))
    if members:
        yield from _odd_members(members, look)
    yield from wrong_time_cuts(look)


def _members(unroll: Unroll) -> Iterator[Member]:
    for role, node in unroll.pattern.items():
        if node.layer.type in _BLOCKS and (
            node.layer.type in ("Concat", "Slice") or unnumbered(role).endswith("_product")
        ):
            layers = unroll.layers_with(role)
            if node.layer.type == "Slice" and len(layers) == 1:
                # It may cut a sequence of which the first of two steps reads nothing, as it has no state.
                continue
            for step, layer in layers:
                if layer.type == node.layer.type:
                    yield Member(role, step, layer, axis_of(layer))
    for cut in time_slices(unroll):
        for layer in products_before(source(cut)):
            if layer.type == "InnerProduct":
                yield Member("sequence_product", 0, layer, axis_of(layer))


def _odd_members(members: list[Member], look: Look) -> Iterator[Defect]:
    features = _features(members, look)
    odd: dict[tuple[str, int], list[Member]] = {}
    joined = {member.role for member in members if member.layer.type == "Concat"}
    # What most steps join along another axis is not x and h.
    others = {
        role for role in joined if usual(each.axis for each in members if each.role == role) != features
    }
    for member in members:
        if member.axis != features and member.role not in others and not _is_whole_item(member, look):
            odd.setdefault((member.role, member.axis), []).append(member)
    right = next((member.layer for member in members if member.axis == features), None)
    for (_, axis), places in odd.items():
        (_, _, layer, _), *rest = places
        where = in_steps([member.step for member in places], look.unroll)
        beside = "its neighbours work" if right is not None else "it should work"
        message = (
            f"{layer.type} '{layer.name}' works along axis {axis} {where}, {beside} along "
            f"axis {features}, which holds the features: blobs here are steps x batch x features"
        )
        notes = (
            []
            if right is None
            else [Place(f"'{right.name}' works along axis {features}", _block(right).span("axis"))]
        )
        notes += repeated((member.step, _block(member.layer).span("axis")) for member in rest)
        resizes = tuple(member.layer for member in places)
        yield Defect("axis-against-time", message, _block(layer).span("axis"), tuple(notes), resizes)


def _features(members: list[Member], look: Look) -> int:
    """The axis that most name; where all name one over the batch too, the one behind it."""
    named = usual(member.axis for member in members)
    hidden = next((shape for step in look.unroll.steps if (shape := look.shape(step.hidden))), None)
    starts = [look.shape(use.blob) for use in _first_states(look.unroll) if use.blob is not None]
    state = next((shape for shape in starts if shape is not None), hidden)
    is_step_of_sequence = state is not None and len(state) == 3 and state[0] == 1 and state[1] != 1
    return (
        2
        if is_step_of_sequence
        and named == 1
        and all(m.axis == 1 for m in members if unnumbered(m.role).endswith("h_product"))
        else named
    )


def _first_states(unroll: Unroll) -> Iterator[Use]:
    from .initial import first_reads

    for _, use, _ in first_reads(unroll):
        yield use


def _is_whole_item(member: Member, look: Look) -> bool:
    """Whether a product of x takes all axes of an item, as of a picture: that is no mistake of the cell."""
    if member.layer.type != "InnerProduct" or not unnumbered(member.role).endswith("x_product"):
        return False
    shape = look.shape(member.layer.bottoms[0].blob)
    return shape is not None and len(shape) > 3


def _block(layer: Layer) -> Block:
    return layer.block.block(_BLOCKS[layer.type])


def axis_of(layer: Layer) -> int:
    """The axis along which a product, a Slice or a Concat works, by its new name or its old one."""
    block = _block(layer)
    legacy = {"Slice": "slice_dim", "Concat": "concat_dim"}.get(layer.type)
    return block.integer(legacy) if legacy and block.has(legacy) else block.integer("axis")


# --- time


def time_slices(unroll: Unroll) -> list[Layer]:
    """The Slices whose pieces go to the steps one by one."""
    pieces: dict[Layer, set[int]] = {}
    for step in unroll.steps:
        for slots in step.reads.values():
            for slot in slots:
                if type(slot) is Outside and isinstance(slot.layer, Layer) and slot.layer.type == "Slice":
                    pieces.setdefault(slot.layer, set()).add(slot.at)
    return [
        layer for layer, found in pieces.items() if len(found) > 1 and len(layer.tops) >= len(unroll.steps)
    ]


def wrong_time_cuts(look: Look) -> Iterator[Defect]:
    """Slices into as many pieces as there are steps, over an axis that has another size."""
    steps = len(look.unroll.steps)
    for layer in time_slices(look.unroll):
        shape = look.shape(layer.bottoms[0].blob) if layer.bottoms else None
        axis, count = axis_of(layer), len(layer.tops)
        if shape is None or axis >= len(shape) or count != steps:
            continue
        size = shape[axis]
        places = [at for at, dim in enumerate(shape[:2]) if dim == count and at != axis]
        if size is None or size % count == 0 or not places:
            continue
        message = (
            f"Slice '{layer.name}' cuts axis {axis}, of size {size}, into {count} steps: the time is axis "
            f"{places[0]}, of size {count}"
        )
        yield Defect("axis-against-time", message, _block(layer).span("axis"), resizes=(layer,))
