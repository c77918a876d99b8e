"""Layer types that normalise, scale or shift along axes: LRN, MVN, BatchNorm, Scale, Bias, Softmax."""

from .axes import axis_named, legacy_dims, require_axes, require_axis
from .filler import empty_blob
from .learned import Learned, learn
from .record import LayerType, Outcome, RejectedError, Setup, between
from .shape import Dim, Dims, Shape, merge, product, show_shape

_BATCH_NORM_BLOBS = 3
"""Mean, variance and their weight."""


def set_up_lrn(setup: Setup) -> Outcome:
    """lrn_layer.cpp: (num, channels, height, width), normalised over a window of odd size."""
    size = setup.param.integer("local_size")
    if size % 2 == 0:
        message = f"'local_size' must be odd, found {size}"
        caffe = "LRN only supports odd values for local_size"
        span = setup.param.span("local_size")
        raise RejectedError("value-out-of-range", message, caffe=caffe, span=span)
    require_axes(setup, 0, 4, "Input must have 4 axes, corresponding to (num, channels, height, width)")
    return Outcome((setup.bottoms[0] or (None,) * 4,))


def set_up_mvn(setup: Setup) -> Outcome:
    """mvn_layer.cpp: the top always has 4 axes, those that the bottom lacks are of size 1."""
    dims = legacy_dims(setup)
    normalised = dims[1:] if setup.param.boolean("across_channels") else dims[2:]
    if 0 in normalised:
        raise empty_blob(f"MVN of {setup.show(0)} would normalise over {show_shape(normalised)}")
    return Outcome((dims,))


def set_up_batch_norm(setup: Setup) -> Outcome:
    """batch_norm_layer.cpp: blobs mean (channels), variance (channels) and their weight (1)."""
    channels = require_axis(setup, 0, 1)
    bottom = setup.bottoms[0]
    params = learn(setup, *[Learned("statistics", (size,), "") for size in (channels, channels, 1)])
    for index, spec in enumerate(setup.block.blocks("param")[: len(params)]):
        if spec.real("lr_mult") != 0:
            message = f"'lr_mult' of the statistics must be 0 for blob {index}, or all 3 blobs need a 'param'"
            caffe = "Cannot configure batch normalization statistics as layer parameters."
            raise RejectedError("batch-norm-params", message, caffe=caffe, span=spec.span("lr_mult"))
    if bottom is not None and 0 in bottom:
        crash = "SIGFPE" if bottom[0] == 0 else "data_"
        message = f"{setup.show(0)} has no elements to normalise"
        raise RejectedError("empty-blob", message, caffe=crash, bottom=0)
    return Outcome((bottom,), params)


def set_up_scale(setup: Setup) -> Outcome:
    """scale_layer.cpp: a factor, learned or bottom 1, for each element of some axes of bottom 0."""
    scale, params = _second_or_learned(setup, "scale", "num_axes")
    bottom = setup.bottoms[0]
    if setup.param.boolean("bias_term"):
        params += learn(setup, Learned("bias", scale, "bias_filler"))
    if bottom is None or scale is None:
        return Outcome((bottom,), params)
    top, first = _fit(setup, "scale", scale)
    ends = (product(bottom[:first]), product(bottom[first + len(scale) :]))
    if ends == (0, 0) or (ends[1] == 0 and setup.param.boolean("bias_term")):
        raise empty_blob(f"{setup.show(0)} has no elements to scale")
    return Outcome((top,), params)


def set_up_bias(setup: Setup) -> Outcome:
    """bias_layer.cpp: a summand, learned or bottom 1, for each element of some axes of bottom 0."""
    bias, params = _second_or_learned(setup, "bias", "num_axes")
    bottom = setup.bottoms[0]
    if bottom is None or bias is None:
        return Outcome((bottom,), params)
    top, first = _fit(setup, "bias", bias)
    if 0 in bottom[first + len(bias) :]:
        raise empty_blob(f"{setup.show(0)} has no elements to add a bias to")
    return Outcome((top,), params)


def set_up_softmax(setup: Setup) -> Outcome:
    """softmax_layer.cpp: the top has the shape of the bottom."""
    check_softmax(setup, "axis")
    return Outcome((setup.bottoms[0],))
