"""What Caffe makes of each layer: blob counts, shapes, learned blobs, and what it rejects at setup."""

from .inference import Inference, Rejection, infer_shapes
from .record import Count, LayerType, Outcome, RejectedError, Setup
from .shape import Dim, Dims, Shape, show_shape
from .table import TABLE, check_loss_weights, find, set_up

__all__ = [
    "TABLE",
    "Count",
    "Dim",
    "Dims",
    "Inference",
    "LayerType",
    "Outcome",
    "RejectedError",
    "Rejection",
    "Setup",
    "Shape",
    "check_loss_weights",
    "find",
    "infer_shapes",
    "set_up",
    "show_shape",
]
