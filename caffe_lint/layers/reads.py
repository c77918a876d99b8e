"""What a layer type looks at besides its bottoms: blocks of LayerParameter, and the phase.

Source: the `layer_param_.…_param()` and `phase_` of each class under src/caffe/layers.
"""

from .record import LayerType
from .table import TABLE

_MORE_BLOCKS = {
    "Data": ("transform_param",),
    "HDF5Data": ("transform_param",),
    "ImageData": ("transform_param", "data_param"),
    "InfogainLoss": ("loss_param", "softmax_param"),
    "MemoryData": ("transform_param",),
    "Scale": ("bias_param",),
    "SigmoidCrossEntropyLoss": ("loss_param",),
    "SoftmaxWithLoss": ("loss_param",),
    "WindowData": ("transform_param", "data_param"),
}
"""Blocks that a type reads besides its own."""

_PHASE_READERS = frozenset(
    {"BatchNorm", "Data", "Dropout", "ImageData", "LSTM", "MemoryData", "Python", "RNN", "WindowData"}
)


def reads_block(record: LayerType, block: str) -> bool:
    """Whether layers of a type look at that field of LayerParameter, which holds a `…_param` message.

    Those of a fork's own type may look at any.
    """
    return record.name not in TABLE or block == record.param or block in _MORE_BLOCKS.get(record.name, ())


def reads_phase(record: LayerType) -> bool:
    """Whether layers of a type compute something else in TRAIN than in TEST; those of a fork's type may."""
    return record.name not in TABLE or record.name in _PHASE_READERS
