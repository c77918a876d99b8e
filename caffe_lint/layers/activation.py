"""Layer types that work element by element on one blob (neuron_layer.cpp): ReLU, TanH, Power, PReLU, …"""

from math import isinf, log

from .axes import legacy_dims
from .filler import empty_blob
from .in_place import refuse_in_place
from .learned import Learned, learn
from .record import LayerType, Outcome, RejectedError, Setup
from .shape import product, show_shape


def set_up_neuron(setup: Setup) -> Outcome:
    """neuron_layer.cpp: the top has the shape of the bottom."""
    return Outcome((setup.bottoms[0],))


def set_up_absolute_value(setup: Setup) -> Outcome:
    """absval_layer.cpp: a neuron layer that refuses to work in place."""
    refuse_in_place(setup)
    return Outcome((setup.bottoms[0],))


def set_up_exponential(setup: Setup) -> Outcome:
    """exp_layer.cpp: base -1 stands for e."""
    _check_base(setup)
    return Outcome((setup.bottoms[0],))


def set_up_logarithm(setup: Setup) -> Outcome:
    """log_layer.cpp: base -1 stands for e, and 1/log(base) must be finite."""
    base = _check_base(setup)
    if base == 1:
        raise _wrong_base(setup, "Inf result: 1/log(base)")
    return Outcome((setup.bottoms[0],))


def set_up_prelu(setup: Setup) -> Outcome:
    """prelu_layer.cpp: a slope for each channel, or one for all; the default filler is constant 0.25."""
    bottom = setup.bottoms[0]
    if bottom is not None and len(bottom) < 2:
        message = f"{setup.show(0)} must have at least 2 axes, items and channels"
        caffe = "Number of axes of bottom blob must be >=2."
        raise RejectedError("number-of-axes", message, caffe=caffe, bottom=0)
    channels = legacy_dims(setup)[1]
    slopes = () if setup.param.boolean("channel_shared") else (channels,)
    params = learn(setup, Learned("slope", slopes, "filler"))
    given = None if params[0] is None else product(params[0])
    wanted = product(slopes)
    if given != wanted and given is not None and wanted is not None:
        message = f"{given} slopes are stored for {wanted} channels of {setup.show(0)}"
        caffe = "Negative slope size is inconsistent with prototxt config"
        span = setup.block.span("blobs")
        raise RejectedError("shape-mismatch", message, caffe=caffe, span=span, bottom=0)
    if bottom is not None and 0 in bottom[1:]:
        raise empty_blob(
            f"an item of {setup.name(0)} would have shape {show_shape(bottom[1:])}, without elements"
        )
    return Outcome((bottom,), params)


def _check_base(setup: Setup) -> float:
    base = setup.param.real("base")
    if base != -1:
        if not base > 0:
            raise _wrong_base(setup, "base must be strictly positive.")
        if isinf(log(base)):
            raise _wrong_base(setup, "Inf result: log(base)")
    return base


def _wrong_base(setup: Setup, caffe: str) -> RejectedError:
    base = setup.param.real("base")
    allowed = "-1 (for e) or a finite number above 0"
    if setup.block.string("type") == "Log":
        allowed += " other than 1"
    message = f"'base' must be {allowed}, found {base:g}"
    return RejectedError("value-out-of-range", message, caffe=caffe, span=setup.param.span("base"))


LAYER_TYPES = (
    LayerType("AbsVal", set_up_absolute_value),
    LayerType("BNLL", set_up_neuron),
    LayerType("Clip", set_up_neuron, "clip_param"),
    LayerType("Dropout", set_up_neuron, "dropout_param"),
    LayerType("ELU", set_up_neuron, "elu_param"),
    LayerType("Exp", set_up_exponential, "exp_param"),
    LayerType("Log", set_up_logarithm, "log_param"),
    LayerType("PReLU", set_up_prelu, "prelu_param"),
    LayerType("Power", set_up_neuron, "power_param"),
    LayerType("ReLU", set_up_neuron, "relu_param"),
    LayerType("Sigmoid", set_up_neuron, "sigmoid_param"),
    LayerType("Swish", set_up_neuron, "swish_param"),
    LayerType("TanH", set_up_neuron, "tanh_param"),
    LayerType("Threshold", set_up_neuron, "threshold_param"),
)
