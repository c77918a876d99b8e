"""The kernel of a convolution, its stride, pad and dilation along each spatial axis."""

from typing import NamedTuple

from ..text import Span
from .record import RejectedError, Setup, missing_size
from .shape import Dims, to_int


class Window(NamedTuple):
    """How a kernel moves along one axis."""

    kernel: int
    stride: int
    pad: int
    dilation: int

    @property
    def extent(self) -> int:
        """How far a dilated kernel reaches."""
        return self.dilation * (self.kernel - 1) + 1

    def output(self, size: int) -> int:
        """How often the kernel fits an input, negative if it does not.

        Source: conv_layer.cpp, ConvolutionLayer::compute_output_shape; C++ divides towards 0.
        """
        room = size + 2 * self.pad - self.extent
        return 1 + (room // self.stride if room >= 0 else -(-room // self.stride))

    def arithmetic(self, size: int) -> str:
        """The formula of `output` with its numbers."""
        return f"({size} + 2*{self.pad} - {self.extent})/{self.stride} + 1 = {self.output(size)}"

    def __str__(self) -> str:
        return f"kernel {self.kernel}" + (f" with dilation {self.dilation}" if self.dilation != 1 else "")


class ReverseWindow(Window):
    """The window of a deconvolution: its input is what a convolution would put out."""

    __slots__ = ()

    def output(self, size: int) -> int:
        """Source: deconv_layer.cpp, DeconvolutionLayer::compute_output_shape."""
        return self.stride * (size - 1) + self.extent - 2 * self.pad

    def arithmetic(self, size: int) -> str:
        """The formula of `output` with its numbers."""
        return f"{self.stride}*({size} - 1) + {self.extent} - 2*{self.pad} = {self.output(size)}"


def read_windows(setup: Setup, axes: int, kind: type[Window] = Window) -> list[Window]:
    """The kernel along each of the spatial axes behind the channel axis.

    Source: base_conv_layer.cpp, BaseConvolutionLayer::LayerSetUp, and im2col_layer.cpp, the same.

    Raises:
        RejectedError: if sizes are missing, exclude each other, or do not fit the number of axes.
    """
    kernels = _per_axis(setup, "kernel_size", axes)
    if kernels and min(kernels) <= 0:
        name = "kernel_size"
        if _has_pair(setup, name):
            name = _pair(name)[0 if kernels[0] <= 0 else 1]
        raise missing_size(setup, name, "Filter dimensions must be nonzero.")
    strides = _per_axis(setup, "stride", axes) or [1] * axes
    pads = _per_axis(setup, "pad", axes) or [0] * axes
    dilations = _per_axis(setup, "dilation", axes) or [1] * axes
    return list(map(kind, kernels, strides, pads, dilations))


def slide(setup: Setup, windows: list[Window], least: int = 0) -> Dims:
    """The sizes of the last axes of bottom 0 behind the kernel.

    Raises:
        RejectedError: if the kernel fits less often than `least`.
    """
    bottom = setup.bottoms[0] or ()
    first = len(bottom) - len(windows)
    for index, window in enumerate(windows):
        if window.stride == 0 and not isinstance(window, ReverseWindow):
            raise _no_stride(setup, index)
    pairs = zip(bottom[first:], windows, strict=True)
    outputs = tuple(None if size is None else window.output(size) for size, window in pairs)
    worst = min((output for output in outputs if output is not None), default=least)
    if worst < least:
        index = outputs.index(worst)
        raise _does_not_fit(setup, first + index, windows[index])
    return outputs


def kernel_span(setup: Setup) -> Span:
    """Where the size of the kernel stands."""
    given = [name for name in ("kernel_size", "kernel_h", "kernel_w") if setup.param.has(name)]
    return setup.param.span(given[0]) if given else setup.param.place


def _does_not_fit(setup: Setup, axis: int, window: Window) -> RejectedError:
    size = (setup.bottoms[0] or ())[axis] or 0
    message = f"{window} does not fit axis {axis} of {setup.show(0)}: {window.arithmetic(size)}"
    # With nothing left Caffe fails later, at the ones that it multiplies the bias by.
    caffe = "data_" if window.output(size) == 0 else "shape[i] >= 0"
    return RejectedError("window-does-not-fit", message, caffe=caffe, span=kernel_span(setup), bottom=0)


def _no_stride(setup: Setup, index: int) -> RejectedError:
    given, other = _pair("stride")[::-1] if index == 0 else _pair("stride")
    message = f"'{other}' must be more than 0"
    if not setup.param.has(other):
        message = f"'{given}' needs '{other}' beside it: without it the stride is 0"
    span = setup.param.span(other if setup.param.has(other) else given)
    return RejectedError("window-does-not-fit", message, caffe="SIGFPE", span=span)


def _per_axis(setup: Setup, field: str, axes: int) -> list[int]:
    param = setup.param
    if field != "dilation" and _has_pair(setup, field):
        return _height_and_width(setup, field, axes)
    values = list(map(to_int, param.integers(field)))
    if len(values) not in (1, axes) and (values or field == "kernel_size"):
        caffe = f"{field} must be specified once, or once per spatial dimension"
        if not values:
            raise missing_size(setup, field, caffe)
        allowed = f"once, or once for each spatial axis of {setup.show(0)}"
        message = f"'{field}' must be given {allowed}, found {len(values)} for {axes}"
        raise RejectedError("parameter-count", message, caffe=caffe, span=param.span(field), bottom=0)
    values = values * axes if len(values) == 1 else values
    if field == "stride" and any(value <= 0 for value in values):
        message, caffe = "'stride' must be more than 0", "Stride dimensions must be nonzero."
        raise RejectedError("window-does-not-fit", message, caffe=caffe, span=param.span(field))
    return values


def _pair(field: str) -> tuple[str, str]:
    stem = field.removesuffix("_size")
    return f"{stem}_h", f"{stem}_w"


def _has_pair(setup: Setup, field: str) -> bool:
    return any(map(setup.param.has, _pair(field)))


def _height_and_width(setup: Setup, field: str, axes: int) -> list[int]:
    param = setup.param
    height, width = _pair(field)
    span = param.span(height if param.has(height) else width)
    if axes != 2:
        message = f"'{height}' and '{width}' are for 2 spatial axes, but {setup.show(0)} has {axes}"
        caffe = f"{height} & {width} can only be used for 2D convolution."
        raise RejectedError("number-of-axes", message, caffe=caffe, span=span, bottom=0)
    if param.has(field):
        message = f"'{field}' excludes '{height}' and '{width}'"
        caffe = f"Either {field} or {height}/w should be specified; not both."
        raise RejectedError("conflicting-parameters", message, caffe=caffe, span=span)
    return [setup.size(height), setup.size(width)]
