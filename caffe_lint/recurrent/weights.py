"""Weights and biases that the steps of an unrolled net do not share."""

from collections.abc import Iterator

from ..net import Layer
from ..text import Span
from .defect import Defect, ParamName, Place, layers_with_role, usual
from .model import Unroll


def unshared_weights(unroll: Unroll) -> Iterator[Defect]:
    """Params whose names differ between the steps: Caffe shares learned blobs by `param { name }` only."""
    for role in ("x_product", "h_product"):
        layers = layers_with_role(unroll, role)
        for index, what in enumerate(("weights", "bias")):
            holders = [(step, layer) for step, layer in layers if index < _blob_count(layer)]
            if len(holders) > 1:
                yield from _compare(holders, index, what)


def _blob_count(layer: Layer) -> int:
    return 1 + layer.block.block("inner_product_param").boolean("bias_term")


def _name(layer: Layer, index: int) -> str:
    return layer.params[index].name if index < len(layer.params) else ""


def _span(layer: Layer, index: int) -> Span:
    return layer.params[index].span if index < len(layer.params) else layer.name_span


def _compare(holders: list[tuple[int, Layer]], index: int, what: str) -> Iterator[Defect]:
    names = [_name(layer, index) for _, layer in holders]
    shared = usual(name or f"\0{step}" for (step, _), name in zip(holders, names, strict=True))
    if len(set(names)) == 1 and names[0]:
        return
    sharers = names.count(shared)
    if sharers == 0 or (sharers == 1 and len(holders) > 2):
        yield from _none_shared(holders, index, what)
        return
    owner = holders[names.index(shared)][1]
    others = _others(sharers, len(names))
    for (step, layer), name in zip(holders, names, strict=True):
        if name != shared:
            found = f"is named '{name}'" if name else "has no name"
            where = f"param {index} of '{layer.name}'"
            message = f"step {step} learns {what} of its own: {where} {found}, {others} '{shared}'"
            note = Place(f"'{owner.name}' has the name that the steps share", _span(owner, index))
            remedy = ParamName(layer, index, shared)
            yield Defect("unshared-weights", message, _span(layer, index), (note,), remedy=remedy)


def _others(sharers: int, steps: int) -> str:
    if steps == 2:
        return "the step before uses"
    return f"the other {sharers} steps share" if sharers == steps - 1 else f"{sharers} other steps share"


def _none_shared(holders: list[tuple[int, Layer]], index: int, what: str) -> Iterator[Defect]:
    first, *rest = (layer for _, layer in holders)
    message = (
        f"each of the {len(holders)} steps learns {what} of its own: give param {index} of '{first.name}' "
        "and of its copies in the other steps one name"
    )
    notes = tuple(Place(f"its copy '{layer.name}'", _span(layer, index)) for layer in rest)
    yield Defect("unshared-weights", message, _span(first, index), notes)
