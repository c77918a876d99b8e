"""What Caffe demands of a filler and of the blob that it fills (filler.hpp)."""

from difflib import get_close_matches

from ..schema import Block
from .record import RejectedError
from .shape import Shape, is_empty, show_shape

_TYPES = ("constant", "gaussian", "positive_unitball", "uniform", "xavier", "msra", "bilinear")
_OTHER_NAMES = {"normal": "gaussian"}
"""What other programs call a filler of Caffe's."""
_LIKENESS = 0.75
_CHECKS_COUNT_FIRST = ("uniform", "xavier", "msra")
_READS_AXIS_0 = ("positive_unitball", "xavier", "msra")


def constant_of(filler: Block) -> float | None:
    """The value that a filler gives all elements; None if it draws or works out one for each."""
    return filler.real("value") if filler.string("type") == "constant" else None


def check_filler_type(filler: Block) -> str:
    """The type of a filler (GetFiller).

    Raises:
        RejectedError: if Caffe has no such filler.
    """
    name = filler.string("type")
    if name in _TYPES:
        return name
    meant = _meant(name.lower())
    hint = f", did you mean '{meant}'?" if meant else f": known are {', '.join(_TYPES)}"
    raise RejectedError(
        "filler",
        f"there is no filler of type '{name}'{hint}",
        caffe=f"Unknown filler name: {name}",
        span=filler.span("type"),
        spelling=(name, meant) if meant else None,
    )


def _meant(name: str) -> str:
    """The filler that a name in lower case was probably meant to be, or nothing."""
    if name in _OTHER_NAMES:
        return _OTHER_NAMES[name]
    return next(iter(get_close_matches(name, _TYPES, 1, _LIKENESS)), "")


def check_filler(filler: Block, shape: Shape, what: str) -> None:
    """Refuse a filler that cannot fill a blob of that shape; `what` names the blob in messages.

    Source: the `Fill` methods of filler.hpp, and caffe_rng_* in math_functions.cpp.

    Raises:
        RejectedError: if Caffe has no such filler or it fails a check.
    """
    name = check_filler_type(filler)
    if name == "bilinear":
        _check_bilinear(filler, shape)
    if is_empty(shape):
        raise empty_blob(f"{what} would have shape {show_shape(shape)}, without elements to fill", name)
    if shape == () and name in _READS_AXIS_0:
        message = f"a filler of type '{name}' cannot fill {what}: it has no axes"
        caffe = "axis 0 out of range for 0-D Blob"
        raise RejectedError("filler", message, caffe=caffe, span=filler.span("type"))
    if name == "gaussian":
        _check_gaussian(filler, shape)
    elif name == "uniform" and not filler.real("min") <= filler.real("max"):
        message = f"'min' {filler.real('min'):g} must not be more than 'max' {filler.real('max'):g}"
        raise RejectedError("filler", message, caffe="a <= b", span=filler.span("min"))
    if name != "gaussian" and filler.has("sparse") and filler.integer("sparse") != -1:
        message = f"'sparse' works with a gaussian filler only, not with {name}"
        caffe = "Sparsity not supported by this Filler."
        raise RejectedError("filler", message, caffe=caffe, span=filler.span("sparse"))


def empty_blob(message: str, filler: str = "constant") -> RejectedError:
    """A filler, or the layer itself, touches the data of a blob that has none."""
    caffe = "blob->count()" if filler in _CHECKS_COUNT_FIRST else "data_"
    return RejectedError("empty-blob", message, caffe=caffe)


def _check_bilinear(filler: Block, shape: Shape) -> None:
    if shape is None:
        return
    span = filler.span("type")
    if len(shape) != 4:
        message = f"a bilinear filler fills weights of 4 axes, not of {len(shape)} ({show_shape(shape)})"
        raise RejectedError("filler", message, caffe="Blob must be 4 dim.", span=span)
    height, width = shape[2:]
    if height != width and height is not None and width is not None:
        message = f"a bilinear filler needs a square kernel, found {height}x{width}"
        raise RejectedError("filler", message, caffe="Filter must be square", span=span)


def _check_gaussian(filler: Block, shape: Shape) -> None:
    deviation, sparse = filler.real("std"), filler.integer("sparse")
    if not deviation > 0:
        message = f"'std' of a gaussian filler must be more than 0, found {deviation:g}"
        raise RejectedError("filler", message, caffe="sigma > 0", span=filler.span("std"))
    if sparse < -1:
        message = f"'sparse' must be -1 (off) or a number of inputs, found {sparse}"
        raise RejectedError("filler", message, caffe="sparse >= -1", span=filler.span("sparse"))
    if sparse == -1 or shape is None:
        return
    if not shape:
        message = "'sparse' needs weights with an axis of outputs, found a scalar"
        raise RejectedError("filler", message, caffe="num_axes() >= 1", span=filler.span("sparse"))
    if shape[0] is not None and sparse > shape[0]:
        message = f"'sparse' is {sparse}, more than the {shape[0]} outputs of the weights"
        raise RejectedError("filler", message, caffe="p <= 1", span=filler.span("sparse"))
