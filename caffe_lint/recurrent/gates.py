"""Slices that do not cut the gates of a step evenly."""

from collections.abc import Iterator
from itertools import pairwise

from ..net import Layer
from ..text import Span
from .defect import Defect, Place, layers_with_role
from .model import Unroll


def uneven_gates(unroll: Unroll) -> Iterator[Defect]:
    """Slice points of gate slices other than H, 2H, 3H; equal ones in several steps are one defect."""
    size = unroll.hidden_size
    if size is None:
        return
    expected = [size, 2 * size, 3 * size]
    found: dict[tuple[int, ...], list[tuple[int, Layer]]] = {}
    for step, layer in layers_with_role(unroll, "gate_slice"):
        points = tuple(layer.block.block("slice_param").integers("slice_point"))
        if points and list(points) != expected:
            found.setdefault(points, []).append((step, layer))
    for points, places in found.items():
        yield _defect(points, expected, places)


def _defect(points: tuple[int, ...], expected: list[int], places: list[tuple[int, Layer]]) -> Defect:
    (step, layer), *rest = places
    size = expected[0]
    widths = [after - before for before, after in pairwise((0, *points, 4 * size))]
    message = (
        f"the gates of step {step} are cut at {_listed(points)} into {_listed(widths)} of {4 * size} units: "
        f"gates of {size} units need slice points {_listed(expected)}"
    )
    notes = tuple(
        Place(f"the same in step {number}", _span(other, points, expected)) for number, other in rest
    )
    resizes = tuple(layer for _, layer in places)
    return Defect("uneven-gates", message, _span(layer, points, expected), notes, resizes)


def _listed(numbers: list[int] | tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))


def _span(layer: Layer, points: tuple[int, ...], expected: list[int]) -> Span:
    """The first slice point that is not where it belongs; the whole block if points are missing."""
    fields = layer.block.block("slice_param").fields("slice_point")
    if len(points) != len(expected):
        return layer.block.span("slice_param")
    return next(
        field.span for field, point, right in zip(fields, points, expected, strict=True) if point != right
    )
