"""Layer types without bottoms. What a data file decides, such as the number of channels, is unknown."""

from ..schema import Block
from .filler import check_filler, check_filler_type, empty_blob
from .limits import check_limits
from .record import LayerType, Outcome, RejectedError, Setup, at_least, between, exactly, missing_size
from .shape import Dims, Shape, is_empty, show_shape, to_int

_LEGACY = ("num", "channels", "height", "width")


def set_up_input(setup: Setup) -> Outcome:
    """input_layer.cpp: the given shapes; without one the tops have no axes until a program shapes them."""
    shapes = _given_shapes(setup, "Must specify 'shape' once, once per top blob, or not at all")
    return Outcome(shapes or ((),) * setup.top_count)


def set_up_parameter(setup: Setup) -> Outcome:
    """parameter_layer.hpp: a learned blob, starting at 0, as a top."""
    shape = _dims(setup.param.block("shape"))
    return Outcome((shape,), (shape,))


def set_up_dummy_data(setup: Setup) -> Outcome:
    """dummy_data_layer.cpp: `shape`, or num, channels, height and width; only constants are filled yet."""
    fillers = setup.param.blocks("data_filler")
    if len(fillers) not in (0, 1, setup.top_count):
        caffe = "Number of data fillers must be 0, 1 or equal to the number of tops"
        raise _wrong_count(setup, "data_filler", caffe)
    if any(map(setup.param.has, _LEGACY)):
        shapes = _legacy_shapes(setup)
    else:
        caffe = "Must specify 'shape' once, or once per top blob"
        shapes = _given_shapes(setup, caffe)
        if not shapes:
            raise missing_size(setup, "shape", caffe)
    for filler in fillers:
        check_filler_type(filler)
    for index, shape in enumerate(shapes):
        check_limits(shape, f"top {index}")
        if fillers and fillers[index % len(fillers)].string("type") == "constant":
            check_filler(fillers[index % len(fillers)], shape, f"top {index}")
        elif is_empty(shape) and not fillers:
            raise empty_blob(f"top {index} would have shape {show_shape(shape)}, without elements to fill")
    return Outcome(shapes)


def set_up_memory_data(setup: Setup) -> Outcome:
    """memory_data_layer.cpp: (batch_size, channels, height, width), and a label for each item."""
    check_transform(setup)
    fields = ("batch_size", *_LEGACY[1:])
    caffe = "batch_size, channels, height, and width must be specified and positive in memory_data_param"
    for field in fields:
        if setup.param.integer(field) == 0:
            raise missing_size(setup, field, caffe)
    dims = tuple(map(setup.size, fields))
    return Outcome((dims, dims[:1]))


def set_up_data(setup: Setup) -> Outcome:
    """data_layer.cpp: (batch_size, channels, height, width) of a database, and perhaps labels."""
    crop = check_transform(setup).integer("crop_size") or None
    return _batch(setup, (None, crop, crop), "data_")


def set_up_image_data(setup: Setup) -> Outcome:
    """image_data_layer.cpp: images (batch_size, 3 or 1, height, width) and their labels."""
    crop = check_transform(setup).integer("crop_size")
    height, width = read_image_size(setup, "new")
    channels = 3 if setup.param.boolean("is_color") else 1
    sizes = [crop or size or None for size in (height, width)]
    return _batch(setup, (channels, *sizes), "Positive batch size required")


def set_up_window_data(setup: Setup) -> Outcome:
    """window_data_layer.cpp: windows of images, (batch_size, channels, crop_size, crop_size), and labels."""
    transform = check_transform(setup)
    crop = transform.integer("crop_size")
    if crop == 0:
        message = "'crop_size' must be given in 'transform_param' and more than 0"
        raise RejectedError("missing-size", message, caffe="crop_size > 0", span=transform.span("crop_size"))
    return _batch(setup, (None, crop, crop), "data_")


def set_up_hdf5_data(setup: Setup) -> Outcome:
    """hdf5_data_layer.cpp: whatever the datasets named like the tops hold."""
    if setup.block.has("transform_param"):
        message = "HDF5Data transforms nothing: 'transform_param' must be removed"
        caffe, span = "HDF5Data does not transform data.", setup.block.span("transform_param")
        raise RejectedError("conflicting-parameters", message, caffe=caffe, span=span)
    return Outcome((None,) * setup.top_count)


def _given_shapes(setup: Setup, caffe: str) -> tuple[Dims, ...]:
    """One `shape` for all tops or one for each; none if none is given."""
    shapes = tuple(map(_dims, setup.param.blocks("shape")))
    if len(shapes) == 1:
        return shapes * setup.top_count
    if len(shapes) not in (0, setup.top_count):
        raise _wrong_count(setup, "shape", caffe)
    return shapes


def _legacy_shapes(setup: Setup) -> tuple[Dims, ...]:
    if setup.param.has("shape"):
        message = "'shape' excludes 'num', 'channels', 'height' and 'width'"
        caffe, span = "Both shape and legacy fields were specified", setup.param.span("shape")
        raise RejectedError("conflicting-parameters", message, caffe=caffe, span=span)
    columns = []
    for field in _LEGACY:
        values = list(map(to_int, setup.param.integers(field)))
        if len(values) not in (1, setup.top_count):
            caffe = f"Must specify '{field}' once, or once per top blob"
            raise _wrong_count(setup, field, caffe) if values else missing_size(setup, field, caffe)
        columns.append(values * setup.top_count if len(values) == 1 else values)
    return tuple(zip(*columns, strict=True))


def _dims(shape: Block) -> Dims:
    return tuple(map(to_int, shape.integers("dim")))


def _wrong_count(setup: Setup, field: str, caffe: str) -> RejectedError:
    found = f"{len(setup.param.fields(field))} for {setup.top_count}"
    message = f"'{field}' must be given once, or once for each top, found {found}"
    return RejectedError("parameter-count", message, caffe=caffe, span=setup.param.span(field))


def check_transform(setup: Setup) -> Block:
    """The `transform_param` of a layer (data_transformer.cpp, the constructor of DataTransformer).

    Raises:
        RejectedError: if it has the mean in two ways.
    """
    transform = setup.block.block("transform_param")
    if transform.has("mean_file") and transform.has("mean_value"):
        message = "'mean_file' and 'mean_value' exclude each other"
        caffe, span = "Cannot specify mean_file and mean_value at the same time", transform.span("mean_value")
        raise RejectedError("conflicting-parameters", message, caffe=caffe, span=span)
    return transform


def read_image_size(setup: Setup, stem: str) -> tuple[int, int]:
    """`new_height` and `new_width`, or another such pair; both 0 if absent (image_data_layer.cpp).

    Raises:
        RejectedError: if only one of the two is given.
    """
    fields = (f"{stem}_height", f"{stem}_width")
    height, width = map(setup.param.integer, fields)
    if (height == 0) != (width == 0):
        message = f"'{fields[0]}' {height} and '{fields[1]}' {width} must be given together"
        caffe = f"Current implementation requires {fields[0]} and {fields[1]} to be set at the same time."
        span = setup.param.span(fields[0] if height else fields[1])
        raise RejectedError("missing-size", message, caffe=caffe, span=span)
    return height, width


def read_batch_size(setup: Setup, caffe: str) -> int:
    """The `batch_size`; `caffe` is what Caffe prints where there is none.

    Raises:
        RejectedError: if it is absent or 0.
    """
    size = setup.param.integer("batch_size")
    if size == 0:
        raise missing_size(setup, "batch_size", caffe)
    return size


def _batch(setup: Setup, item: Dims, caffe: str) -> Outcome:
    """A batch of items, and a label for each item in a second top."""
    size = read_batch_size(setup, caffe)
    tops: tuple[Shape, ...] = ((size, *item), (size,))
    return Outcome(tops[: setup.top_count])


LAYER_TYPES = (
    LayerType("Input", set_up_input, "input_param", bottoms=exactly(0), tops=at_least(1)),
    LayerType("Parameter", set_up_parameter, "parameter_param", bottoms=exactly(0)),
    LayerType("DummyData", set_up_dummy_data, "dummy_data_param", bottoms=exactly(0), tops=at_least(1)),
    LayerType("MemoryData", set_up_memory_data, "memory_data_param", bottoms=exactly(0), tops=exactly(2)),
    LayerType("Data", set_up_data, "data_param", bottoms=exactly(0), tops=between(1, 2)),
    LayerType("ImageData", set_up_image_data, "image_data_param", bottoms=exactly(0), tops=exactly(2)),
    LayerType("WindowData", set_up_window_data, "window_data_param", bottoms=exactly(0), tops=exactly(2)),
    LayerType("HDF5Data", set_up_hdf5_data, "hdf5_data_param", bottoms=exactly(0), tops=at_least(1)),
)
