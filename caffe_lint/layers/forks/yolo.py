"""Layer types of the YOLO forks: Reorg, their losses, and the boxes that they put out.

What stands here was read in the sources of the forks, not run.
"""

from ..axes import legacy_dims
from ..in_place import refuse_in_place
from ..loss import set_up_loss
from ..record import LayerType, Outcome, RejectedError, Setup, at_least, exactly, missing_size
from ..shape import Dim, product

_DETECTIONS = (1, 1, None, 7)
"""A row for each box: item, label, confidence and place; Forward decides how many there are."""


def set_up_reorg(setup: Setup) -> Outcome:
    """reorg_layer.cpp of MobileNet-YOLO: squares of `stride` positions to channels, or back."""
    refuse_in_place(setup)
    if not setup.param.has("stride"):
        raise missing_size(setup, "stride", "Reorg Layer needs stride param.")
    stride = setup.size("stride")
    num, channels, height, width = legacy_dims(setup)
    if stride == 0:
        raise missing_size(setup, "stride", "SIGFPE")
    square = stride * stride
    if setup.param.boolean("reverse"):
        top = (num, _divided(channels, square), product((height, stride)), product((width, stride)))
    else:
        top = (num, product((channels, square)), _divided(height, stride), _divided(width, stride))
    return Outcome((top,))


def set_up_region_loss(setup: Setup) -> Outcome:
    """region_loss_layer.cpp of MobileNet-YOLO and intel/caffe: a scalar, whatever the bottoms are."""
    return Outcome(((),) * setup.top_count)


def set_up_yolov3(setup: Setup) -> Outcome:
    """yolov3_layer.cpp of MobileNet-YOLO: a prediction of `num` boxes at each position, and the truth."""
    dims, prediction = legacy_dims(setup), setup.bottoms[0]
    boxes, classes = setup.size("num"), setup.size("num_class")
    wanted = product((dims[3], dims[2], boxes, 4 + classes + 1))
    found = None if prediction is None else product(prediction[1:])
    if wanted != found and wanted is not None and found is not None:
        message = (
            f"an item of {setup.show(0)} has {found} elements, but {boxes} boxes of 4 + {classes} + 1 "
            f"numbers at {dims[2]}x{dims[3]} positions are {wanted}"
        )
        caffe = "input_count == tmp_input_count"
        raise RejectedError("shape-mismatch", message, caffe=caffe, bottom=0)
    return set_up_loss(setup)


def set_up_yolo_output(setup: Setup) -> Outcome:
    """yolo_detection_output_layer.cpp of MobileNet-YOLO: a row of 7 numbers for each box."""
    _require_classes(setup)
    legacy_dims(setup)
    return Outcome((_DETECTIONS,))


def set_up_yolov3_output(setup: Setup) -> Outcome:
    """yolov3_detection_output_layer.cpp of MobileNet-YOLO: one bottom for each group of masks."""
    _require_classes(setup)
    legacy_dims(setup)
    groups, bottoms = setup.size("mask_group_num"), len(setup.bottoms)
    if groups != bottoms:
        message = f"'mask_group_num' is {groups}, so there must be as many bottoms, found {bottoms}"
        caffe, span = "bottom.size() == mask_group_num_", setup.param.span("mask_group_num")
        raise RejectedError("wrong-number-of-blobs", message, caffe=caffe, span=span)
    return Outcome((_DETECTIONS,))


def _require_classes(setup: Setup) -> None:
    if not setup.param.has("num_classes"):
        message = "'num_classes' must be given: Caffe insists on it, though it has a default"
        span = setup.param.span("num_classes")
        raise RejectedError("missing-size", message, caffe="Must specify num_classes", span=span)


def _divided(size: Dim, by: int) -> Dim:
    return None if size is None else size // by


LAYER_TYPES = (
    LayerType("Reorg", set_up_reorg, "reorg_param"),
    LayerType(
        "RegionLoss",
        set_up_region_loss,
        "region_loss_param",
        bottoms=exactly(2),
        automatic_tops=True,
        loss=True,
    ),
    LayerType("Yolov3", set_up_yolov3, "yolov3_param", bottoms=exactly(2), automatic_tops=True, loss=True),
    LayerType("YoloDetectionOutput", set_up_yolo_output, "yolo_detection_output_param", bottoms=at_least(1)),
    LayerType(
        "Yolov3DetectionOutput", set_up_yolov3_output, "yolov3_detection_output_param", bottoms=at_least(1)
    ),
)
