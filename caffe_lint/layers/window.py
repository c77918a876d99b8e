"""The kernel of a convolution, its stride, pad and dilation along each spatial axis."""

from dataclasses import dataclass

from ..text import Span
from .record import RejectedError, Setup, missing_size
from .shape import Dim, Dims


@dataclass(frozen=True, slots=True)
class Window:
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
    if 0 in kernels:
        raise missing_size(setup, "kernel_size", "Filter dimensions must be nonzero.")
    strides = _per_axis(setup, "stride", axes) or [1] * axes
    pads = _per_axis(setup, "pad", axes) or [0] * axes
    dilations = _per_axis(setup, "dilation", axes) or [1] * axes
    return list(map(kind, kernels, strides, pads, dilations))


def slide(setup: Setup, first: int, sizes: Dims, windows: list[Window]) -> Dims:
    """The sizes of the spatial axes, of which `first` is the outermost, behind the kernel.

    Raises:
        RejectedError: if the kernel does not fit.
    """
    return tuple(
        _output(setup, axis, size, window)
        for axis, (size, window) in enumerate(zip(sizes, windows, strict=True), first)
    )


def kernel_span(setup: Setup) -> Span:
    """Where the size of the kernel stands."""
    given = [name for name in ("kernel_size", "kernel_h", "kernel_w") if setup.param.has(name)]
    return setup.param.span(given[0]) if given else setup.param.place


def _output(setup: Setup, axis: int, size: Dim, window: Window) -> Dim:
    if window.stride == 0 and not isinstance(window, ReverseWindow):
        message = "'stride_h' and 'stride_w' must both be given and more than 0"
        span = setup.param.span("stride_h" if setup.param.has("stride_h") else "stride_w")
        raise RejectedError("window-does-not-fit", message, caffe="SIGFPE", span=span)
    if size is None:
        return None
    result = window.output(size)
    if result < 0:
        message = f"{window} does not fit axis {axis} of {setup.show(0)}: {window.arithmetic(size)}"
        raise RejectedError(
            "window-does-not-fit", message, caffe="shape[i] >= 0", span=kernel_span(setup), bottom=0
        )
    return result


def _per_axis(setup: Setup, field: str, axes: int) -> list[int]:
    param = setup.param
    if field != "dilation" and _has_pair(setup, field):
        return _height_and_width(setup, field, axes)
    values = param.integers(field)
    if len(values) not in (1, axes) and (values or field == "kernel_size"):
        caffe = f"{field} must be specified once, or once per spatial dimension"
        if not values:
            raise missing_size(setup, field, caffe)
        message = f"'{field}' is given {len(values)} times for {axes} spatial axes of {setup.show(0)}"
        raise RejectedError("parameter-count", message, caffe=caffe, span=param.span(field), bottom=0)
    values = values * axes if len(values) == 1 else values
    if field == "stride" and 0 in values:
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
    return [param.integer(height), param.integer(width)]
