"""Layer types of the R-CNN lineages: proposals, pooling of regions, and losses over regions.

What stands here was read in the sources of the forks, not run.
"""

from ..axes import legacy_dims
from ..loss import set_up_loss
from ..normalization import softmax_axis
from ..record import LayerType, Outcome, RejectedError, Setup, at_least, between, exactly, missing_size
from ..selection import check_label_count
from .legacy import CHANNELS, HEIGHT, NUM, WIDTH, check_equal, check_size

_WITH_SSD = ("weiliu89/caffe", "eric612/MobileNet-YOLO", "NVIDIA/caffe")
_FAST_RCNN = ("yjxiong/caffe", "happynear/caffe-windows")
_FASTER_RCNN = ("tianzhi0549/CTPN", "intel/caffe")
_SYNOPSYS = ("foss-for-synopsys-dwc-arc-processors/synopsys-caffe",)
_HAPPYNEAR = ("happynear/caffe-windows",)


def set_up_roi_pooling(setup: Setup) -> Outcome:
    """roi_pooling_layer.cpp of Fast R-CNN: each region of bottom 1 pooled to one size."""
    for field in ("pooled_h", "pooled_w"):
        if setup.size(field) <= 0:
            raise missing_size(setup, field, f"{field} must be > 0")
    channels, regions = legacy_dims(setup)[CHANNELS], legacy_dims(setup, 1)[NUM]
    return Outcome(((regions, channels, setup.size("pooled_h"), setup.size("pooled_w")),))


def set_up_psroi_pooling(setup: Setup) -> Outcome:
    """psroi_pooling_layer.cpp of R-FCN: a square of bins, each with channels of its own."""
    for field in ("output_dim", "group_size"):
        if setup.size(field) <= 0:
            raise missing_size(setup, field, f"{field} must be > 0")
    outputs, bins = setup.size("output_dim"), setup.size("group_size")
    channels, regions = legacy_dims(setup)[CHANNELS], legacy_dims(setup, 1)[NUM]
    if channels not in (outputs * bins * bins, None):
        message = (
            f"{setup.show(0)} has {channels} channels, but 'output_dim' {outputs} in "
            f"{bins}x{bins} bins needs {outputs * bins * bins}"
        )
        caffe = "input channel number does not match layer parameters"
        raise RejectedError("shape-mismatch", message, caffe=caffe, bottom=0)
    return Outcome(((regions, outputs, bins, bins),))


def set_up_proposal(setup: Setup) -> Outcome:
    """proposal_layer.cpp of caffe-windows: (regions, 5) and their scores, as many as Forward finds."""
    return Outcome(((None, 5), (None,))[: setup.top_count])


def set_up_synopsys_proposal(setup: Setup) -> Outcome:
    """proposal_layer.cpp of synopsys-caffe: 4 axes at setup, 2 from the first Forward on."""
    return Outcome((None,) * setup.top_count)


def set_up_smooth_l1_loss(setup: Setup) -> Outcome:
    """smooth_L1_loss_layer.cpp: prediction, target and perhaps weights of one shape.

    Fast R-CNN and SSD have one bottom of weights. Faster R-CNN has two, and refuses a single one; with
    synopsys-caffe a single one passes. Only SSD and synopsys-caffe call LossLayer::LayerSetUp: elsewhere
    the loss does not count without `loss_weight`.
    """
    outcome = set_up_loss(setup)
    for other in range(1, len(setup.bottoms)):
        check_equal(setup, 0, other, CHANNELS, HEIGHT, WIDTH)
    return outcome


def set_up_faster_rcnn_smooth_l1_loss(setup: Setup) -> Outcome:
    """smooth_L1_loss_layer.cpp of Faster R-CNN: inside weights never without outside weights."""
    if len(setup.bottoms) == 3:
        message = "weights must be given both inside and outside: 2 or 4 bottoms, found 3"
        caffe = "If weights are used, must specify both"
        span = setup.block.span("bottom")
        raise RejectedError("wrong-number-of-blobs", message, caffe=caffe, span=span)
    return set_up_smooth_l1_loss(setup)


def set_up_box_annotator(setup: Setup) -> Outcome:
    """box_annotator_ohem_layer.cpp of R-FCN: labels and loss weights (bottoms 2, 3) of the hardest regions.

    Bottom 0 are the regions, bottom 1 is the loss of each.
    """
    if setup.size("roi_per_img") <= 0:
        raise missing_size(setup, "roi_per_img", "roi_per_img_ > 0")
    check_size(setup, 0, CHANNELS, 5, "5 == bottom[0]->channels()")
    for bottom in (1, 2, 3):
        check_equal(setup, 0, bottom, NUM, caffe="bottom[{second}]->{name}() == num_")
        if bottom != 3:
            check_size(setup, bottom, CHANNELS, 1)
        check_equal(setup, 0, bottom, HEIGHT, WIDTH, caffe="bottom[{second}]->{name}() == {name}_")
    num, _, height, width = legacy_dims(setup)
    channels = legacy_dims(setup, 3)[CHANNELS]
    return Outcome(((num, 1, height, width), (num, channels, height, width)))


def set_up_smooth_l1_loss_ohem(setup: Setup) -> Outcome:
    """smooth_L1_loss_ohem_layer.cpp of R-FCN: as Fast R-CNN's, and the loss of each region.

    It leaves LossLayer::LayerSetUp out: without `loss_weight` the loss does not count.
    """
    outcome = set_up_smooth_l1_loss(setup)
    num, _, height, width = legacy_dims(setup)
    return Outcome((*outcome.tops, (num, 1, height, width))[: setup.top_count])


def set_up_softmax_loss_ohem(setup: Setup) -> Outcome:
    """softmax_loss_ohem_layer.cpp of R-FCN: the loss, the probabilities, and the loss of each label."""
    axis = softmax_axis(setup)
    outcome = set_up_loss(setup)
    if axis is not None:
        check_label_count(setup, axis)
    return Outcome((*outcome.tops, *setup.bottoms)[: setup.top_count])


def _smooth_l1_loss(repos: tuple[str, ...], most: int, *, loss: bool) -> LayerType:
    setup = set_up_faster_rcnn_smooth_l1_loss if repos == _FASTER_RCNN else set_up_smooth_l1_loss
    bottoms = between(2, most)
    return LayerType("SmoothL1Loss", setup, None, bottoms, automatic_tops=True, loss=loss, repos=repos)


REGION_TYPES = (
    LayerType("ROIPooling", set_up_roi_pooling, "roi_pooling_param", bottoms=exactly(2)),
    LayerType("PSROIPooling", set_up_psroi_pooling, "psroi_pooling_param", bottoms=exactly(2)),
    LayerType(
        "Proposal",
        set_up_proposal,
        "proposal_param",
        bottoms=at_least(3),
        tops=between(1, 2),
        repos=_HAPPYNEAR,
    ),
    LayerType(
        "Proposal",
        set_up_synopsys_proposal,
        "proposal_param",
        bottoms=exactly(3),
        tops=between(1, 2),
        repos=_SYNOPSYS,
    ),
    _smooth_l1_loss(_WITH_SSD, 3, loss=True),
    _smooth_l1_loss(_FAST_RCNN, 3, loss=False),
    _smooth_l1_loss(_FASTER_RCNN, 4, loss=False),
    _smooth_l1_loss(_SYNOPSYS, 4, loss=True),
    LayerType(
        "BoxAnnotatorOHEM",
        set_up_box_annotator,
        "box_annotator_ohem_param",
        bottoms=exactly(4),
        tops=exactly(2),
    ),
    LayerType(
        "SmoothL1LossOHEM",
        set_up_smooth_l1_loss_ohem,
        None,
        bottoms=between(2, 3),
        tops=between(1, 2),
        automatic_tops=True,
    ),
    LayerType(
        "SoftmaxWithLossOHEM",
        set_up_softmax_loss_ohem,
        "softmax_param",
        bottoms=exactly(2),
        tops=between(1, 3),
        automatic_tops=True,
        loss=True,
    ),
)
"""For the family of detection, which lists them among its own."""
