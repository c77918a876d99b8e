"""What goes wrong inside a layer that works in place although its type was not made for it.

Source: `Forward_cpu` and `Backward_cpu` of each class under src/caffe/layers; measured in real Caffe.
"""

from collections.abc import Callable
from typing import NamedTuple

from ..net import Blob, Layer
from .aliasing import keeps_axes
from .backward import Backward
from .backward_reads import gradients_of
from .dummy import dummy_fillers
from .inference import Inference
from .record import RejectedError, Setup
from .table import TABLE
from .values import KnownValues, Signs, power_is_constant
from .window import read_windows


class Fault(NamedTuple):
    """Why a layer computes something wrong in place, as the end of a sentence about its type."""

    reason: str
    is_in_gradient: bool = False
    """Whether Forward is right, and only gradients are wrong."""


class _Site(NamedTuple):
    """A layer, the index of the bottom that is its top too, and what is known of its net."""

    layer: Layer
    which: int
    inference: Inference
    values: KnownValues

    @property
    def keeps_shape(self) -> bool:
        """Whether the top has the shape of the bottom, as far as both are known."""
        top = self.layer.tops[self.which]
        before, after = self.inference.shape(top.previous), self.inference.shape(top)
        return before is None or after is None or before == after


def in_place_fault(top: Blob, inference: Inference, backward: Backward, values: KnownValues) -> Fault | None:
    """What is wrong with a layer that writes a top over its bottom; None if nothing is.

    Faults in gradients count only if the layer works out one that is wrong and that something learns from.
    """
    layer = top.layer
    site = _Site(layer, top.index, inference, values)
    rule = _RULES.get(layer.type)
    fault = rule(site) if rule is not None else _FORWARD.get(layer.type) or _fork_fault(site)
    if fault is None or not fault.is_in_gradient:
        return fault
    return fault if layer in backward.running and _harms(layer, inference, backward) else None


def _fork_fault(site: _Site) -> Fault | None:
    layer = site.layer
    if layer.type in TABLE or site.inference.record(layer) is None:
        return None
    from .forks.overwrites import FAULTS

    return None if keeps_axes(layer) else FAULTS.get(layer.type)


def _harms(layer: Layer, inference: Inference, backward: Backward) -> bool:
    gradients = gradients_of(layer, inference, backward)
    if layer.type in _WEIGHT_TYPES:
        return 0 in gradients.learns
    return bool(gradients.asked)


_BOTTOM_IS_GONE = Fault("the value of its bottom, which Backward needs, is gone", is_in_gradient=True)
_GRADIENT_IS_GONE = Fault(
    "Backward overwrites the gradient of the top before it has used it up", is_in_gradient=True
)
_INPUT_IS_GONE = Fault(
    "the value of its bottom, which the gradient of its weights needs, is gone", is_in_gradient=True
)
_CLEARED = Fault("it clears its top before it has read its bottom")
_OVERRUN = Fault("it writes more than its bottom can hold, into foreign memory")
_RESHAPED = Fault("its top has another shape, so that it reads its bottom in that shape")
_UNREADABLE = Fault("its bottom has the shape of the loss by then, and Caffe aborts at the first Forward")


def _relu(site: _Site) -> Fault | None:
    slope = site.layer.block.block("relu_param").real("negative_slope")
    return _sign_is_gone(site, "negative_slope", slope)


def _elu(site: _Site) -> Fault | None:
    return _sign_is_gone(site, "alpha", site.layer.block.block("elu_param").real("alpha"))


def _sign_is_gone(site: _Site, field: str, value: float) -> Fault | None:
    before = site.values.of(site.layer.bottoms[site.which].blob)
    if value >= 0 or not before.signs & Signs.NEGATIVE:
        return None
    reason = f"with '{field}' {value:g} its top does not tell any more which inputs were negative"
    return Fault(reason, is_in_gradient=True)


def _power(site: _Site) -> Fault | None:
    return None if power_is_constant(site.layer) else _GRADIENT_IS_GONE


def _mvn(site: _Site) -> Fault | None:
    return _GRADIENT_IS_GONE if site.layer.block.block("mvn_param").boolean("normalize_variance") else None


def _lrn(site: _Site) -> Fault | None:
    is_across = site.layer.block.block("lrn_param").enum("norm_region") == "ACROSS_CHANNELS"
    return (
        Fault("it uses its top as a buffer before it has read its bottom") if is_across else _BOTTOM_IS_GONE
    )


def _eltwise(site: _Site) -> Fault | None:
    operation = site.layer.block.block("eltwise_param").enum("operation")
    return _BOTTOM_IS_GONE if operation == "PROD" else _CLEARED


def _convolution(site: _Site) -> Fault | None:
    layer = site.layer
    shapes = tuple(site.inference.shape(use.blob) for use in layer.bottoms)
    if not site.keeps_shape:
        return _RESHAPED
    shape = shapes[site.which]
    axes = 2 if shape is None else len(shape) - 2
    param = layer.block.block("convolution_param")
    try:
        windows = read_windows(Setup(layer.block, param, shapes, len(layer.tops)), axes)
    except RejectedError:
        # Caffe does not come to compute it, and that is a finding of its own.
        return None
    # Only a plain matrix product works on its bottom itself, others copy it (base_conv_layer.hpp, is_1x1_).
    if all((window.kernel, window.stride, window.pad) == (1, 1, 0) for window in windows):
        return Fault("its matrix product writes over the numbers that it still has to read")
    return _INPUT_IS_GONE


def _recurrent(site: _Site) -> Fault | None:
    return _INPUT_IS_GONE if site.keeps_shape and site.which == 0 else _OVERRUN


def _lstm_unit(site: _Site) -> Fault | None:
    return _BOTTOM_IS_GONE if site.which == 0 else _RESHAPED


def _crop(site: _Site) -> Fault | None:
    return _cleared_gradient(site, _RESHAPED)


def _im2col(site: _Site) -> Fault | None:
    return _cleared_gradient(site, _OVERRUN)


def _cleared_gradient(site: _Site, otherwise: Fault) -> Fault:
    if not site.keeps_shape:
        return otherwise
    return Fault("Backward clears the gradient of its bottom, which is that of its top", is_in_gradient=True)


def _concat(site: _Site) -> Fault | None:
    return _OVERRUN if len(site.layer.bottoms) > 1 else None


def _tile(site: _Site) -> Fault | None:
    return _OVERRUN if site.layer.block.block("tile_param").integer("tiles") != 1 else None


def _argmax(site: _Site) -> Fault | None:
    param = site.layer.block.block("argmax_param")
    shape = site.inference.shape(site.layer.bottoms[0].blob)
    if param.has("axis") and param.boolean("out_max_val") and shape and site.keeps_shape:
        return None
    return Fault("it writes its results over the numbers that it still has to compare")


def _batch_reindex(site: _Site) -> Fault | None:
    fillers = dummy_fillers(site.layer.bottoms[1].blob)
    # An item that is copied everywhere is copied onto itself before anything could overwrite it.
    if fillers and all(filler.string("type") == "constant" for filler in fillers):
        return _cleared_gradient(site, _RESHAPED)
    return Fault("it writes over items that it still has to copy")


def _bottom_is_gone(_site: _Site) -> Fault:
    return _BOTTOM_IS_GONE


def _filter(_site: _Site) -> Fault:
    return Fault("its bottom has lost the items that were left out", is_in_gradient=True)


_WEIGHT_TYPES = frozenset(
    {"Convolution", "ConvolutionDepthwise", "Deconvolution", "DepthwiseConvolution", "LSTM", "RNN"}
)

_FORWARD = {
    "Accuracy": _UNREADABLE,
    "ContrastiveLoss": Fault("it writes the loss over its bottom before it has read it"),
    "Embed": _OVERRUN,
    "HingeLoss": Fault("its bottom has the shape of the loss by then, and it reads only that much of it"),
    "InnerProduct": Fault("its matrix product writes over the numbers that it still has to read"),
    "MultinomialLogisticLoss": Fault(
        "its bottom has the shape of the loss by then, and it reads only that much of it"
    ),
    "Pooling": _CLEARED,
    "Reduction": _RESHAPED,
    "SPP": _RESHAPED,
}

_RULES: dict[str, Callable[[_Site], Fault | None]] = {
    "ArgMax": _argmax,
    "BNLL": _bottom_is_gone,
    "BatchReindex": _batch_reindex,
    "Clip": _bottom_is_gone,
    "Concat": _concat,
    "Convolution": _convolution,
    "Crop": _crop,
    "Deconvolution": _convolution,
    "ELU": _elu,
    "Eltwise": _eltwise,
    "Filter": _filter,
    "Im2col": _im2col,
    "LRN": _lrn,
    "LSTM": _recurrent,
    "LSTMUnit": _lstm_unit,
    "Log": _bottom_is_gone,
    "MVN": _mvn,
    "Power": _power,
    "RNN": _recurrent,
    "ReLU": _relu,
    "Tile": _tile,
}
