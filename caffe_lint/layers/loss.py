"""Loss layer types: two or three bottoms to a scalar."""

from .axes import legacy_dims, require_axis
from .in_place import refuse_in_place
from .normalization import softmax_axis
from .record import Count, LayerType, Outcome, RejectedError, Setup, SetupFunction, between, exactly
from .selection import check_label_count
from .shape import Dim, is_empty, product


def set_up_loss(setup: Setup) -> Outcome:
    """loss_layer.cpp, LossLayer::Reshape: data and labels have equally many items."""
    items, labels = require_axis(setup, 0, 0), require_axis(setup, 1, 0)
    if _differ(items, labels):
        message = f"{setup.show(0)} and {setup.show(1)} have different numbers of items"
        caffe = "The data and label should have the same first dimension."
        raise RejectedError("shape-mismatch", message, caffe=caffe, bottom=1)
    return Outcome(((),))


def set_up_euclidean_loss(setup: Setup) -> Outcome:
    """euclidean_loss_layer.cpp: items of equally many elements."""
    outcome = set_up_loss(setup)
    refuse_in_place(setup, "start_axis <= end_axis")
    _check_equal_counts(setup, 1, "Inputs must have the same dimension.")
    return outcome


def set_up_sigmoid_loss(setup: Setup) -> Outcome:
    """sigmoid_cross_entropy_loss_layer.cpp: equally many elements."""
    outcome = set_up_loss(setup)
    refuse_in_place(setup, "out of range for 0-D Blob")
    _check_equal_counts(setup, 0, "SIGMOID_CROSS_ENTROPY_LOSS layer inputs must have the same count.")
    return outcome


def set_up_multinomial_loss(setup: Setup) -> Outcome:
    """multinomial_logistic_loss_layer.cpp: one label for each item."""
    outcome = set_up_loss(setup)
    _check_single(setup, 1, 1)
    return outcome


def set_up_contrastive_loss(setup: Setup) -> Outcome:
    """contrastive_loss_layer.cpp: (num, channels) of each of the pair, and one label for each pair."""
    first, second = legacy_dims(setup, 0)[1], legacy_dims(setup, 1)[1]
    if _differ(first, second):
        message = f"{setup.show(0)} and {setup.show(1)} have different numbers of channels"
        caffe = "bottom[0]->channels() == bottom[1]->channels()"
        raise RejectedError("shape-mismatch", message, caffe=caffe, bottom=1)
    for bottom, axis in ((0, 2), (1, 2), (2, 1)):
        _check_single(setup, bottom, axis)
    return set_up_loss(setup)


def set_up_softmax_loss(setup: Setup) -> Outcome:
    """softmax_loss_layer.cpp: scores with their classes on `axis`, and a label for each position."""
    axis = softmax_axis(setup)
    if setup.block.reals("loss_weight") != [0]:
        _check_inner_softmax(setup)
    outcome = set_up_loss(setup)
    refuse_in_place(setup, "out of range for 0-D Blob")
    if axis is not None:
        check_label_count(setup, axis)
    if setup.top_count == 2:
        message = (
            "a second top never works: Caffe hands both loss weights to the inner Softmax, which has one top"
        )
        caffe = "loss_weight must be unspecified or specified once per top blob."
        span = setup.block.span("top")
        raise RejectedError("wrong-number-of-blobs", message, caffe=caffe, span=span)
    return outcome


def set_up_infogain_loss(setup: Setup) -> Outcome:
    """infogain_loss_layer.cpp: as softmax loss, with a matrix (classes, classes) from bottom 2 or a file."""
    axis = softmax_axis(setup)
    _check_inner_softmax(setup)
    _check_infogain_fields(setup)
    outcome = set_up_loss(setup)
    refuse_in_place(setup, "out of range for 0-D Blob")
    scores = setup.bottoms[0]
    if axis is not None and scores is not None:
        check_label_count(setup, axis)
        _check_matrix(setup, scores[axis])
    return Outcome((*outcome.tops, scores)[: setup.top_count])


def _check_inner_softmax(setup: Setup) -> None:
    """The Softmax inside gets a loss weight of its own, which is stored in its top."""
    if is_empty(setup.bottoms[0]):
        message = f"{setup.show(0)} has no elements"
        raise RejectedError("empty-blob", message, caffe="diff_", bottom=0)


def _check_infogain_fields(setup: Setup) -> None:
    losses = setup.block.block("loss_param")
    if losses.has("normalize"):
        message = "'normalize' does not work here: use 'normalization'"
        caffe = 'normalize is deprecated. use "normalization"'
        raise RejectedError("conflicting-parameters", message, caffe=caffe, span=losses.span("normalize"))
    if len(setup.bottoms) == 2 and not setup.param.has("source"):
        message = "the infogain matrix must come from a third bottom or from the file 'source'"
        caffe = "Infogain matrix source must be specified."
        raise RejectedError("wrong-number-of-blobs", message, caffe=caffe)


def _check_matrix(setup: Setup, classes: Dim) -> None:
    matrix = setup.bottoms[2] if len(setup.bottoms) == 3 else None
    if matrix is None or classes is None:
        return
    if _differ(product(matrix), classes**2):
        message = f"the infogain matrix {setup.show(2)} must have {classes}x{classes} elements"
        caffe = "infogain->count() == num_labels_*num_labels_"
        raise RejectedError("shape-mismatch", message, caffe=caffe, bottom=2)


def _check_equal_counts(setup: Setup, axis: int, caffe: str) -> None:
    counts = [None if shape is None else product(shape[axis:]) for shape in setup.bottoms]
    if _differ(*counts):
        what = "elements in an item" if axis else "elements"
        message = f"{setup.show(0)} has {counts[0]} {what}, {setup.show(1)} has {counts[1]}"
        raise RejectedError("shape-mismatch", message, caffe=caffe, bottom=1)


def _check_single(setup: Setup, bottom: int, first: int) -> None:
    """Refuse a bottom whose legacy axes from `first` on are not all of size 1."""
    names = ("num", "channels", "height", "width")
    dims = legacy_dims(setup, bottom)
    for name, dim in list(zip(names, dims, strict=True))[first:]:
        if dim not in (1, None):
            message = f"{setup.show(bottom)} must have 1 for its {name}, found {dim}"
            caffe = f"bottom[{bottom}]->{name}() == 1"
            raise RejectedError("shape-mismatch", message, caffe=caffe, bottom=bottom)


def _differ(first: Dim, second: Dim) -> bool:
    return first != second and first is not None and second is not None


def _loss(name: str, setup: SetupFunction, param: str | None, *counts: Count) -> LayerType:
    """A record; `counts` are those of bottoms and tops where they are not 2 and 1 (loss_layer.hpp)."""
    usual = (exactly(2), exactly(1))
    bottoms, tops = counts + usual[len(counts) :]
    return LayerType(name, setup, param, bottoms=bottoms, tops=tops, automatic_tops=True, loss=True)


LAYER_TYPES = (
    _loss("ContrastiveLoss", set_up_contrastive_loss, "contrastive_loss_param", exactly(3)),
    _loss("EuclideanLoss", set_up_euclidean_loss, None),
    _loss("HingeLoss", set_up_loss, "hinge_loss_param"),
    _loss("InfogainLoss", set_up_infogain_loss, "infogain_loss_param", between(2, 3), between(1, 2)),
    _loss("MultinomialLogisticLoss", set_up_multinomial_loss, None),
    _loss("SigmoidCrossEntropyLoss", set_up_sigmoid_loss, None),
    _loss("SoftmaxWithLoss", set_up_softmax_loss, "softmax_param", exactly(2), between(1, 2)),
)
