"""Layer types that give the same elements, or some of them, other axes: Reshape, Flatten, Tile, Crop."""

from ..text import Span
from .axes import axis_named, require_axis
from .filler import empty_blob
from .in_place import refuse_in_place
from .limits import check_limits
from .record import LayerType, Outcome, RejectedError, Setup, exactly, missing_size
from .shape import Dim, Dims, product, show_shape, to_int


def set_up_reshape(setup: Setup) -> Outcome:
    """reshape_layer.cpp: `num_axes` axes from `axis` on become those of `shape` (0 copies, -1 fits)."""
    refuse_in_place(setup)
    dims = tuple(map(to_int, setup.param.block("shape").integers("dim")))
    if dims.count(-1) > 1:
        message = f"only one dim of the new shape can be -1, found {dims.count(-1)}"
        caffe = "new shape contains multiple -1 dims"
        span = setup.param.block("shape").span("dim")
        raise RejectedError("conflicting-parameters", message, caffe=caffe, span=span)
    bottom = setup.bottoms[0]
    if bottom is None:
        return Outcome((None,))
    start, end = _replaced(setup, bottom)
    new = _copied(setup, bottom, dims, start)
    top = (*bottom[:start], *new, *bottom[end:])
    if -1 in dims:
        top = _fitted(setup, bottom, top, start + dims.index(-1))
    check_limits(top, "the top")
    if -1 not in dims:
        _check_count(setup, bottom, top)
    if 0 in bottom:
        raise empty_blob(f"{setup.show(0)} has no elements to share")
    return Outcome((top,))


def set_up_flatten(setup: Setup) -> Outcome:
    """flatten_layer.cpp: the axes `axis` to `end_axis` become one."""
    refuse_in_place(setup)
    bottom = setup.bottoms[0]
    if bottom is None:
        return Outcome((None,))
    first, last = axis_named(setup, bottom), axis_named(setup, bottom, "end_axis")
    if first > last + 1:
        message = f"'axis' {first} lies behind 'end_axis' {last} of {setup.show(0)}"
        caffe, span = "start_axis <= end_axis", setup.param.span("axis")
        raise RejectedError("axis-out-of-range", message, caffe=caffe, span=span, bottom=0)
    return Outcome(((*bottom[:first], product(bottom[first : last + 1]), *bottom[last + 1 :]),))


def set_up_tile(setup: Setup) -> Outcome:
    """tile_layer.cpp: one axis repeated `tiles` times."""
    bottom, tiles = setup.bottoms[0], setup.param.integer("tiles")
    axis = None if bottom is None else axis_named(setup, bottom)
    if not setup.param.has("tiles"):
        raise missing_size(setup, "tiles", "Number of tiles must be specified")
    if tiles == 0:
        raise missing_size(setup, "tiles", "Number of tiles must be positive.")
    if bottom is None or axis is None:
        return Outcome((None,))
    dim = bottom[axis]
    # tiles_ is unsigned in Caffe, so that a negative number of tiles makes a negative dim.
    return Outcome(((*bottom[:axis], None if dim is None else to_int(dim * tiles), *bottom[axis + 1 :]),))


def set_up_crop(setup: Setup) -> Outcome:
    """crop_layer.cpp: the axes of bottom 0 from `axis` on are cut to the size of bottom 1's."""
    bottom, offsets = setup.bottoms[0], list(map(to_int, setup.param.integers("offset")))
    if bottom is None:
        return Outcome((None,))
    first = axis_named(setup, bottom)
    cut = len(bottom) - first
    if len(offsets) > 1 and len(offsets) != cut:
        allowed = f"once, or once for each axis of {setup.show(0)} from 'axis' on"
        message = f"'offset' must be given {allowed}, found {len(offsets)} for {cut}"
        caffe = "number of offset values specified must be equal to the number of dimensions following axis."
        span = setup.param.span("offset")
        raise RejectedError("parameter-count", message, caffe=caffe, span=span, bottom=0)
    if len(offsets) < 2:
        offsets = (offsets or [0]) * cut
    sizes = [_cropped(setup, axis, offset) for axis, offset in enumerate(offsets, first)]
    return Outcome(((*bottom[:first], *sizes),))


def _replaced(setup: Setup, bottom: Dims) -> tuple[int, int]:
    """The axes that a Reshape replaces, as a half-open range."""
    axis, number = setup.param.integer("axis"), setup.param.integer("num_axes")
    start = axis if axis >= 0 else len(bottom) + axis + 1
    if not 0 <= start <= len(bottom):
        message = f"'axis' is {axis}, for {setup.show(0)} {-len(bottom) - 1} to {len(bottom)} is allowed"
        caffe, span = f"axis {axis} out of range", setup.param.span("axis")
        raise RejectedError("axis-out-of-range", message, caffe=caffe, span=span, bottom=0)
    span = setup.param.span("num_axes")
    if number < -1:
        message = f"'num_axes' must be at least 0, or -1 for all axes from 'axis' on, found {number}"
        caffe = "num_axes must be >= 0, or -1 for all"
        raise RejectedError("value-out-of-range", message, caffe=caffe, span=span)
    end = len(bottom) if number == -1 else start + number
    if end > len(bottom):
        message = f"{number} axes from 'axis' {start} on do not exist in {setup.show(0)}"
        caffe = "end_axis = axis + num_axes is out of range"
        raise RejectedError("axis-out-of-range", message, caffe=caffe, span=span, bottom=0)
    return start, end


def _copied(setup: Setup, bottom: Dims, dims: tuple[int, ...], start: int) -> Dims:
    """The dims of `shape`, each 0 replaced by the bottom's dim in its place."""
    for axis, dim in enumerate(dims, start):
        if dim == 0 and axis >= len(bottom):
            message = (
                f"dim {axis - start} of the new shape is 0, but {setup.show(0)} has no axis {axis} to copy"
            )
            caffe = "new shape contains a 0, but there was no corresponding bottom axis to copy"
            span = _shape_span(setup)
            raise RejectedError("axis-out-of-range", message, caffe=caffe, span=span, bottom=0)
    return tuple(bottom[axis] if dim == 0 else dim for axis, dim in enumerate(dims, start))


def _fitted(setup: Setup, bottom: Dims, top: Dims, inferred: int) -> Dims:
    """The top with the dim that is -1 worked out from all others."""
    before, others = _counts(bottom, top[:inferred] + top[inferred + 1 :])
    if before is None or others is None:
        return (*top[:inferred], None, *top[inferred + 1 :])
    if others == 0:
        message = f"no dim fits in the place of -1 in {show_shape(top)}: another one is 0"
        raise RejectedError("empty-blob", message, caffe="SIGFPE", span=_shape_span(setup), bottom=0)
    if before % others:
        message = (
            f"no dim fits in the place of -1 in {show_shape(top)}: "
            f"{before} elements of {setup.show(0)} are no multiple of {others}"
        )
        caffe = "must be divisible by the product of the specified dimensions"
        raise RejectedError("shape-mismatch", message, caffe=caffe, span=_shape_span(setup), bottom=0)
    return (*top[:inferred], before // others, *top[inferred + 1 :])


def _check_count(setup: Setup, bottom: Dims, top: Dims) -> None:
    before, after = _counts(bottom, top)
    if before != after:
        unknown = "?*" * bottom.count(None)
        message = (
            f"{setup.show(0)} has {unknown}{before} elements, "
            f"the new shape {show_shape(top)} has {unknown}{after}"
        )
        caffe = "output count must match input count"
        raise RejectedError("shape-mismatch", message, caffe=caffe, span=_shape_span(setup), bottom=0)


def _counts(bottom: Dims, top: Dims) -> tuple[Dim, Dim]:
    """The elements of two shapes; unknown dims, which a Reshape only takes over, cancel out."""
    if bottom.count(None) != top.count(None):
        return (None, None)
    before, after = (product(dim for dim in shape if dim is not None) for shape in (bottom, top))
    return (before, after)


def _shape_span(setup: Setup) -> Span:
    return setup.param.block("shape").span("dim")


def _cropped(setup: Setup, axis: int, offset: int) -> Dim:
    size = require_axis(setup, 0, axis)
    wanted = require_axis(setup, 1, axis)
    if size is not None and wanted is not None and size - offset < wanted:
        message = (
            f"axis {axis} of {setup.show(0)} cannot be cropped to that of {setup.show(1)}: "
            f"{size} - offset {offset} = {size - offset}, less than {wanted}"
        )
        caffe = f"the crop for dimension {axis} is out-of-bounds with size {wanted} and offset {offset}"
        span = setup.param.span("offset")
        raise RejectedError("window-does-not-fit", message, caffe=caffe, span=span, bottom=1)
    return wanted


LAYER_TYPES = (
    LayerType("Reshape", set_up_reshape, "reshape_param"),
    LayerType("Flatten", set_up_flatten, "flatten_param"),
    LayerType("Tile", set_up_tile, "tile_param"),
    LayerType("Crop", set_up_crop, "crop_param", bottoms=exactly(2)),
)
