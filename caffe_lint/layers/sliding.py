"""The windows of the layers of a net that slide a kernel, for rules that judge where these lie."""

from typing import NamedTuple

from ..net import Layer
from .axes import axis_named
from .inference import Inference
from .pooling import PoolWindow, read_pool_windows
from .record import Setup
from .window import ReverseWindow, Window, read_windows

_KINDS = {"Convolution": Window, "Im2col": Window, "Deconvolution": ReverseWindow}


class Sliding(NamedTuple):
    """A window, and the axis of bottom 0 along which it slides."""

    axis: int
    size: int
    window: Window | PoolWindow


def sliding_windows(layer: Layer, inference: Inference) -> list[Sliding]:
    """The windows of a layer along the axes whose size is known; none if Caffe rejects the layer."""
    record = inference.record(layer)
    if record is None or record.param is None or layer not in inference.params:
        return []
    if layer.type != "Pooling" and layer.type not in _KINDS:
        return []
    shapes = tuple(inference.shape(use.blob) for use in layer.bottoms)
    bottom = shapes[0]
    if bottom is None:
        return []
    setup = Setup(layer.block, layer.block.block(record.param), shapes, len(layer.tops))
    windows: list[Window | PoolWindow]
    if layer.type == "Pooling":
        first, windows = 2, [*read_pool_windows(setup)]
    else:
        first = axis_named(setup, bottom) + 1
        windows = [*read_windows(setup, len(bottom) - first, _KINDS[layer.type])]
    pairs = zip(bottom[first:], windows, strict=True)
    return [
        Sliding(axis, size, window) for axis, (size, window) in enumerate(pairs, first) if size is not None
    ]
