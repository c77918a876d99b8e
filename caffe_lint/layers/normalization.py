"""Layer types that normalise, scale or shift along axes: LRN, MVN, BatchNorm, Scale, Bias, Softmax."""

from .axes import axis_named, legacy_dims, require_axes, require_axis
from .filler import empty_blob
from .learned import Learned, learn
from .record import LayerType, Outcome, RejectedError, Setup, between
from .shape import Dims, Shape, may_equal, merge, show_shape


def set_up_lrn(setup: Setup) -> Outcome:
    """lrn_layer.cpp: (num, channels, height, width), normalised over a window of odd size."""
    size = setup.size("local_size")
    if size <= 0 or size % 2 == 0:
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
        raise empty_blob(f"MVN of {setup.show(0)} would normalise over {show_shape(normalised)}, no elements")
    return Outcome((dims,))


def set_up_batch_norm(setup: Setup) -> Outcome:
    """batch_norm_layer.cpp: blobs mean (channels), variance (channels) and their weight (1)."""
    bottom = setup.bottoms[0]
    # A bottom of one axis gets as far as Reshape before Caffe misses its channels.
    channels = 1 if bottom is not None and len(bottom) == 1 else require_axis(setup, 0, 1)
    params = learn(setup, *(Learned("statistics", (size,), None) for size in (channels, channels, 1)))
    for spec in setup.block.blocks("param")[: len(params)]:
        if spec.real("lr_mult") != 0:
            message = "BatchNorm learns its blobs by itself: 'lr_mult' must be 0 unless all 3 have a 'param'"
            caffe = "Cannot configure batch normalization statistics as layer parameters."
            raise RejectedError("batch-norm-params", message, caffe=caffe, span=spec.span("lr_mult"))
    require_axis(setup, 0, 1)
    if bottom is not None and 0 in bottom:
        message = f"{setup.show(0)} has no elements to normalise"
        # Without items Caffe divides by 0 when it works out the number of positions.
        raise RejectedError("empty-blob", message, caffe="data_" if bottom[0] else "SIGFPE", bottom=0)
    return Outcome((bottom,), params)


def set_up_scale(setup: Setup) -> Outcome:
    """scale_layer.cpp: factors for some axes of bottom 0, learned or bottom 1, and perhaps a learned bias."""
    bottom, has_bias = setup.bottoms[0], setup.param.boolean("bias_term")
    scale, wanted = _operand(setup, "scale")
    if has_bias:
        bias = None if bottom is None or scale is None else _covered(setup, bottom, len(scale))
        wanted = (*wanted, Learned("bias", bias, "bias_filler"))
    params = learn(setup, *wanted)
    if bottom is None or scale is None:
        return Outcome((bottom,), params)
    first = _fit(setup, bottom, scale)
    is_empty_inside = 0 in bottom[first + len(scale) :]
    if is_empty_inside and (has_bias or 0 in bottom[:first]):
        raise empty_blob(f"{setup.show(0)} has no elements to scale")
    return Outcome((_refined(bottom, first, scale),), params)


def set_up_bias(setup: Setup) -> Outcome:
    """bias_layer.cpp: summands for some axes of bottom 0, learned or bottom 1."""
    bottom = setup.bottoms[0]
    bias, wanted = _operand(setup, "bias")
    params = learn(setup, *wanted)
    if bottom is None or bias is None:
        return Outcome((bottom,), params)
    first = _fit(setup, bottom, bias)
    if 0 in bottom[first + len(bias) :]:
        raise empty_blob(f"{setup.show(0)} has no elements to add a bias to")
    return Outcome((_refined(bottom, first, bias),), params)


def set_up_softmax(setup: Setup) -> Outcome:
    """softmax_layer.cpp: the top has the shape of the bottom."""
    softmax_axis(setup)
    return Outcome((setup.bottoms[0],))


def softmax_axis(setup: Setup) -> int | None:
    """The axis that sums to 1, None if the bottom is unknown (softmax_layer.cpp, SoftmaxLayer::Reshape).

    Raises:
        RejectedError: if there is no such axis, or nothing on it.
    """
    bottom = setup.bottoms[0]
    if bottom is None:
        return None
    axis = axis_named(setup, bottom)
    if bottom[axis] == 0:
        raise empty_blob(f"axis {axis} of {setup.show(0)} has no elements")
    return axis


def _operand(setup: Setup, what: str) -> tuple[Shape, tuple[Learned, ...]]:
    """The factors or summands: bottom 1, or a learned blob that covers axes of bottom 0."""
    if len(setup.bottoms) == 2:
        return setup.bottoms[1], ()
    shape, number = setup.bottoms[0], setup.param.integer("num_axes")
    if shape is not None:
        axis_named(setup, shape)
    if number < -1:
        message = f"'num_axes' must be at least 0, or -1 for all axes from 'axis' on, found {number}"
        caffe = "num_axes must be non-negative, or -1 to extend to the end of bottom[0]"
        span = setup.param.span("num_axes")
        raise RejectedError("value-out-of-range", message, caffe=caffe, span=span)
    if shape is not None:
        shape = _covered(setup, shape, number)
    return shape, (Learned(what, shape, "filler"),)


def _covered(setup: Setup, bottom: Dims, number: int) -> Dims:
    """So many axes of bottom 0 from `axis` on; all of them for -1."""
    axis = axis_named(setup, bottom)
    if number == -1:
        return bottom[axis:]
    if axis + number > len(bottom):
        raise _extends_past(setup, axis, number)
    return bottom[axis : axis + number]


def _fit(setup: Setup, bottom: Dims, operand: Dims) -> int:
    """The axis of bottom 0 where the factors or summands begin."""
    first = axis_named(setup, bottom) if operand else 0
    if first + len(operand) > len(bottom):
        raise _extends_past(setup, first, len(operand))
    if not may_equal(bottom[first : first + len(operand)], operand):
        axes = f"axis {first}" if len(operand) == 1 else f"axes {first} to {first + len(operand) - 1}"
        message = f"{setup.show(1)} does not fit {axes} of {setup.show(0)}"
        raise RejectedError("shape-mismatch", message, caffe="dimension mismatch between bottom[0]", bottom=1)
    return first


def _extends_past(setup: Setup, first: int, number: int) -> RejectedError:
    message = f"{number} axes from 'axis' {first} on do not exist in {setup.show(0)}"
    caffe = "blob's shape extends past bottom[0]'s shape"
    return RejectedError("axis-out-of-range", message, caffe=caffe, span=setup.param.span("axis"), bottom=0)


def _refined(bottom: Dims, first: int, operand: Dims) -> Shape:
    behind = first + len(operand)
    return (*bottom[:first], *(merge(bottom[first:behind], operand) or ()), *bottom[behind:])


LAYER_TYPES = (
    LayerType("LRN", set_up_lrn, "lrn_param"),
    LayerType("MVN", set_up_mvn, "mvn_param"),
    LayerType("BatchNorm", set_up_batch_norm, "batch_norm_param"),
    LayerType("Scale", set_up_scale, "scale_param", bottoms=between(1, 2)),
    LayerType("Bias", set_up_bias, "bias_param", bottoms=between(1, 2)),
    LayerType("Softmax", set_up_softmax, "softmax_param"),
)
