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
from .record import LayerType, Outcome, Setup

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
    return outcome
