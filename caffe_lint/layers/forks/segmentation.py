"""Layer types of forks that label every pixel: those of SegNet, DeepLab and PSPNet.

What stands here was read in the sources of the forks, not run.
"""

from ..axes import legacy_dims, require_axes
from ..data import check_transform, read_batch_size, read_image_size
from ..learned import Learned, learn
from ..record import LayerType, Outcome, RejectedError, Setup, between, exactly
from ..shape import Dim, Dims, Shape, product
from .legacy import CHANNELS, HEIGHT, NUM, WIDTH, check_equal, check_size

_PSPNET = ("hszhao/PSPNet",)
_SYNOPSYS = ("foss-for-synopsys-dwc-arc-processors/synopsys-caffe",)
_TWO_AXES = ("yjxiong/caffe", "happynear/caffe-windows")
_MOBILENET_YOLO = ("eric612/MobileNet-YOLO",)


def set_up_interp(setup: Setup) -> Outcome:
    """interp_layer.cpp of DeepLab: height and width resized, after a negative pad that crops both ends."""
    for field in ("pad_beg", "pad_end"):
        if setup.param.integer(field) > 0:
            message = f"'{field}' can only crop, it must be 0 or less, found {setup.param.integer(field)}"
            caffe = "Only supports non-pos padding (cropping) for now"
            raise _out_of_range(setup, field, message, caffe)
    num, channels, *sizes = legacy_dims(setup)
    pad = setup.param.integer("pad_beg") + setup.param.integer("pad_end")
    left = [None if size is None else size + pad for size in sizes]
    resized = _resized(setup, left)
    for name, inside, outside in zip(("height", "width"), left, resized, strict=True):
        if any(size is not None and size <= 0 for size in (inside, outside)):
            size = outside if inside is None or inside > 0 else inside
            message = f"the {name} must be more than 0, but of {setup.show(0)} {size} would be left"
            caffe = f"{name} should be positive"
            raise RejectedError("window-does-not-fit", message, caffe=caffe, bottom=0)
    return Outcome(((num, channels, *resized),))


def set_up_upsample(setup: Setup) -> Outcome:
    """upsample_layer.cpp of SegNet: undoes a max pooling, whose mask is bottom 1."""
    param = setup.param
    has_sizes = param.has("upsample_h") and param.has("upsample_w")
    _check_upsample_fields(setup, has_sizes)
    layout = ", corresponding to (num, channels, height, width)"
    require_axes(setup, 0, 4, f"Input must have 4 axes{layout}")
    require_axes(setup, 1, 4, f"Input mask must have 4 axes{layout}")
    check_equal(setup, 0, 1, NUM, CHANNELS, HEIGHT, WIDTH)
    num, channels, height, width = legacy_dims(setup)
    if has_sizes:
        return Outcome(((num, channels, setup.size("upsample_h"), setup.size("upsample_w")),))
    tall, wide = map(setup.size, _scales(setup))
    rows = None if height is None else height * tall - param.boolean("pad_out_h")
    columns = None if width is None else width * wide - param.boolean("pad_out_w")
    return Outcome(((num, channels, rows, columns),))


def set_up_nearest_upsample(setup: Setup) -> Outcome:
    """upsample_layer.cpp of MobileNet-YOLO: the last two axes times `scale`."""
    bottom, scale = setup.bottoms[0], setup.size("scale")
    if bottom is None or len(bottom) < 2:
        # With fewer axes it writes outside of the shape.
        return Outcome((None,))
    return Outcome(((*bottom[:-2], *(product((size, scale)) for size in bottom[-2:])),))


def set_up_bn(setup: Setup) -> Outcome:
    """bn_layer.cpp of PSPNet: blobs slope, bias, mean and variance, (1, channels, 1, 1) each."""
    channels = legacy_dims(setup)[CHANNELS]
    return Outcome((setup.bottoms[0],), _learn_statistics(setup, (1, channels, 1, 1)))


def set_up_flat_bn(setup: Setup) -> Outcome:
    """bn_layer.cpp of yjxiong and caffe-windows, sync_bn_layer.cpp: as PSPNet's, (1, channels) each."""
    channels = legacy_dims(setup)[CHANNELS]
    return Outcome((setup.bottoms[0],), _learn_statistics(setup, (1, channels)))


def set_up_segnet_bn(setup: Setup) -> Outcome:
    """bn_layer.cpp of SegNet as in synopsys-caffe: blobs scale and shift; `icnet` makes it PSPNet's.

    Further tops are the mean and the variance of the batch.
    """
    if setup.param.enum("bn_mode") == "INFERENCE" and setup.top_count > 1:
        message = f"BN has 1 top in INFERENCE mode, found {setup.top_count}"
        caffe = "BN Layer produces at most 1 top blob(s) as output."
        span = setup.block.span("top")
        raise RejectedError("wrong-number-of-blobs", message, caffe=caffe, span=span)
    if setup.param.boolean("icnet"):
        outcome = set_up_bn(setup)
        return outcome._replace(tops=outcome.tops + (None,) * (setup.top_count - 1))
    dims = legacy_dims(setup)
    each = (1, dims[CHANNELS], 1, 1)
    params = learn(setup, *(Learned(what, each, f"{what}_filler") for what in ("scale", "shift")))
    return Outcome((dims, each, each)[: setup.top_count], params)


def set_up_seg_accuracy(setup: Setup) -> Outcome:
    """seg_accuracy_layer.cpp of DeepLab: accuracy, mean recall and mean overlap."""
    check_equal(setup, 0, 1, NUM, caffe="The data and label should have the same number.")
    check_size(setup, 1, CHANNELS, 1, "The label should have one channel.")
    caffe = "The data should have the same {name} as label."
    check_equal(setup, 0, 1, HEIGHT, WIDTH, caffe=caffe)
    return Outcome(((1, 1, 1, 3),))


def set_up_image_seg_data(setup: Setup) -> Outcome:
    """image_seg_data_layer.cpp of DeepLab: images, their label maps, and the size of each image."""
    transform = check_transform(setup)
    if transform.has("mean_file"):
        message, span = "'mean_file' does not work here: use 'mean_value'", transform.span("mean_file")
        caffe = "ImageSegDataLayer does not support mean file"
        raise RejectedError("conflicting-parameters", message, caffe=caffe, span=span)
    sizes = read_image_size(setup, "new")
    given = [field for field in ("crop_height", "crop_width") if transform.has(field)]
    crops = tuple(transform.integer("crop_size") for _ in range(2))
    if given:
        if len(given) == 1 or transform.has("crop_size"):
            message = "a crop must be 'crop_size', or 'crop_height' and 'crop_width' together"
            caffe = "Must either specify crop_size or both crop_height and crop_width."
            span = transform.span(given[0])
            raise RejectedError("conflicting-parameters", message, caffe=caffe, span=span)
        crops = tuple(map(transform.integer, given))
    batch = read_batch_size(setup, "data_")
    return Outcome((*_images(setup, batch, crops if all(crops) else sizes), (batch, 1, 1, 2)))


def set_up_dense_image_data(setup: Setup) -> Outcome:
    """dense_image_data_layer.cpp of SegNet: images and their label maps.

    That nothing is left to chance is checked with the first batch, which a thread reads ahead.
    """
    transform = check_transform(setup)
    sizes, crops = read_image_size(setup, "new"), read_image_size(setup, "crop")
    batch = read_batch_size(setup, "data_")
    for field, is_used in (
        ("mirror", transform.boolean("mirror")),
        ("crop_size", transform.integer("crop_size") != 0),
    ):
        if is_used:
            message = f"'{field}' would change images and label maps in different ways"
            caffe, span = "FIXME: Any stochastic transformation will break layer", transform.span(field)
            raise RejectedError("conflicting-parameters", message, caffe=caffe, span=span)
    return Outcome(_images(setup, batch, crops if all(crops) else sizes))


def _images(setup: Setup, batch: int, sizes: tuple[int, ...]) -> tuple[Shape, ...]:
    """Images and label maps; a size of 0 is that of the first image."""
    spatial = tuple(size or None for size in sizes)
    channels = 3 if setup.param.boolean("is_color") else 1
    return ((batch, channels, *spatial), (batch, 1, *spatial))


def _resized(setup: Setup, sizes: list[Dim]) -> Dims:
    """The sizes that Interp makes: by its factors, unless there are both and also a height and width."""
    param = setup.param
    shrinks, zooms = param.has("shrink_factor"), param.has("zoom_factor")
    if shrinks == zooms and param.has("height") and param.has("width"):
        return (param.integer("height"), param.integer("width"))
    if shrinks or zooms:
        factors = [
            _factor(setup, field, text)
            for field, text in (("shrink_factor", "Shrink"), ("zoom_factor", "Zoom"))
            if param.has(field)
        ]
        shrink, zoom = factors if len(factors) == 2 else (factors[0], 1) if shrinks else (1, factors[0])
        shrunk = [None if size is None else _quotient(size - 1, shrink) + 1 for size in sizes]
        return tuple(None if size is None else size + (size - 1) * (zoom - 1) for size in shrunk)
    if param.has("full_zoom_factor"):
        factor = _factor(setup, "full_zoom_factor", "Full zoom")
        return tuple(product((size, factor)) for size in sizes)
    message = "a size must be given: 'height' and 'width', 'zoom_factor' or 'shrink_factor'"
    raise RejectedError("missing-size", message, caffe="interp_layer.cpp", span=param.place)


def _factor(setup: Setup, field: str, text: str) -> int:
    factor = setup.param.integer(field)
    if factor < 1:
        message = f"'{field}' must be at least 1, found {factor}"
        raise _out_of_range(setup, field, message, f"{text} factor must be positive")
    return factor


def _quotient(number: int, by: int) -> int:
    """A quotient rounded towards 0, as C++ has it."""
    return number // by if number >= 0 else -(-number // by)


def _scales(setup: Setup) -> tuple[str, str]:
    """The fields that hold the factors of height and width."""
    return ("scale_h", "scale_w") if setup.param.has("scale_h") else ("scale", "scale")


def _check_upsample_fields(setup: Setup, has_sizes: bool) -> None:
    """upsample_layer.cpp of SegNet, LayerSetUp."""
    param = setup.param
    given = [field for field in ("scale_h", "scale_w") if param.has(field)]
    if given and not has_sizes and (len(given) == 1 or param.has("scale")):
        message = "the factors must be 'scale', or 'scale_h' and 'scale_w' together"
        caffe = "upsample_h & upsample_w are required"
        raise RejectedError("conflicting-parameters", message, caffe=caffe, span=param.span(given[0]))
    fields = ("upsample_h", "upsample_w") if has_sizes else _scales(setup)
    for field, axis in zip(fields, "hw", strict=True):
        if setup.size(field) <= 1:
            message = f"'{field}' must be more than 1, found {setup.size(field)}"
            checked = f"{'upsample' if has_sizes else 'scale'}_{axis}_ > 1"
            raise _out_of_range(setup, field, message, checked)
    if has_sizes:
        return
    for field, axis, name in zip(fields, "hw", ("height", "width"), strict=True):
        if param.boolean(f"pad_out_{axis}") and setup.size(field) != 2:
            message = f"'pad_out_{axis}' works with a factor of 2 only, found {setup.size(field)}"
            caffe = f"Output {name} padding compensation requires scale_{axis} == 2"
            span = param.span(f"pad_out_{axis}")
            raise RejectedError("conflicting-parameters", message, caffe=caffe, span=span)


def _learn_statistics(setup: Setup, each: Dims) -> tuple[Shape, ...]:
    return learn(
        setup,
        Learned("slope", each, "slope_filler"),
        Learned("bias", each, "bias_filler"),
        Learned("mean", each, None),
        Learned("variance", each, None),
    )


def _out_of_range(setup: Setup, field: str, message: str, caffe: str) -> RejectedError:
    return RejectedError("value-out-of-range", message, caffe=caffe, span=setup.param.span(field))


LAYER_TYPES = (
    LayerType("Interp", set_up_interp, "interp_param"),
    LayerType("Upsample", set_up_upsample, "upsample_param", bottoms=exactly(2), repos=_SYNOPSYS),
    LayerType("Upsample", set_up_nearest_upsample, "upsample_param", repos=_MOBILENET_YOLO),
    LayerType("BN", set_up_bn, "bn_param", repos=_PSPNET),
    LayerType("BN", set_up_flat_bn, "bn_param", repos=_TWO_AXES),
    LayerType("BN", set_up_segnet_bn, "bn_param", tops=between(1, 3), repos=_SYNOPSYS),
    LayerType("SyncBN", set_up_flat_bn, "bn_param"),
    LayerType(
        "ImageSegData",
        set_up_image_seg_data,
        "image_data_param",
        bottoms=exactly(0),
        tops=exactly(3),
        automatic_tops=True,
    ),
    LayerType("SegAccuracy", set_up_seg_accuracy, "seg_accuracy_param", bottoms=exactly(2)),
    LayerType(
        "DenseImageData",
        set_up_dense_image_data,
        "dense_image_data_param",
        bottoms=exactly(0),
        tops=exactly(2),
    ),
)
