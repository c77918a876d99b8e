"""The layer table: a record for every layer type of BVLC's Caffe."""

from collections.abc import Collection

from ..schema import BVLC
from . import (
    activation,
    convolution,
    custom,
    data,
    elementwise,
    inner_product,
    joining,
    loss,
    normalization,
    pooling,
    recurrent,
    reshaping,
    selection,
)
from .limits import check_limits
from .record import LayerType, Outcome, RejectedError, Setup
from .shape import is_empty, show_shape

_FAMILIES = (
    activation,
    convolution,
    custom,
    data,
    elementwise,
    inner_product,
    joining,
    loss,
    normalization,
    pooling,
    recurrent,
    reshaping,
    selection,
)

TABLE = {record.name: record for family in _FAMILIES for record in family.LAYER_TYPES}
"""The records by type name, which is case sensitive."""


def find(type_name: str, dialects: Collection[str] = ()) -> LayerType | None:
    """The record of a layer type; None for a type of which nothing is known.

    Args:
        type_name: the name of the type.
        dialects: the repositories whose Caffe may read the net. If BVLC's is among them, or none is given,
            only BVLC's types are known.
    """
    if not dialects or BVLC in dialects:
        return TABLE.get(type_name)
    # Only nets that a fork alone can read pay for the forks' records.
    from .forks import find_in_forks

    return find_in_forks(type_name, tuple(dialects))


def set_up(record: LayerType, setup: Setup) -> Outcome:
    """What Caffe makes of a layer (layer.hpp, Layer::SetUp, once the blobs are counted).

    Raises:
        RejectedError: if a check of the layer type fails, or one that holds for every blob.
    """
    outcome = record.setup(setup)
    for what, shapes in (("top", outcome.tops), ("learned blob", outcome.params or ())):
        for index, shape in enumerate(shapes):
            if shape is not None:
                check_limits(shape, f"{what} {index}")
    return outcome


def check_loss_weights(record: LayerType, setup: Setup, outcome: Outcome) -> None:
    """Refuse loss weights that are not one for each top, or that belong to an empty top.

    Source: layer.hpp, Layer::SetLossWeights; a loss layer without any has one of 1 (loss_layer.cpp). It
    does not hold for a layer whose weights InsertSplits has taken away.

    Raises:
        RejectedError: if there are weights, and they do not fit the tops.
    """
    block, tops = setup.block, setup.top_count
    if not (block.has("loss_weight") or (record.loss and tops > 1)):
        return
    weights, span = block.reals("loss_weight") or [1.0], block.span("loss_weight")
    if len(weights) != tops:
        found = f"{len(weights)}" if block.has("loss_weight") else "none, which stands for 1,"
        message = f"'loss_weight' must be given once for each top, found {found} for {tops}"
        caffe = "loss_weight must be unspecified or specified once per top blob."
        raise RejectedError("parameter-count", message, caffe=caffe, span=span)
    for index, (weight, shape) in enumerate(zip(weights, outcome.tops, strict=True)):
        if weight and is_empty(shape):
            message = f"top {index} has a loss weight, but would have shape {show_shape(shape)}"
            raise RejectedError("empty-blob", message, caffe="diff_", span=span)
