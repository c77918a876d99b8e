"""Layer types that cut a blob along an axis or join blobs along one: Slice, Concat."""

from itertools import pairwise

from .axes import axis_named
from .filler import empty_blob
from .in_place import refuse_in_place
from .record import LayerType, Outcome, RejectedError, Setup, at_least
from .shape import Dim, Dims, Shape, merge, to_int


def set_up_slice(setup: Setup) -> Outcome:
    """slice_layer.cpp: one axis cut at `slice_point`, or evenly; the other axes stay."""
    points = list(map(to_int, setup.param.integers("slice_point")))
    axis = _axis(setup, "slice_dim")
    bottom = setup.bottoms[0]
    sizes = _slices(setup, points, axis)
    if bottom is None or axis is None:
        return Outcome((None,) * setup.top_count)
    if setup.top_count == 1 and 0 in bottom:
        raise empty_blob(f"{setup.show(0)} has no elements to share")
    if bottom[axis] not in (None, sizes[0]) and 0 not in bottom:
        refuse_in_place(setup, "count == bottom[0]->count()")
    before, behind = bottom[:axis], bottom[axis + 1 :]
    return Outcome(tuple((*before, size, *behind) for size in sizes))


def set_up_concat(setup: Setup) -> Outcome:
    """concat_layer.cpp: the sizes of one axis add up, all others must be equal."""
    axis = _axis(setup, "concat_dim")
    top = first = setup.bottoms[0]
    if first is None or axis is None:
        return Outcome((None,))
    total: Dim = first[axis]
    for index, shape in enumerate(setup.bottoms[1:], 1):
        if shape is None:
            total = None
            continue
        if len(shape) != len(first):
            message = f"{setup.show(0)} and {setup.show(index)} have different numbers of axes"
            caffe = "All inputs must have the same #axes."
            raise RejectedError("number-of-axes", message, caffe=caffe, bottom=index)
        top = _joined(setup, axis, top, index)
        dim = shape[axis]
        total = None if total is None or dim is None else total + dim
    if len(setup.bottoms) == 1 and 0 in first:
        raise empty_blob(f"{setup.show(0)} has no elements to share")
    return Outcome((_with(top, axis, total),))


def _axis(setup: Setup, legacy: str) -> int | None:
    """The axis to cut or join along: `axis`, or by its old name, which counts from the front only."""
    param, bottom = setup.param, setup.bottoms[0]
    span = param.span(legacy)
    if not param.has(legacy):
        return None if bottom is None else axis_named(setup, bottom)
    if param.has("axis"):
        message = f"'axis' and '{legacy}', its old name, exclude each other"
        caffe = f"Either axis or {legacy} should be specified; not both."
        raise RejectedError("conflicting-parameters", message, caffe=caffe, span=span)
    if bottom is None:
        return None
    axis = param.integer(legacy)
    if axis < len(bottom):
        return axis
    allowed = f"0 to {len(bottom) - 1} is allowed" if bottom else "it has no axes"
    message = f"'{legacy}' is {axis}, for {setup.show(0)} {allowed}"
    caffe = f"{legacy} out of range." if axis < 2**31 else f"casting {legacy} from uint32 to int32"
    raise RejectedError("axis-out-of-range", message, caffe=caffe, span=span, bottom=0)


def _slices(setup: Setup, points: list[int], axis: int | None) -> list[Dim]:
    """The size of each piece of the axis; all are unknown if the axis is."""
    tops, bottom = setup.top_count, setup.bottoms[0]
    size = None if bottom is None or axis is None else bottom[axis]
    if not points:
        if size is not None and size % tops:
            message = f"{_shown(setup, axis)} does not divide evenly into {tops} tops"
            raise _wrong_points(setup, message, f"Number of top blobs ({tops}) should evenly divide input")
        return [None if size is None else size // tops] * tops
    if len(points) != tops - 1:
        message = f"{tops} tops need {tops - 1} slice points, found {len(points)}"
        raise _wrong_points(setup, message, "slice_point_.size() == top.size() - 1")
    if size is not None and tops > size:
        message = f"{_shown(setup, axis)} is too short for {tops} tops"
        raise _wrong_points(setup, message, "top.size() <= bottom_slice_axis")
    pieces: list[Dim] = []
    for before, point in pairwise([0, *points]):
        if point <= before:
            message = f"slice points must increase from 1 on, found {point} behind {before}"
            raise _wrong_points(setup, message, "slice_point_[i] > prev")
        pieces.append(point - before)
    if size is not None and points[-1] > size:
        message = f"slice point {points[-1]} lies behind the end of {_shown(setup, axis)}"
        raise _wrong_points(setup, message, "shape[i] >= 0")
    return [*pieces, None if size is None else size - points[-1]]


def _shown(setup: Setup, axis: int | None) -> str:
    return f"axis {axis} of {setup.show(0)}"


def _wrong_points(setup: Setup, message: str, caffe: str) -> RejectedError:
    return RejectedError("slice-points", message, caffe=caffe, span=setup.param.span("slice_point"), bottom=0)


def _joined(setup: Setup, axis: int, top: Shape, index: int) -> Shape:
    shape = setup.bottoms[index] or ()
    for other, (a, b) in enumerate(zip(top or (), shape, strict=True)):
        if other != axis and a != b and a is not None and b is not None:
            both = f"{setup.show(0)} and {setup.show(index)}"
            message = f"{both} may differ on axis {axis} only, but differ on axis {other}"
            caffe = "All inputs must have the same shape, except at concat_axis."
            raise RejectedError("shape-mismatch", message, caffe=caffe, bottom=index)
    return merge(top, shape)


def _with(shape: Shape, axis: int, dim: Dim) -> Dims:
    known = shape or ()
    return (*known[:axis], dim, *known[axis + 1 :])


LAYER_TYPES = (
    LayerType("Slice", set_up_slice, "slice_param", tops=at_least(1)),
    LayerType("Concat", set_up_concat, "concat_param", bottoms=at_least(1)),
)
