"""Layer types of forks for face recognition: CenterLoss and the inner products with a margin.

What stands here was read in the sources of the forks, not run.
"""

from ..axes import axis_named, require_axis
from ..inner_product import no_outputs
from ..learned import Learned, learn
from ..loss import set_up_loss
from ..record import LayerType, Outcome, RejectedError, Setup, at_least, between, exactly
from ..shape import Dim, Shape, product
from .legacy import CHANNELS, HEIGHT, NUM, WIDTH, check_equal, check_size


def set_up_center_loss(setup: Setup) -> Outcome:
    """center_loss_layer.cpp of caffe-face and caffe-windows: learns a centre for each class.

    It leaves LossLayer::LayerSetUp out, so that without `loss_weight` its loss does not count. The type
    of distance is checked in every Forward, not yet at setup.
    """
    outputs = setup.size("num_output")
    _, inputs = _flattened(setup)
    if not outputs and not setup.block.has("blobs"):
        raise no_outputs(setup, "center_filler")
    params = learn(setup, Learned("centres", (outputs, inputs), "center_filler"))
    for axis in (CHANNELS, HEIGHT, WIDTH):
        check_size(setup, 1, axis, 1)
    set_up_loss(setup)
    _check_distance(setup)
    return Outcome(((), *(None for _ in range(setup.top_count - 1))), params)


def set_up_margin_inner_product(setup: Setup) -> Outcome:
    """margin_inner_product_layer.cpp of caffe-windows: features and labels; a second top holds lambda.

    largemargin_inner_product_layer.cpp does the same, and takes the weight as bottom 2 if there is one.
    """
    caffe = "Number of labels must match number of output;"
    check_equal(setup, 0, 1, NUM, caffe=caffe)
    before, inputs = _flattened(setup)
    outputs: Dim = setup.size("num_output")
    params: tuple[Shape, ...] = ()
    if len(setup.bottoms) == 2:
        if not outputs and not setup.block.has("blobs"):
            raise no_outputs(setup)
        params = learn(setup, Learned.weight((outputs, inputs)))
    else:
        outputs = require_axis(setup, 2, 0)
    top = None if before is None else (*before, outputs)
    macs = None if before is None else product((*before[1:], inputs, outputs))
    return Outcome((top, (1,))[: setup.top_count], params, macs)


def _flattened(setup: Setup) -> tuple[Shape, Dim]:
    """The axes of bottom 0 before `axis`, and how many elements those from it on have."""
    bottom = setup.bottoms[0]
    if bottom is None:
        return None, None
    axis = axis_named(setup, bottom)
    return bottom[:axis], product(bottom[axis:])


def _check_distance(setup: Setup) -> None:
    if not setup.param.has("distance_type"):
        return
    kind = setup.param.string("distance_type")
    if kind not in ("L1", "L2"):
        message = f"'distance_type' must be 'L1' or 'L2', found '{kind}'"
        caffe, span = "distance_type must be L1 or L2!", setup.param.span("distance_type")
        raise RejectedError("value-out-of-range", message, caffe=caffe, span=span)


LAYER_TYPES = (
    LayerType("CenterLoss", set_up_center_loss, "center_loss_param", bottoms=exactly(2), tops=at_least(1)),
    LayerType(
        "MarginInnerProduct",
        set_up_margin_inner_product,
        "margin_inner_product_param",
        bottoms=exactly(2),
        tops=between(1, 2),
    ),
    LayerType(
        "LargeMarginInnerProduct",
        set_up_margin_inner_product,
        "largemargin_inner_product_param",
        bottoms=at_least(2),
        tops=between(1, 2),
    ),
)
