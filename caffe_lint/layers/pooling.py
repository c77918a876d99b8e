"""Layer types that pool over windows of height and width: Pooling, SPP."""

from typing import NamedTuple

from .axes import legacy_dims, require_axes
from .in_place import refuse_in_place
from .record import LayerType, Outcome, RejectedError, Setup, at_least, missing_size
from .shape import Dim, product
from .window import kernel_span

_FOUR_AXES = "Input must have 4 axes, corresponding to (num, channels, height, width)"


class PoolWindow(NamedTuple):
    """How a pooling window moves along height or width; `kernel` is None if it covers an unknown input."""

    kernel: Dim
    stride: int
    pad: int
    floor: bool = False

    def output(self, size: Dim) -> Dim:
        """How many windows cover an input, negative if not even one does (pooling_layer.cpp, Reshape).

        The last window is dropped where it would lie in the padding behind the input.
        """
        if self.kernel is None:
            return 1
        if size is None:
            return None
        room = size + 2 * self.pad - self.kernel
        result = 1 + (room // self.stride if self.floor else -(-room // self.stride))
        if self.pad and (result - 1) * self.stride >= size + self.pad:
            return result - 1
        return result

    def arithmetic(self, size: Dim) -> str:
        """The formula of `output` with its numbers."""
        rounding = "floor" if self.floor else "ceil"
        quotient = f"{rounding}(({size} + 2*{self.pad} - {self.kernel})/{self.stride})"
        return f"{quotient} + 1 = {self.output(size)}"


def set_up_pooling(setup: Setup) -> Outcome:
    """pooling_layer.cpp: (num, channels, height, width) to windows over height and width."""
    method = setup.param.enum("pool")
    most = 2 if method == "MAX" else 1
    if setup.top_count > most:
        allowed = "1 top, or 2 with the mask" if method == "MAX" else "1 top"
        message = f"{method} pooling has {allowed}, found {setup.top_count}"
        caffe = f"Pooling Layer produces at most {most} top blob(s) as output."
        raise RejectedError("wrong-number-of-blobs", message, caffe=caffe, span=setup.block.span("top"))
    windows = read_pool_windows(setup)
    require_axes(setup, 0, 4, _FOUR_AXES)
    num, channels, *sizes = setup.bottoms[0] or (None, None, None, None)
    spatial = [_pooled(setup, axis, sizes[axis - 2], window) for axis, window in enumerate(windows, 2)]
    return Outcome(((num, channels, *spatial),) * setup.top_count)


def set_up_spp(setup: Setup) -> Outcome:
    """spp_layer.cpp: height and width pooled into 1, 2, 4, … bins each, flattened and joined."""
    levels = setup.size("pyramid_height")
    num, channels, height, width = legacy_dims(setup)
    if 0 in (height, width):
        message = f"{setup.show(0)} has no height or no width"
        raise RejectedError("empty-blob", message, caffe="Input dimensions cannot be zero.", bottom=0)
    if levels <= 0:
        raise missing_size(setup, "pyramid_height", "Split Layer produces at least 1 top blob(s) as output.")
    require_axes(setup, 0, 4, _FOUR_AXES)
    if levels == 1:
        return Outcome(((num, channels, 1, 1),))
    features: Dim = 0
    for level in range(levels):
        bins = product(
            (channels, *(_bins(setup, axis, size, level) for axis, size in ((2, height), (3, width))))
        )
        features = None if features is None or bins is None else features + bins
    refuse_in_place(setup, _FOUR_AXES)
    return Outcome(((num, features),))


def read_pool_windows(setup: Setup) -> tuple[PoolWindow, PoolWindow]:
    """pooling_layer.cpp, PoolingLayer::LayerSetUp."""
    param = setup.param
    is_global = param.boolean("global_pooling")
    _check_kernel_fields(setup)
    _check_pair(setup, "pad", "pad is pad OR pad_h and pad_w are required.")
    _check_pair(setup, "stride", "Stride is stride OR stride_h and stride_w are required.")
    kernels = legacy_dims(setup)[2:] if is_global else _values(setup, "kernel_size", "kernel")
    if any(kernel is not None and kernel <= 0 for kernel in kernels):
        raise missing_size(setup, "kernel_size", "Filter dimensions cannot be zero.")
    pads, strides = _values(setup, "pad", "pad"), _values(setup, "stride", "stride")
    if is_global and (pads, strides) != ((0, 0), (1, 1)):
        message = "'global_pooling' allows no 'pad' and no 'stride'"
        caffe = "With Global_pooling: true; only pad = 0 and stride = 1"
        span = param.span("global_pooling")
        raise RejectedError("conflicting-parameters", message, caffe=caffe, span=span)
    _check_pads(setup, pads, kernels)
    floor = param.enum("round_mode") == "FLOOR"
    height, width = map(PoolWindow, kernels, strides, pads, (floor, floor))
    return height, width


def _check_kernel_fields(setup: Setup) -> None:
    has = setup.param.has
    has_pair = has("kernel_h") and has("kernel_w")
    if setup.param.boolean("global_pooling"):
        if has("kernel_size") or has("kernel_h") or has("kernel_w"):
            message = "'global_pooling' covers the whole input and allows no kernel size"
            caffe = "With Global_pooling: true Filter size cannot specified"
            raise RejectedError("conflicting-parameters", message, caffe=caffe, span=kernel_span(setup))
    elif has("kernel_size") == has_pair:
        caffe = "Filter size is kernel_size OR kernel_h and kernel_w; not both"
        if has_pair:
            message = "'kernel_size' excludes 'kernel_h' and 'kernel_w'"
            raise RejectedError("conflicting-parameters", message, caffe=caffe, span=kernel_span(setup))
        message = "'kernel_size', or 'kernel_h' and 'kernel_w', must be given"
        raise RejectedError("missing-size", message, caffe=caffe, span=kernel_span(setup))


def _check_pair(setup: Setup, field: str, caffe: str) -> None:
    given = [name for name in (f"{field}_h", f"{field}_w") if setup.param.has(name)]
    span = setup.param.span(given[0]) if given else None
    if given and setup.param.has(field):
        message = f"'{field}' excludes '{given[0]}'"
        raise RejectedError("conflicting-parameters", message, caffe=caffe, span=span)
    if len(given) == 1:
        message = f"'{field}_h' and '{field}_w' must be given together, found '{given[0]}' only"
        raise RejectedError("missing-size", message, caffe=caffe, span=span)


def _values(setup: Setup, field: str, stem: str) -> tuple[int, int]:
    param = setup.param
    if param.has(field) or not param.has(f"{stem}_h"):
        return (setup.size(field), setup.size(field))
    return (setup.size(f"{stem}_h"), setup.size(f"{stem}_w"))


def _check_pads(setup: Setup, pads: tuple[int, int], kernels: tuple[Dim, Dim]) -> None:
    if pads == (0, 0):
        return
    span = setup.param.span("pad" if setup.param.has("pad") else "pad_h")
    method = setup.param.enum("pool")
    if method == "STOCHASTIC":
        message = "'pad' works with MAX and AVE pooling only, not with STOCHASTIC"
        caffe = "Padding implemented only for average and max pooling."
        raise RejectedError("conflicting-parameters", message, caffe=caffe, span=span)
    for name, pad, kernel in zip("hw", pads, kernels, strict=True):
        if kernel is not None and pad >= kernel:
            message = f"pad {pad} must be less than kernel {kernel}: a window could lie in the padding only"
            caffe = f"pad_{name}_ < kernel_{name}_"
            raise RejectedError("window-does-not-fit", message, caffe=caffe, span=span)


def _pooled(setup: Setup, axis: int, size: Dim, window: PoolWindow) -> Dim:
    # Caffe turns the infinite quotient of stride 0 into a large negative size.
    caffe = "shape[i] >= 0"
    if window.stride == 0:
        field = "stride" if setup.param.has("stride") else f"stride_{'hw'[axis - 2]}"
        message, span = f"'{field}' must be more than 0", setup.param.span(field)
        raise RejectedError("window-does-not-fit", message, caffe=caffe, span=span)
    result = window.output(size)
    if result is not None and result < 0:
        kernel, span = f"kernel {window.kernel}", kernel_span(setup)
        message = f"{kernel} does not fit axis {axis} of {setup.show(0)}: {window.arithmetic(size)}"
        raise RejectedError("window-does-not-fit", message, caffe=caffe, span=span, bottom=0)
    return result


def _bins(setup: Setup, axis: int, size: Dim, level: int) -> Dim:
    """How many windows a pyramid level makes of an axis: not always 2^level (GetPoolingParam)."""
    if size is None:
        return None
    wanted = 2**level
    kernel = -(-size // wanted)
    pad = (kernel * wanted - size + 1) // 2
    span = setup.param.span("pyramid_height")
    if pad and setup.param.enum("pool") == "STOCHASTIC":
        message = (
            f"{wanted} bins do not divide axis {axis} of {setup.show(0)}, and STOCHASTIC pooling cannot pad"
        )
        caffe = "Padding implemented only for average and max pooling."
        raise RejectedError("conflicting-parameters", message, caffe=caffe, span=span, bottom=0)
    if pad >= kernel:
        message = (
            f"axis {axis} of {setup.show(0)} is too small for the {wanted} bins of pyramid level {level}"
        )
        raise RejectedError("window-does-not-fit", message, caffe="< kernel_", span=span, bottom=0)
    return PoolWindow(kernel, kernel, pad).output(size)


LAYER_TYPES = (
    LayerType("Pooling", set_up_pooling, "pooling_param", tops=at_least(1)),
    LayerType("SPP", set_up_spp, "spp_param"),
)
