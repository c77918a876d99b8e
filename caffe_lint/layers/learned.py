"""The learned blobs of a layer: stored in the file, or made and filled at setup."""

from typing import NamedTuple

from ..schema import Block
from .filler import check_filler, empty_blob
from .record import RejectedError, Setup
from .shape import Shape, is_empty, product, show_shape, to_int


class Learned(NamedTuple):
    """A blob that a layer learns; `filler` is the parameter that fills it, None if it starts at 0."""

    what: str
    shape: Shape
    filler: str | None

    @classmethod
    def weight(cls, shape: Shape) -> "Learned":
        """The weights, filled by `weight_filler`."""
        return cls("weight", shape, "weight_filler")

    @classmethod
    def bias(cls, shape: Shape) -> "Learned":
        """The bias, filled by `bias_filler`."""
        return cls("bias", shape, "bias_filler")


def learn(setup: Setup, *wanted: Learned) -> tuple[Shape, ...]:
    """The shapes of a layer's learned blobs: of those in its `blobs` fields, else of those wanted.

    Only the latter are filled. Most layer types take stored blobs of any shape; one that does not checks
    them itself.

    Raises:
        RejectedError: if a filler is wrong, or stored values do not fit their own shape.
    """
    if setup.block.has("blobs"):
        return tuple(_stored_shape(blob) for blob in setup.block.blocks("blobs"))
    return fill(setup, *wanted)


def fill(setup: Setup, *wanted: Learned) -> tuple[Shape, ...]:
    """The shapes of learned blobs that are made and filled at setup.

    Raises:
        RejectedError: if a filler is wrong, or a blob has no elements to fill.
    """
    for what, shape, filler in wanted:
        if filler is not None and setup.param.has(filler):
            check_filler(setup.param.block(filler), shape, f"the {what}")
        elif is_empty(shape):
            # The default filler is a constant one in every layer type.
            raise empty_blob(f"the {what} would have shape {show_shape(shape)}, without elements to fill")
    return tuple(blob.shape for blob in wanted)


def _stored_shape(blob: Block) -> Shape:
    """blob.cpp, Blob::FromProto: old-style dims win over `shape`."""
    legacy = ("num", "channels", "height", "width")
    if any(map(blob.has, legacy)):
        shape = tuple(map(blob.integer, legacy))
    else:
        shape = tuple(map(to_int, blob.block("shape").integers("dim")))
    values = len(blob.fields("double_data")) or len(blob.fields("data"))
    if values != product(shape):
        raise RejectedError(
            "shape-mismatch",
            f"a stored blob of {show_shape(shape)} must have {product(shape)} values, found {values}",
            caffe="count_ == proto.",
            span=blob.place,
        )
    return shape
