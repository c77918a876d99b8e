"""Finds the axes of bottoms as Caffe does: from the end if negative, and the four legacy ones by name."""

from .record import RejectedError, Setup
from .shape import Dim, Dims


def axis_named(setup: Setup, shape: Dims, field: str = "axis") -> int:
    """The axis of bottom 0 that a parameter names, counted from the front.

    Source: blob.hpp, Blob::CanonicalAxisIndex.

    Raises:
        RejectedError: if bottom 0, whose shape is `shape`, has no such axis.
    """
    axis = setup.param.integer(field)
    count = len(shape)
    if -count <= axis < count:
        return axis % count
    value = f"{axis}" if setup.param.has(field) else f"{axis} by default"
    allowed = f"{-count} to {count - 1}" if count else "none"
    raise RejectedError(
        "axis-out-of-range",
        f"'{field}' is {value}, but {setup.show(0)} has {_count(shape)}: {allowed} is allowed",
        caffe=f"axis {axis} out of range for {count}-D Blob",
        span=setup.param.span(field),
        bottom=0,
    )


def require_axis(setup: Setup, bottom: int, axis: int) -> Dim:
    """The size of an axis that the layer type itself reads of a bottom; None if unknown.

    Source: blob.hpp, Blob::shape(int).

    Raises:
        RejectedError: if the bottom has too few axes.
    """
    shape = setup.bottoms[bottom]
    if shape is None:
        return None
    if axis < len(shape):
        return shape[axis]
    raise RejectedError(
        "number-of-axes",
        f"{setup.show(bottom)} has {_count(shape)}, the layer needs at least {axis + 1}",
        caffe=f"axis {axis} out of range for {len(shape)}-D Blob",
        bottom=bottom,
    )


def require_axes(setup: Setup, bottom: int, number: int, caffe: str) -> None:
    """Refuse a bottom that has not exactly so many axes; `caffe` is what Caffe prints then.

    Raises:
        RejectedError: if the bottom is known to have another number of axes.
    """
    shape = setup.bottoms[bottom]
    if shape is not None and len(shape) != number:
        message = f"{setup.show(bottom)} has {_count(shape)}, the layer needs exactly {number}"
        raise RejectedError("number-of-axes", message, caffe=caffe, bottom=bottom)


def legacy_dims(setup: Setup, bottom: int = 0) -> tuple[Dim, Dim, Dim, Dim]:
    """num, channels, height and width of a bottom; axes that it lacks have size 1.

    Source: blob.hpp, Blob::LegacyShape.

    Raises:
        RejectedError: if the bottom has more than four axes.
    """
    shape = setup.bottoms[bottom]
    if shape is None:
        return (None, None, None, None)
    if len(shape) > 4:
        message = f"{setup.show(bottom)} has {_count(shape)}, the layer knows at most 4"
        caffe = "Cannot use legacy accessors on Blobs with > 4 axes."
        raise RejectedError("number-of-axes", message, caffe=caffe, bottom=bottom)
    num, channels, height, width = (*shape, 1, 1, 1, 1)[:4]
    return (num, channels, height, width)


def _count(shape: Dims) -> str:
    return "1 axis" if len(shape) == 1 else f"{len(shape)} axes"
