"""Layer types of forks for small and channel-wise networks: depthwise convolutions, ReLU6, Axpy, …

What stands here was read in the sources of the forks, not run.
"""

from ..activation import set_up_neuron
from ..axes import legacy_dims, require_axis
from ..convolution import convolving_type, set_up_convolution
from ..record import LayerType, Outcome, RejectedError, Setup, at_least, exactly, missing_size
from ..shape import Shape, may_equal, merge

_OWN_PADS = ("pad_type", "pad_l", "pad_r", "pad_t", "pad_b")
"""Fields by which synopsys-caffe pads each side by itself (conv_depthwise_layer.cpp)."""


def set_up_depthwise(setup: Setup) -> Outcome:
    """depthwise_conv_layer.cpp of MobileNet-YOLO, conv_depthwise_layer.cpp of synopsys-caffe.

    A Convolution with another way to the same numbers: `num_output` and `group` are as they stand in the
    file. Where synopsys' own padding is used, the sizes behind the kernel are not known.
    """
    bottom = setup.bottoms[0]
    if bottom is None or not any(map(setup.param.has, _OWN_PADS)):
        return set_up_convolution(setup)
    vague: tuple[Shape, ...] = tuple(
        None if shape is None else (*shape[:2], *(None for _ in shape[2:])) for shape in setup.bottoms
    )
    return set_up_convolution(setup._replace(bottoms=vague))


def set_up_shuffle_channel(setup: Setup) -> Outcome:
    """shuffle_channel_layer.cpp of ShuffleNet: the channels of each group, one of each in turn.

    That the groups divide the channels is checked in every Forward, not yet at setup. Only the first top
    is used.
    """
    group = setup.size("group")
    if group <= 0:
        raise missing_size(setup, "group", "group must be greater than 0")
    dims = legacy_dims(setup)
    if dims[1] is not None and dims[1] % group:
        message = f"{setup.show(0)} has {dims[1]} channels, which do not divide into {group} groups"
        span = setup.param.span("group")
        raise RejectedError("shape-mismatch", message, caffe="Wrong group size.", span=span, bottom=0)
    return Outcome((dims, *(None for _ in range(setup.top_count - 1))))


def set_up_axpy(setup: Setup) -> Outcome:
    """axpy_layer.cpp of SENet: bottom 1 times a factor for each channel (bottom 0), plus bottom 2."""
    for axis in (0, 1):
        factors, blob = require_axis(setup, 0, axis), require_axis(setup, 1, axis)
        if not may_equal((factors,), (blob,)):
            message = f"{setup.show(0)} must have one factor for each item and channel of {setup.show(1)}"
            caffe = f"bottom[0]->shape({axis}) == bottom[1]->shape({axis})"
            raise RejectedError("shape-mismatch", message, caffe=caffe, bottom=0)
    _check_single_factors(setup)
    if not may_equal(setup.bottoms[1], setup.bottoms[2]):
        message = f"{setup.show(1)} and {setup.show(2)} must have one shape"
        caffe = "bottom[1]->shape() == bottom[2]->shape()"
        raise RejectedError("shape-mismatch", message, caffe=caffe, bottom=2)
    return Outcome((merge(setup.bottoms[1], setup.bottoms[2]),))


def set_up_spatial_dropout(setup: Setup) -> Outcome:
    """spatial_dropout_layer.cpp of intel/caffe: drops whole channels."""
    legacy_dims(setup)
    return set_up_neuron(setup)


def _check_single_factors(setup: Setup) -> None:
    factors = setup.bottoms[0]
    if factors is None or len(factors) != 4:
        return
    for axis in (2, 3):
        if factors[axis] not in (1, None):
            message = f"{setup.show(0)} must have 1 on axis {axis}: one factor for each item and channel"
            caffe = f"bottom[0]->shape({axis}) == 1"
            raise RejectedError("shape-mismatch", message, caffe=caffe, bottom=0)


LAYER_TYPES = (
    convolving_type("ConvolutionDepthwise", set_up_depthwise),
    convolving_type("DepthwiseConvolution", set_up_depthwise),
    LayerType(
        "ShuffleChannel",
        set_up_shuffle_channel,
        "shuffle_channel_param",
        bottoms=at_least(1),
        tops=at_least(1),
    ),
    LayerType("ReLU6", set_up_neuron, "relu6_param"),
    LayerType("Axpy", set_up_axpy, bottoms=exactly(3)),
    LayerType("Mish", set_up_neuron),
    LayerType("SpatialDropout", set_up_spatial_dropout, "dropout_param"),
    LayerType("Flip", set_up_neuron, "flip_param"),
)
