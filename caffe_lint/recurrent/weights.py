"""Weights and biases that the steps of an unrolled net do not share."""

from collections.abc import Iterator

from ..net import Layer, ParamSpec
from ..text import Span
from .defect import Defect, Kind, Look, ParamName, Place, others, usual
from .layer_kinds import LEARNED, blob_count
from .model import Unroll

Holder = tuple[int, Layer]

_WITHOUT_BIAS = ("Embed",)


def unshared_weights(look: Look) -> Iterator[Defect]:
    """Params whose names differ between the steps: Caffe shares learned blobs by `param { name }` only."""
    for _, index, holders in _learned(look.unroll):
        yield from _compare(holders, index, look)


def uneven_multipliers(look: Look) -> Iterator[Defect]:
    """A multiplier that a later step gives alone: Caffe takes it for all (net.cpp, Net::AppendParam)."""
    for _, index, holders in _learned(look.unroll):
        specs = [layer.params[index] for _, layer in holders if index < len(layer.params)]
        if len(specs) == len(holders) and specs and len({spec.name for spec in specs}) == 1 and specs[0].name:
            for what in ("lr_mult", "decay_mult"):
                yield from _compare_multipliers(holders, specs, what)


def _learned(unroll: Unroll) -> Iterator[tuple[str, int, list[Holder]]]:
    """Each learned blob of the usual step, with the layers that hold it in the steps."""
    for role in unroll.pattern:
        layers = unroll.layers_with(role)
        is_product = unroll.pattern[role].layer.type in LEARNED
        named = [layer for _, layer in layers if layer.params and any(param.name for param in layer.params)]
        # A BatchNorm of each step may well keep its own statistics; weights are meant to be shared.
        if len(layers) < 2 or not (is_product or 2 * len(named) > len(layers)):
            continue
        blobs = max(2 if is_product else 0, *(len(layer.params) for _, layer in layers))
        for index in range(blobs):
            holders = [(step, layer) for step, layer in layers if not is_product or index < blob_count(layer)]
            if len(holders) > 1:
                yield role, index, holders


def _name(layer: Layer, index: int) -> str:
    return layer.params[index].name if index < len(layer.params) else ""


def _span(layer: Layer, index: int) -> Span:
    return layer.params[index].span if index < len(layer.params) else layer.name_span


def _compare(holders: list[Holder], index: int, look: Look) -> Iterator[Defect]:
    what = ("weights", "bias")[index] if index < 2 else f"blob {index}"
    names = [_name(layer, index) for _, layer in holders]
    if len(set(names)) == 1 and names[0]:
        return
    shared = usual(name or f"\0{step}" for (step, _), name in zip(holders, names, strict=True))
    sharers = names.count(shared)
    if sharers == 0 or (sharers == 1 and len(holders) > 2):
        yield from _none_shared(holders, index, what)
        return
    owner = holders[names.index(shared)][1]
    for (step, layer), name in zip(holders, names, strict=True):
        if name == shared:
            continue
        is_foreign = bool(name) and name in look.foreign_params
        found = f"is named '{name}'" if name else "has no name"
        where = f"param {index} of '{layer.name}'"
        mistake = f"shares {what} with another cell" if is_foreign else f"learns {what} of its own"
        verb = "uses" if len(names) == 2 else "share"
        message = f"step {step} {mistake}: {where} {found}, {others(sharers, len(names))} {verb} '{shared}'"
        note = Place(f"'{owner.name}' has the name that the steps share", _span(owner, index))
        remedy = ParamName(layer, index, shared)
        kind: Kind = "shared-across-cells" if is_foreign else "unshared-weights"
        yield Defect(kind, message, _span(layer, index), (note,), remedy=remedy)


def _none_shared(holders: list[Holder], index: int, what: str) -> Iterator[Defect]:
    first, *rest = (layer for _, layer in holders)
    message = (
        f"each of the {len(holders)} steps learns {what} of its own: give param {index} of '{first.name}' "
        "and of its copies in the other steps one name"
    )
    notes = tuple(Place(f"its copy '{layer.name}'", _span(layer, index)) for layer in rest)
    yield Defect("unshared-weights", message, _span(first, index), notes)


def _compare_multipliers(holders: list[Holder], specs: list[ParamSpec], what: str) -> Iterator[Defect]:
    owner = min(specs, key=lambda spec: spec.layer.index)
    given = [(step, spec) for (step, _), spec in zip(holders, specs, strict=True) if spec.block.has(what)]
    values = {spec.block.real(what) for _, spec in given}
    if owner.block.has(what) or len(given) != 1 or values == {1.0}:
        return
    ((step, spec),) = given
    value = f"{spec.block.real(what):g}"
    message = (
        f"'{what}' {value} of '{spec.layer.name}' in step {step} holds for all "
        f"{len(specs)} steps, which share "
        f"'{spec.name}': give it in the first, '{owner.layer.name}', or in none"
    )
    note = Place("the owner of the shared blob gives none", owner.span)
    yield Defect("uneven-multipliers", message, spec.block.span(what), (note,))
