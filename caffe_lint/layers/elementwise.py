"""Layer types that join or copy blobs of one shape: Eltwise, Split."""

from .in_place import refuse_in_place
from .record import LayerType, Outcome, RejectedError, Setup, at_least
from .shape import may_equal, merge


def set_up_eltwise(setup: Setup) -> Outcome:
    """eltwise_layer.cpp: all bottoms and the top have one shape."""
    if setup.param.has("coeff"):
        _check_coefficients(setup)
    top = first = setup.bottoms[0]
    for index, shape in enumerate(setup.bottoms):
        if shape == first:
            continue
        if not (may_equal(first, shape) and may_equal(top, shape)):
            raise _unequal(setup, index)
        top = merge(top, shape)
    return Outcome((top,))


def set_up_split(setup: Setup) -> Outcome:
    """split_layer.cpp: every top has the shape of the bottom."""
    refuse_in_place(setup)
    return Outcome((setup.bottoms[0],) * setup.top_count)


def _check_coefficients(setup: Setup) -> None:
    given, span = len(setup.param.fields("coeff")), setup.param.span("coeff")
    if given != len(setup.bottoms):
        message = f"'coeff' must be given once for each bottom, found {given} for {len(setup.bottoms)}"
        caffe = "Eltwise Layer takes one coefficient per bottom blob."
        raise RejectedError("parameter-count", message, caffe=caffe, span=span)
    if setup.param.enum("operation") == "PROD":
        message = "'coeff' works with the operation SUM only, not with PROD"
        caffe = "Eltwise layer only takes coefficients for summation."
        raise RejectedError("conflicting-parameters", message, caffe=caffe, span=span)


def _unequal(setup: Setup, index: int) -> RejectedError:
    message = f"an Eltwise needs bottoms of one shape, but {setup.show(0)} and {setup.show(index)} differ"
    caffe = "bottom[0]->shape() == bottom[i]->shape()"
    return RejectedError("shape-mismatch", message, caffe=caffe, bottom=index)


LAYER_TYPES = (
    LayerType("Eltwise", set_up_eltwise, "eltwise_param", bottoms=at_least(2)),
    LayerType("Split", set_up_split, tops=at_least(1)),
)
