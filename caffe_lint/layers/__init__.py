"""What Caffe makes of each layer: blob counts, shapes, learned blobs, and what it rejects at setup."""

from .aliasing import origin, shares_memory
from .backward import Backward, find_backward
from .constants import constant_at
from .dummy import dummy_fillers
from .filler import constant_of
from .hazards import Hazard, HazardKind, depends_on_phase, find_hazards
from .inference import Inference, Rejection, infer_shapes
from .pooling import PoolWindow
from .reads import reads_block, reads_phase
from .record import Count, LayerType, Outcome, RejectedError, Setup
from .shape import Dim, Dims, Shape, show_shape, to_int
from .sliding import Sliding, sliding_windows
from .table import TABLE, check_loss_weights, find, set_up
from .window import Window

__all__ = [
    "TABLE",
    "Backward",
    "Count",
    "Dim",
    "Dims",
    "Hazard",
    "HazardKind",
    "Inference",
    "LayerType",
    "Outcome",
    "PoolWindow",
    "RejectedError",
    "Rejection",
    "Setup",
    "Shape",
    "Sliding",
    "Window",
    "check_loss_weights",
    "constant_at",
    "constant_of",
    "depends_on_phase",
    "dummy_fillers",
    "find",
    "find_backward",
    "find_hazards",
    "infer_shapes",
    "origin",
    "reads_block",
    "reads_phase",
    "set_up",
    "shares_memory",
    "show_shape",
    "sliding_windows",
    "to_int",
]
