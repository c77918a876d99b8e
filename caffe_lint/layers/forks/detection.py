"""Layer types of forks that detect objects: those of SSD, and of the R-CNN lineages (see `regions`).

What stands here was read in the sources of the forks, not run.
"""

from ...text import Span
from ..axes import legacy_dims
from ..data import check_transform, read_batch_size
from ..learned import Learned, learn
from ..loss import set_up_loss
from ..record import Count, LayerType, Outcome, RejectedError, Setup, at_least, between, exactly, missing_size
from ..shape import Dim, Dims, Shape, may_equal, product, to_int
from .legacy import CHANNELS, HEIGHT, NUM, WIDTH, check_equal, check_size
from .prior_box import set_up_prior_box, set_up_synopsys_prior_box
from .regions import REGION_TYPES

_SSD = ("weiliu89/caffe", "eric612/MobileNet-YOLO", "NVIDIA/caffe", "intel/caffe")
_SYNOPSYS = ("foss-for-synopsys-dwc-arc-processors/synopsys-caffe",)
_HAPPYNEAR = ("happynear/caffe-windows",)
_YJXIONG = ("yjxiong/caffe",)

_DETECTIONS = (1, 1, None, 7)
"""A row for each box: item, label, confidence, corners; Forward decides how many there are."""


def set_up_permute(setup: Setup) -> Outcome:
    """permute_layer.cpp of SSD: the axes in the order given, those that are not named behind them."""
    bottom, order = setup.bottoms[0], list(map(to_int, setup.param.integers("order")))
    for index, axis in enumerate(order):
        if bottom is not None and not 0 <= axis < len(bottom):
            message = f"'order' names axis {axis}, but {setup.show(0)} has axes 0 to {len(bottom) - 1}"
            caffe = (
                "order should be less than the input dimension."
                if axis >= 0
                else "num_axes_ == orders.size()"
            )
            span = setup.param.span("order")
            raise RejectedError("axis-out-of-range", message, caffe=caffe, span=span, bottom=0)
        if axis in order[:index]:
            message, span = f"'order' names axis {axis} twice", setup.param.span("order")
            caffe = "there are duplicate orders"
            raise RejectedError("conflicting-parameters", message, caffe=caffe, span=span)
    if bottom is None:
        return Outcome((None,))
    order += [axis for axis in range(len(bottom)) if axis not in order]
    return Outcome((tuple(bottom[axis] for axis in order),))


def set_up_normalize(setup: Setup) -> Outcome:
    """normalize_layer.cpp of SSD: learns a factor for each channel, or one for all."""
    bottom = setup.bottoms[0]
    if bottom is not None and len(bottom) < 2:
        message = f"{setup.show(0)} must have at least 2 axes, items and channels"
        caffe = "Number of axes of bottom blob must be >=2."
        raise RejectedError("number-of-axes", message, caffe=caffe, bottom=0)
    channels = legacy_dims(setup)[CHANNELS]
    factors: Dims = () if setup.param.boolean("channel_shared") else (channels,)
    params = learn(setup, Learned("scale", factors, "scale_filler"))
    given = None if params[0] is None else product(params[0])
    if not may_equal((given,), (product(factors),)):
        message = f"{given} factors are stored, {setup.show(0)} needs {product(factors)}"
        caffe, span = "Scale size is inconsistent with prototxt config", setup.block.span("blobs")
        raise RejectedError("shape-mismatch", message, caffe=caffe, span=span, bottom=0)
    return Outcome((bottom,), params)


def set_up_plain_normalize(setup: Setup) -> Outcome:
    """normalize_layer.cpp of caffe-windows and yjxiong: learns nothing, a second top holds the norms."""
    num, channels, height, width = legacy_dims(setup)
    tops = ((num, channels, height, width), (num, 1, height, width))
    return Outcome(tops[: setup.top_count])


def set_up_detection_output(setup: Setup) -> Outcome:
    """detection_output_layer.cpp of SSD; bottoms: places, confidences and default boxes."""
    _check_suppression(setup)
    check_equal(setup, 0, 1, NUM)
    _check_predictions(setup)
    return Outcome((_DETECTIONS,))


def set_up_synopsys_detection_output(setup: Setup) -> Outcome:
    """detection_output_layer.cpp of synopsys-caffe, which can take predictions in many bottoms."""
    _check_suppression(setup)
    return Outcome((None if setup.param.has("tflite_detection") else _DETECTIONS,))


def set_up_detection_evaluate(setup: Setup) -> Outcome:
    """detection_evaluate_layer.cpp of SSD: found boxes (rows of 7) against true ones (rows of 8)."""
    if not setup.param.has("num_classes"):
        raise missing_size(setup, "num_classes", "Must provide num_classes.")
    overlap = setup.param.real("overlap_threshold")
    if not overlap > 0:
        caffe, span = "overlap_threshold must be non negative.", setup.param.span("overlap_threshold")
        raise _out_of_range("overlap_threshold", "more than 0", overlap, caffe, span)
    for bottom, width in ((0, 7), (1, 8)):
        for axis, size in ((NUM, 1), (CHANNELS, 1), (WIDTH, width)):
            check_size(setup, bottom, axis, size)
    return Outcome(((1, 1, None, 5),))


def set_up_multibox_loss(setup: Setup) -> Outcome:
    """multibox_loss_layer.cpp of SSD; bottoms: places, confidences, default boxes and true boxes."""
    legacy_dims(setup, 2)
    _check_classes(setup)
    param, span = setup.param, setup.param.span
    mines = param.enum("mining_type") != "NONE"
    if param.has("do_neg_mining") and param.boolean("do_neg_mining") != mines:
        message = f"'do_neg_mining' contradicts 'mining_type' {param.enum('mining_type')}"
        caffe, place = "do_neg_mining_ == mining_type_", span("do_neg_mining")
        raise RejectedError("conflicting-parameters", message, caffe=caffe, span=place)
    if mines and not param.boolean("share_location"):
        message = "mining needs 'share_location': true, or 'mining_type' must be NONE"
        caffe = "Currently only support negative mining if share_location is true."
        place = span("share_location")
        raise RejectedError("conflicting-parameters", message, caffe=caffe, span=place)
    background, classes = setup.size("background_label_id"), setup.size("num_classes")
    if param.enum("conf_loss_type") == "SOFTMAX" and not 0 <= background < classes:
        caffe = "background_label_id should be within [0, num_classes) for Softmax."
        place = span("background_label_id")
        raise _out_of_range("background_label_id", f"0 to {classes - 1}", background, caffe, place)
    outcome = set_up_loss(setup)
    _check_predictions(setup)
    return outcome


def set_up_annotated_data(setup: Setup) -> Outcome:
    """annotated_data_layer.cpp of SSD: items of a database, and (1, 1, boxes, 8) if they are annotated."""
    transform = check_transform(setup)
    size = read_batch_size(setup._replace(param=setup.block.block("data_param")), "data_")
    resizes = transform.blocks("resize_param")
    if resizes and resizes[0].enum("resize_mode") == "FIT_SMALL_SIZE" and size != 1:
        message = f"FIT_SMALL_SIZE makes items of different sizes: 'batch_size' must be 1, found {size}"
        caffe, span = "Only support batch size of 1 for FIT_SMALL_SIZE.", resizes[0].span("resize_mode")
        raise RejectedError("conflicting-parameters", message, caffe=caffe, span=span)
    # What the database holds decides whether the second top has annotations, unless the file says so.
    has_type = setup.param.has("anno_type")
    labels: Dims = (1, 1, None, 8) if has_type else (None, 1, None, None)
    return _data_tops(setup, (size, None, *_transformed(setup)), labels)


def set_up_video_data(setup: Setup) -> Outcome:
    """video_data_layer.cpp of SSD: frames of a camera or of a file."""
    check_transform(setup)
    if setup.param.enum("video_type") == "VIDEO" and not setup.param.has("video_file"):
        message, span = "'video_file' must be given for VIDEO", setup.param.span("video_type")
        raise RejectedError("missing-size", message, caffe="Must provide video file!", span=span)
    size = read_batch_size(setup._replace(param=setup.block.block("data_param")), "data_")
    return _data_tops(setup, (size, 3, *_transformed(setup)), (size,))


def set_up_snippet_data(setup: Setup) -> Outcome:
    """video_data_layer.cpp of yjxiong: snippets of the clips in a list, and their labels."""
    crop = check_transform(setup).integer("crop_size")
    size = read_batch_size(setup, "data_")
    new = (setup.param.integer("new_height"), setup.param.integer("new_width"))
    sizes = (crop, crop) if crop else new if all(new) else (None, None)
    return Outcome(((size, None, *sizes), (size, 1, 1, 1)))


def _check_classes(setup: Setup) -> None:
    if not setup.param.has("num_classes"):
        raise missing_size(setup, "num_classes", "Must provide num_classes.")
    if setup.size("num_classes") < 1:
        raise missing_size(setup, "num_classes", "num_classes should not be less than 1.")


def _check_suppression(setup: Setup) -> None:
    """The parameters that the DetectionOutput of every fork checks."""
    if not setup.param.has("num_classes"):
        raise missing_size(setup, "num_classes", "Must specify num_classes")
    suppression = setup.param.block("nms_param")
    threshold, eta = suppression.real("nms_threshold"), suppression.real("eta")
    if not threshold >= 0:
        caffe, span = "nms_threshold must be non negative.", suppression.span("nms_threshold")
        raise _out_of_range("nms_threshold", "at least 0", threshold, caffe, span)
    if not 0 < eta <= 1:
        caffe = "eta_ <= 1." if eta > 1 else "eta_ > 0."
        raise _out_of_range("eta", "more than 0 and at most 1", eta, caffe, suppression.span("eta"))


def _check_predictions(setup: Setup) -> None:
    """Places and confidences (bottoms 0 and 1) for each of the default boxes (bottom 2)."""
    height, classes = legacy_dims(setup, 2)[HEIGHT], setup.size("num_classes")
    if height is None:
        return
    boxes, shared = height // 4, setup.param.boolean("share_location")
    for bottom, each, what in ((0, 4 if shared else 4 * classes, "location"), (1, classes, "confidence")):
        found: Dim = legacy_dims(setup, bottom)[CHANNELS]
        if found not in (boxes * each, None):
            message = (
                f"{setup.show(bottom)} has {found} {what} predictions, but the {boxes} default boxes of "
                f"{setup.show(2)} need {each} each: {boxes * each}"
            )
            caffe = f"Number of priors must match number of {what} predictions."
            raise RejectedError("shape-mismatch", message, caffe=caffe, bottom=bottom)


def _transformed(setup: Setup) -> Dims:
    """Height and width behind the transformation (data_transformer.cpp of SSD, InferBlobShape)."""
    transform = setup.block.block("transform_param")
    resizes = transform.blocks("resize_param")
    sizes: list[Dim] = [None, None]
    if len(resizes) == 1 and resizes[0].enum("resize_mode") in ("WARP", "FIT_LARGE_SIZE_AND_PAD"):
        sizes = [resizes[0].integer("height") or None, resizes[0].integer("width") or None]
    crop = transform.integer("crop_size")
    crops = (crop or transform.integer("crop_h"), crop or transform.integer("crop_w"))
    return tuple(cropped or size for cropped, size in zip(crops, sizes, strict=True))


def _data_tops(setup: Setup, *known: Shape) -> Outcome:
    """Items and labels; what is in further tops is not known."""
    surplus = (None,) * (setup.top_count - len(known))
    return Outcome((*known, *surplus)[: setup.top_count])


def _out_of_range(field: str, allowed: str, found: float, caffe: str, span: Span) -> RejectedError:
    message = f"'{field}' must be {allowed}, found {found:g}"
    return RejectedError("value-out-of-range", message, caffe=caffe, span=span)


def _multibox_loss(bottoms: Count, repos: tuple[str, ...]) -> LayerType:
    return LayerType(
        "MultiBoxLoss",
        set_up_multibox_loss,
        "multibox_loss_param",
        bottoms=bottoms,
        automatic_tops=True,
        loss=True,
        repos=repos,
    )


LAYER_TYPES = (
    LayerType("Permute", set_up_permute, "permute_param"),
    LayerType("Normalize", set_up_normalize, "norm_param", repos=(*_SSD, *_SYNOPSYS)),
    LayerType("Normalize", set_up_plain_normalize, "normalize_param", tops=between(1, 2), repos=_HAPPYNEAR),
    LayerType("Normalize", set_up_plain_normalize, repos=_YJXIONG),
    LayerType("PriorBox", set_up_prior_box, "prior_box_param", bottoms=at_least(1), repos=_SSD),
    LayerType("PriorBox", set_up_synopsys_prior_box, "prior_box_param", bottoms=at_least(1), repos=_SYNOPSYS),
    LayerType(
        "DetectionOutput",
        set_up_detection_output,
        "detection_output_param",
        bottoms=between(3, 4),
        repos=_SSD,
    ),
    LayerType(
        "DetectionOutput",
        set_up_synopsys_detection_output,
        "detection_output_param",
        bottoms=at_least(3),
        repos=_SYNOPSYS,
    ),
    LayerType(
        "DetectionEvaluate", set_up_detection_evaluate, "detection_evaluate_param", bottoms=at_least(2)
    ),
    _multibox_loss(exactly(4), _SSD),
    _multibox_loss(at_least(4), _SYNOPSYS),
    LayerType(
        "AnnotatedData", set_up_annotated_data, "annotated_data_param", bottoms=exactly(0), tops=at_least(1)
    ),
    LayerType(
        "VideoData",
        set_up_video_data,
        "video_data_param",
        bottoms=exactly(0),
        tops=at_least(1),
        repos=("weiliu89/caffe", "NVIDIA/caffe", "intel/caffe", *_SYNOPSYS),
    ),
    LayerType(
        "VideoData",
        set_up_snippet_data,
        "video_data_param",
        bottoms=exactly(0),
        tops=exactly(2),
        repos=_YJXIONG,
    ),
    *REGION_TYPES,
)
