"""Single values of a blob that the file fixes: constant fillers, behind layers that only move values."""

from itertools import accumulate

from ..net import Blob, Layer
from .aliasing import KEEPING_VALUES
from .filler import constant_of
from .inference import Inference
from .shape import Dim, Shape, product
from .values import power_is_constant


def constant_at(blob: Blob | None, position: int, inference: Inference) -> float | None:
    """The value at a position of a blob, counted in row-major order; None if the file does not fix it.

    A DummyData without fillers is no source: nets are fed through such a layer too.
    """
    while blob is not None:
        layer = blob.layer
        if layer.type == "DummyData":
            return _filled(blob)
        if layer.type == "Power" and power_is_constant(layer):
            return _power(layer)
        moved = _source(blob, position, inference)
        if moved is None:
            return None
        blob, position = moved
    return None


def _filled(blob: Blob) -> float | None:
    """dummy_data_layer.cpp: one filler for all tops, or one for each."""
    fillers = blob.layer.block.block("dummy_data_param").blocks("data_filler")
    filler = fillers[blob.index % len(fillers)] if fillers else None
    return constant_of(filler) if filler else None


def _power(layer: Layer) -> float | None:
    """power_layer.cpp, Forward_cpu: the shift to that power, if `scale` leaves nothing of the bottom."""
    param = layer.block.block("power_param")
    power, shift = param.real("power"), param.real("shift")
    if power == 0 or shift == 1:
        return 1.0
    return shift if power == 1 else None


def _source(blob: Blob, position: int, inference: Inference) -> tuple[Blob | None, int] | None:
    """Where the value at a position of a top comes from; None if the layer works something out."""
    layer = blob.layer
    if not layer.bottoms:
        return None
    if layer.type in KEEPING_VALUES:
        return layer.bottoms[0].blob, position
    if layer.type == "Concat":
        return _joined_from(layer, position, inference)
    if layer.type == "Slice":
        return _cut_from(blob, position, inference)
    return None


def _joined_from(layer: Layer, position: int, inference: Inference) -> tuple[Blob | None, int] | None:
    """concat_layer.cpp: the bottoms lie one behind the other along an axis."""
    shapes = [inference.shape(use.blob) for use in layer.bottoms]
    axis = _joined_axis(layer, shapes[0])
    runs = [_run(shape, axis) for shape in shapes]
    if axis is None or None in runs:
        return None
    row, rest = divmod(position, sum(run or 0 for run in runs))
    for use, run in zip(layer.bottoms, runs, strict=True):
        if run and rest < run:
            return use.blob, row * run + rest
        rest -= run or 0
    return None


def _cut_from(blob: Blob, position: int, inference: Inference) -> tuple[Blob | None, int] | None:
    """slice_layer.cpp: the tops lie one behind the other along an axis of the bottom."""
    layer, source = blob.layer, blob.layer.bottoms[0].blob
    axis = _joined_axis(layer, inference.shape(source))
    runs = [_run(inference.shape(top), axis) for top in layer.tops]
    whole = _run(inference.shape(source), axis)
    if axis is None or whole is None or not all(runs):
        return None
    sizes = [run or 0 for run in runs]
    row, rest = divmod(position, sizes[blob.index])
    return source, row * whole + [0, *accumulate(sizes)][blob.index] + rest


def _joined_axis(layer: Layer, shape: Shape) -> int | None:
    """The axis along which a Concat joins or a Slice cuts, counted from the front; None if unknown."""
    if shape is None:
        return None
    old = {"Concat": "concat_dim", "Slice": "slice_dim"}[layer.type]
    param = layer.block.block("concat_param" if layer.type == "Concat" else "slice_param")
    axis = param.integer(old if param.has(old) else "axis")
    return axis % len(shape) if shape else None


def _run(shape: Shape, axis: int | None) -> Dim:
    """How many values of a blob lie together in a row of the joined one."""
    return None if shape is None or axis is None else product(shape[axis:])
