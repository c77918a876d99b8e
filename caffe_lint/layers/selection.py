"""Layer types that pick or sum up elements: ArgMax, Reduction, BatchReindex, Filter, Accuracy."""

from .axes import axis_named, require_axes, require_axis
from .filler import empty_blob
from .in_place import refuse_in_place
from .record import LayerType, Outcome, RejectedError, Setup, at_least, between, exactly
from .shape import Dim, product


def set_up_argmax(setup: Setup) -> Outcome:
    """argmax_layer.cpp: the `top_k` largest along `axis`, or of a whole item.

    Without `axis` the top is (num, 1 or 2, top_k), and has as many axes as the bottom if that has more.
    """
    param, bottom = setup.param, setup.bottoms[0]
    top_k = param.integer("top_k")
    if top_k == 0:
        raise _wrong_top_k(setup, "'top_k' must be at least 1", "top k must not be less than 1.")
    if bottom is None:
        return Outcome((None,))
    if param.has("axis"):
        axis = axis_named(setup, bottom)
        caffe = "top_k must be less than or equal to the dimension of the axis."
        _check_top_k(setup, bottom[axis], caffe)
        return Outcome(((*bottom[:axis], top_k, *bottom[axis + 1 :]),))
    if not bottom:
        message = f"{setup.show(0)} has no axis of items"
        raise RejectedError("number-of-axes", message, caffe="start_axis <= end_axis", bottom=0)
    caffe = "top_k must be less than or equal to the dimension of the flattened bottom blob per instance."
    _check_top_k(setup, product(bottom[1:]), caffe)
    ones = (1,) * (len(bottom) - 3)
    return Outcome(((bottom[0], 2 if param.boolean("out_max_val") else 1, top_k, *ones),))


def set_up_reduction(setup: Setup) -> Outcome:
    """reduction_layer.cpp: the axes from `axis` on become one number."""
    bottom = setup.bottoms[0]
    if bottom is None:
        return Outcome((None,))
    axis = axis_named(setup, bottom)
    if 0 in bottom[axis:] and setup.param.enum("operation") in ("SUM", "MEAN"):
        raise empty_blob(f"{setup.show(0)} has no elements to sum up")
    return Outcome((bottom[:axis],))


def set_up_batch_reindex(setup: Setup) -> Outcome:
    """batch_reindex_layer.cpp: the items of bottom 0 that bottom 1 lists."""
    require_axes(setup, 1, 1, "1 == bottom[1]->num_axes()")
    bottom = setup.bottoms[0]
    return Outcome((None if bottom is None else (require_axis(setup, 1, 0), *bottom[1:]),))


def set_up_filter(setup: Setup) -> Outcome:
    """filter_layer.cpp: the items that the last bottom selects; at setup, as Caffe has it, all items."""
    *bottoms, selector = range(len(setup.bottoms))
    if setup.top_count != len(bottoms):
        message = f"a Filter has a top for each bottom but the last: {len(bottoms)}, found {setup.top_count}"
        caffe, span = "top.size() == bottom.size() - 1", setup.block.span("top")
        raise RejectedError("wrong-number-of-blobs", message, caffe=caffe, span=span)
    if any(dim not in (1, None) for dim in (setup.bottoms[selector] or ())[1:]):
        message = (
            f"the selector {setup.show(selector)} may have only one axis of other size than 1, the first"
        )
        caffe = "Selector blob dimensions must be singletons (1), except the first"
        raise RejectedError("shape-mismatch", message, caffe=caffe, bottom=selector)
    items = require_axis(setup, selector, 0)
    for index in bottoms:
        found = require_axis(setup, index, 0)
        if found != items and found is not None and items is not None:
            message = (
                f"the selector {setup.show(selector)} and {setup.show(index)} have different numbers of items"
            )
            caffe = "Each bottom should have the same 0th dimension as the selector blob"
            raise RejectedError("shape-mismatch", message, caffe=caffe, bottom=index)
        items = found if items is None else items
    if items == 0:
        raise empty_blob(f"the selector {setup.show(selector)} has no elements")
    return Outcome(tuple(None if shape is None else (items, *shape[1:]) for shape in setup.bottoms[:-1]))


def set_up_accuracy(setup: Setup) -> Outcome:
    """accuracy_layer.cpp: a scalar, and for a second top one number for each class."""
    _check_classes(setup)
    scores = setup.bottoms[0]
    if scores is None:
        return Outcome(((), (None,))[: setup.top_count])
    axis = axis_named(setup, scores)
    check_label_count(setup, axis)
    if setup.top_count == 2:
        refuse_in_place(setup, "out of range for 0-D Blob")
    return Outcome(((), (scores[axis],))[: setup.top_count])


def check_label_count(setup: Setup, axis: int) -> None:
    """Refuse labels (bottom 1) that are not one for each score vector (bottom 0, along `axis`).

    Source: the CHECK_EQ of accuracy_layer.cpp, softmax_loss_layer.cpp and infogain_loss_layer.cpp.

    Raises:
        RejectedError: if the numbers are known to differ.
    """
    scores, labels = setup.bottoms[0] or (), setup.bottoms[1]
    wanted = product(scores[:axis] + scores[axis + 1 :])
    found = None if labels is None else product(labels)
    if wanted != found and wanted is not None and found is not None:
        message = (
            f"{setup.show(0)} with classes on axis {axis} needs {wanted} labels, {setup.show(1)} has {found}"
        )
        caffe = "Number of labels must match number of predictions"
        raise RejectedError("shape-mismatch", message, caffe=caffe, bottom=1)


def _check_classes(setup: Setup) -> None:
    """The first CHECK of AccuracyLayer::Reshape, before the axis is known."""
    top_k = setup.size("top_k")
    scores, labels = (None if shape is None else product(shape) for shape in setup.bottoms)
    if labels == 0:
        message = f"{setup.show(1)} has no labels"
        raise RejectedError("empty-blob", message, caffe="SIGFPE", bottom=1)
    if scores is not None and labels is not None and top_k > scores // labels:
        message = (
            f"'top_k' is {top_k}, but {scores} scores of {setup.show(0)} "
            f"for {labels} labels of {setup.show(1)} are {scores // labels} classes"
        )
        raise _wrong_top_k(setup, message, "top_k must be less than or equal to the number of classes.")


def _check_top_k(setup: Setup, size: Dim, caffe: str) -> None:
    top_k = setup.param.integer("top_k")
    if size is not None and top_k > size:
        message = f"'top_k' is {top_k}, more than the {size} elements of {setup.show(0)} to choose from"
        raise _wrong_top_k(setup, message, caffe)


def _wrong_top_k(setup: Setup, message: str, caffe: str) -> RejectedError:
    span = setup.param.span("top_k")
    return RejectedError("value-out-of-range", message, caffe=caffe, span=span, bottom=0)


LAYER_TYPES = (
    LayerType("ArgMax", set_up_argmax, "argmax_param"),
    LayerType("Reduction", set_up_reduction, "reduction_param"),
    LayerType("BatchReindex", set_up_batch_reindex, bottoms=exactly(2)),
    LayerType("Filter", set_up_filter, bottoms=at_least(2), tops=at_least(1)),
    LayerType("Accuracy", set_up_accuracy, "accuracy_param", bottoms=exactly(2), tops=between(1, 2)),
)
