"""The limits that Caffe sets to every blob, whatever layer makes it."""

from .record import RejectedError
from .shape import Dims, Shape, show_shape

MAX_AXES = 32
"""blob.hpp, kMaxBlobAxes."""

MAX_COUNT = 2**31 - 1
"""blob.cpp, Blob::Reshape: the number of elements is an int."""


def check_limits(shape: Dims, what: str) -> None:
    """The checks of Blob::Reshape (blob.cpp); `what` names the blob in messages.

    Raises:
        RejectedError: if the blob cannot exist.
    """
    if len(shape) > MAX_AXES:
        message = f"{what} would have {len(shape)} axes, Caffe allows {MAX_AXES}"
        raise RejectedError("impossible-shape", message, caffe="<= kMaxBlobAxes")
    count: int | None = 1
    for axis, dim in enumerate(shape):
        if dim is None:
            count = None
        elif dim < 0:
            message = f"{what} would have shape {show_shape(shape)}: axis {axis} is negative"
            raise RejectedError("impossible-shape", message, caffe="shape[i] >= 0")
        elif count is not None:
            count *= dim
            if count > MAX_COUNT:
                raise _too_large(shape, what)


def _too_large(shape: Shape, what: str) -> RejectedError:
    message = f"{what} would have shape {show_shape(shape)}, a blob has at most {MAX_COUNT} elements"
    return RejectedError("impossible-shape", message, caffe="blob size exceeds INT_MAX")
