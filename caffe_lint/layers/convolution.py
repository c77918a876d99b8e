"""Layer types that slide a kernel over spatial axes: Convolution, Deconvolution, Im2col."""

from .axes import axis_named
from .learned import Learned, learn
from .limits import check_limits
from .record import LayerType, Outcome, RejectedError, Setup, SetupFunction, at_least, missing_size
from .shape import Dim, Shape, may_equal, product, show_shape
from .window import ReverseWindow, Window, read_windows, slide


def set_up_convolution(setup: Setup) -> Outcome:
    """base_conv_layer.cpp, BaseConvolutionLayer::LayerSetUp and Reshape; axes: items, channels, spatial.

    Weight (outputs, inputs / group, kernel…), of a Deconvolution (inputs, outputs / group, kernel…).
    """
    outputs, bottom = setup.size("num_output"), setup.bottoms[0]
    if bottom is None:
        _check_outputs(setup, outputs, None)
        return Outcome((None,) * setup.top_count, _learn(setup, None), None)
    axis = axis_named(setup, bottom)
    channels, inputs = bottom[axis], bottom[axis + 1 :]
    is_reversed = setup.block.string("type") == "Deconvolution"
    windows = read_windows(setup, len(inputs), ReverseWindow if is_reversed else Window)
    _check_outputs(setup, outputs, channels)
    rows, columns = (channels, outputs) if is_reversed else (outputs, channels)
    per_group = None if columns is None else columns // setup.size("group")
    weight = (rows, per_group, *(window.kernel for window in windows))
    params = _learn(setup, weight)
    _check_equal_bottoms(setup)
    sizes = slide(setup, windows, least=1 if setup.param.boolean("bias_term") else 0)
    positions = inputs if is_reversed else sizes
    check_limits((product((columns, *weight[2:])), *positions), "the column buffer of the convolution")
    macs = product((*bottom[1:axis], *weight, *positions, setup.top_count))
    return Outcome(((*bottom[:axis], outputs, *sizes),) * setup.top_count, params, macs)


def set_up_im2col(setup: Setup) -> Outcome:
    """im2col_layer.cpp: channels times kernel size, spatial axes as of a convolution."""
    bottom = setup.bottoms[0]
    if bottom is None:
        return Outcome((None,))
    axis = axis_named(setup, bottom)
    inputs = bottom[axis + 1 :]
    if not inputs:
        message = f"{setup.show(0)} has no axis behind 'axis' {axis} for the kernel to move along"
        raise RejectedError("number-of-axes", message, caffe="num_spatial_axes_ >= 1", bottom=0)
    windows = read_windows(setup, len(inputs))
    channels = product((bottom[axis], *(window.kernel for window in windows)))
    return Outcome(((*bottom[:axis], channels, *slide(setup, windows)),))


def _check_outputs(setup: Setup, outputs: int, channels: Dim) -> None:
    if outputs <= 0:
        raise missing_size(setup, "num_output", "num_output_ > 0")
    group = setup.size("group")
    span = setup.param.span("group")
    if group == 0:
        raise RejectedError("value-out-of-range", "'group' must be more than 0", caffe="SIGFPE", span=span)
    if channels is not None and channels % group:
        message = f"{setup.show(0)} has {channels} channels, which do not divide into {group} groups"
        raise RejectedError("shape-mismatch", message, caffe="channels_ % group_ == 0", span=span, bottom=0)
    if outputs % group:
        message = f"'num_output' {outputs} does not divide into {group} groups"
        caffe = "Number of output should be multiples of group."
        raise RejectedError("shape-mismatch", message, caffe=caffe, span=span)


def _learn(setup: Setup, weight: Shape) -> tuple[Shape, ...]:
    wanted = [Learned.weight(weight)]
    if setup.param.boolean("bias_term"):
        wanted.append(Learned.bias((setup.size("num_output"),)))
    stored = learn(setup, *wanted)
    span = setup.block.span("blobs")
    if len(stored) != len(wanted):
        message = f"{len(stored)} 'blobs' are stored, the layer learns {len(wanted)}"
        caffe = "Incorrect number of weight blobs."
        raise RejectedError("parameter-count", message, caffe=caffe, span=span)
    for (what, shape, _), found in zip(wanted, stored, strict=True):
        if not may_equal(shape, found):
            message = f"the stored {what} is {show_shape(found)}, the layer learns {show_shape(shape)}"
            caffe = f"Incorrect {what} shape: expected shape"
            raise RejectedError("shape-mismatch", message, caffe=caffe, span=span)
    return tuple(blob.shape for blob in wanted)


def _check_equal_bottoms(setup: Setup) -> None:
    for index, shape in enumerate(setup.bottoms):
        if not may_equal(setup.bottoms[0], shape):
            message = f"all bottoms must have one shape, but {setup.show(0)} and {setup.show(index)} differ"
            raise RejectedError("shape-mismatch", message, caffe="shape mismatch - bottom[0]:", bottom=index)


def convolving_type(name: str, setup: SetupFunction) -> LayerType:
    """The record of a type that convolves each bottom to a top of its own."""
    return LayerType(name, setup, "convolution_param", at_least(1), at_least(1), equal_blobs=True)


LAYER_TYPES = (
    convolving_type("Convolution", set_up_convolution),
    convolving_type("Deconvolution", set_up_convolution),
    LayerType("Im2col", set_up_im2col, "convolution_param"),
)
