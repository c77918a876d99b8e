"""The layer table: a record for every layer type of BVLC's Caffe."""

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


def find(type_name: str) -> LayerType | None:
    """The record of a layer type; None for a type that BVLC's Caffe does not have."""
    return TABLE.get(type_name)


def set_up(record: LayerType, setup: Setup) -> Outcome:
    """What Caffe makes of a layer (layer.hpp, Layer::SetUp, once the blobs are counted).

    Raises:
        RejectedError: if a check of the layer type fails, or one that holds for every blob.
    """
    outcome = record.setup(setup)
    for what, shapes in (("top", outcome.tops), ("learned blob", outcome.params)):
        for index, shape in enumerate(shapes):
            if shape is not None:
                check_limits(shape, f"{what} {index}")
    if setup.block.has("loss_weight") or (record.loss and setup.top_count > 1):
        _check_loss_weights(setup, outcome)
    return outcome


def _check_loss_weights(setup: Setup, outcome: Outcome) -> None:
    """layer.hpp, Layer::SetLossWeights: one for each top; a loss layer without any has one of 1."""
    weights = setup.block.reals("loss_weight") or [1.0]
    span = setup.block.span("loss_weight")
    if len(weights) != setup.top_count:
        found = len(weights) if setup.block.has("loss_weight") else "none, which stands for 1"
        message = f"'loss_weight' must be given once for each of the {setup.top_count} tops, found {found}"
        caffe = "loss_weight must be unspecified or specified once per top blob."
        raise RejectedError("parameter-count", message, caffe=caffe, span=span)
    for index, (weight, shape) in enumerate(zip(weights, outcome.tops, strict=True)):
        if weight and is_empty(shape):
            message = f"top {index} has a loss weight, but would be {show_shape(shape)}, without elements"
            raise RejectedError("empty-blob", message, caffe="diff_", span=span)
