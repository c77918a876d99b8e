"""Layer types of BVLC's that forks changed: other numbers of blobs, more parameters, more learned blobs.

Copies that work as BVLC's do (Swish, Clip, Python) need no record here.
"""

from ..axes import axis_named, require_axis
from ..custom import set_up_sink
from ..data import set_up_image_data
from ..elementwise import set_up_eltwise
from ..inner_product import set_up_inner_product
from ..learned import Learned, learn
from ..loss import set_up_euclidean_loss, set_up_loss, set_up_sigmoid_loss, set_up_softmax_loss
from ..pooling import set_up_pooling, set_up_spp
from ..record import (
    LayerType,
    Outcome,
    RejectedError,
    Setup,
    at_least,
    between,
    exactly,
    nothing_known,
)
from ..recurrent import set_up_recurrent
from ..selection import set_up_accuracy
from ..shape import Shape
from ..table import TABLE

_APOLLO = "LihangLiu93/apollocaffe"
_CTPN = "tianzhi0549/CTPN"
_DONAHUE = "jeffdonahue/caffe"
_HAPPYNEAR = "happynear/caffe-windows"
_INTEL = "intel/caffe"
_JUNHYUKOH = "junhyukoh/caffe-lstm"
_LISA = "LisaAnne/lisa-caffe-public"
_NVIDIA = "NVIDIA/caffe"
_PSPNET = "hszhao/PSPNet"
_SSD = "weiliu89/caffe"
_SYNOPSYS = "foss-for-synopsys-dwc-arc-processors/synopsys-caffe"
_YJXIONG = "yjxiong/caffe"

_OLD = (_APOLLO, _CTPN, _YJXIONG)
"""Forks of a Caffe from before 2015, which cuts and joins no single blob."""

_QUANTIZED = ("input_scale", "input_zero_point", "output_scale", "output_zero_point", "saturate")
"""How Synopsys rounds what a layer makes."""

_POOLS = ("MAX", "AVE", "STOCHASTIC")
"""BVLC's methods of pooling."""


def set_up_weighted_eltwise(setup: Setup) -> Outcome:
    """eltwise_layer.cpp of the recurrent branch: the last bottom may be a factor for each item."""
    if not setup.param.boolean("coeff_blob"):
        return set_up_eltwise(setup)
    return set_up_eltwise(setup._replace(bottoms=setup.bottoms[:-1]))


def set_up_first_shape(setup: Setup) -> Outcome:
    """eltwise_layer.cpp and relu_layer.cpp of Synopsys: the top has the shape of bottom 0."""
    return Outcome((setup.bottoms[0],))


def set_up_scaling_batch_norm(setup: Setup) -> Outcome:
    """batch_norm_layer.cpp of NVIDIA: mean, variance and their weight, with `scale_bias` scale and bias too.

    It sets the learning rates by itself, whatever they are.
    """
    channels = require_axis(setup, 0, 1)
    wanted = [Learned("statistics", (size,), None) for size in (channels, channels, 1)]
    if setup.param.boolean("scale_bias"):
        wanted += [Learned("scale", (channels,), "scale_filler"), Learned("bias", (channels,), "bias_filler")]
    return Outcome((setup.bottoms[0],), learn(setup, *wanted))


def set_up_intel_batch_norm(setup: Setup) -> Outcome:
    """batch_norm_layer.cpp of Intel: how many blobs it learns depends on the engine."""
    return Outcome((setup.bottoms[0],), None)


def set_up_any_accuracy(setup: Setup) -> Outcome:
    """accuracy_layer.cpp of older and of weighted versions: what follows the first two blobs is not known."""
    return _first_two(setup, set_up_accuracy(_with_two(setup)))


def set_up_weighted_softmax_loss(setup: Setup) -> Outcome:
    """softmax_loss_layer.cpp of Intel and happynear: bottom 2 weighs the items."""
    return _first_two(setup, set_up_softmax_loss(_with_two(setup)._replace(top_count=1)))


def set_up_weighted_sigmoid_loss(setup: Setup) -> Outcome:
    """sigmoid_cross_entropy_loss_layer.cpp of Intel: a third bottom may follow."""
    return set_up_sigmoid_loss(_with_two(setup))


def set_up_weighted_euclidean_loss(setup: Setup) -> Outcome:
    """euclidean_loss_layer.cpp of happynear: bottom 2 holds weights."""
    return set_up_euclidean_loss(_with_two(setup))


def set_up_pair_loss(_: Setup) -> Outcome:
    """contrastive_loss_layer.cpp of happynear: features and labels of both of a pair."""
    return Outcome(((),))


def set_up_old_infogain_loss(setup: Setup) -> Outcome:
    """infogain_loss_layer.cpp before 2017: probabilities and labels, no Softmax of its own."""
    return set_up_loss(_with_two(setup))


def set_up_old_spp(setup: Setup) -> Outcome:
    """spp_layer.hpp of older Caffes: a second top is allowed by the method in the block of Pooling."""
    method = setup.block.block("pooling_param").enum("pool")
    if setup.top_count > 1 and method != "MAX":
        message = f"SPP has a second top only where 'pooling_param' says MAX, found {method}"
        caffe, span = "SPP Layer produces at most 1 top blob(s) as output.", setup.block.span("top")
        raise RejectedError("wrong-number-of-blobs", message, caffe=caffe, span=span)
    return _first_two(setup, set_up_spp(setup))


def set_up_given_inner_product(setup: Setup) -> Outcome:
    """inner_product_layer.cpp of happynear: the weights may be bottom 1, and the bias bottom 2."""
    if len(setup.bottoms) == 1:
        return set_up_inner_product(setup)
    bottom, weight = setup.bottoms[0], setup.bottoms[1]
    outputs = weight[0] if weight else None
    params: tuple[Shape, ...] | None = ()
    if len(setup.bottoms) == 2 and setup.param.boolean("bias_term"):
        params = None
    if bottom is None:
        return Outcome((None,), params, None)
    return Outcome(((*bottom[: axis_named(setup, bottom)], outputs),), params, None)


def set_up_more_pooling(setup: Setup) -> Outcome:
    """pooling_layer.cpp of Intel and happynear: as BVLC's, but methods of their own may do anything."""
    return set_up_pooling(setup) if setup.param.enum("pool") in _POOLS else nothing_known(setup)


def set_up_exposing_lstm(setup: Setup) -> Outcome:
    """recurrent_layer.cpp before it was merged: as BVLC's, where the states stay inside."""
    if setup.param.boolean("expose_hidden_state"):
        return nothing_known(setup)
    return _first_two(setup, set_up_recurrent(setup))


def set_up_more_image_data(setup: Setup) -> Outcome:
    """image_data_layer.cpp of happynear: up to three tops, of which BVLC's Caffe knows two."""
    return _first_two(setup, set_up_image_data(setup))


def _with_two(setup: Setup) -> Setup:
    """The layer with the two bottoms, and at most two tops, that BVLC's Caffe knows."""
    return setup._replace(bottoms=setup.bottoms[:2], top_count=min(setup.top_count, 2))


def _first_two(setup: Setup, outcome: Outcome) -> Outcome:
    """The outcome with tops of unknown shape where the layer has more of them."""
    tops = outcome.tops + (None,) * (setup.top_count - len(outcome.tops))
    return outcome._replace(tops=tops[: setup.top_count])


_ELTWISE, _ACCURACY, _INFOGAIN = TABLE["Eltwise"], TABLE["Accuracy"], TABLE["InfogainLoss"]
_WEIGHTED = TABLE["SoftmaxWithLoss"]._replace(setup=set_up_weighted_softmax_loss, bottoms=between(2, 3))

LAYER_TYPES: tuple[LayerType, ...] = (
    _ELTWISE._replace(setup=set_up_weighted_eltwise, repos=(_DONAHUE, _LISA), fork_fields=("coeff_blob",)),
    _ELTWISE._replace(
        setup=set_up_first_shape,
        bottoms=at_least(1),
        repos=(_SYNOPSYS,),
        fork_fields=(*_QUANTIZED, "axis", "quantize_method"),
    ),
    TABLE["ReLU"]._replace(
        setup=set_up_first_shape,
        bottoms=between(1, 2),
        repos=(_SYNOPSYS,),
        fork_fields=(*_QUANTIZED, "relu6", "maximum", "minimum"),
    ),
    TABLE["BatchNorm"]._replace(
        setup=set_up_scaling_batch_norm,
        repos=(_NVIDIA,),
        fork_fields=("scale_filler", "bias_filler", "scale_bias", "engine"),
    ),
    TABLE["BatchNorm"]._replace(
        setup=set_up_intel_batch_norm,
        repos=(_INTEL,),
        fork_fields=(
            "engine",
            "use_weight_bias",
            "bias_term",
            "filler",
            "bias_filler",
            "stats_batch_size",
            "relu",
        ),
    ),
    TABLE["Concat"]._replace(bottoms=at_least(2), repos=_OLD),
    TABLE["Slice"]._replace(tops=at_least(2), repos=_OLD),
    TABLE["SPP"]._replace(setup=set_up_old_spp, tops=between(1, 2), repos=_OLD),
    _ACCURACY._replace(setup=set_up_any_accuracy, tops=at_least(1), repos=(_PSPNET, _JUNHYUKOH, _CTPN)),
    _ACCURACY._replace(tops=exactly(1), repos=(_APOLLO, _YJXIONG)),
    _ACCURACY._replace(setup=set_up_any_accuracy, bottoms=between(2, 3), repos=(_HAPPYNEAR,)),
    _INFOGAIN._replace(
        setup=set_up_old_infogain_loss,
        tops=exactly(1),
        repos=(_SSD, _PSPNET, _NVIDIA, _APOLLO, _JUNHYUKOH, _CTPN, _YJXIONG),
    ),
    TABLE["Silence"]._replace(setup=set_up_sink, tops=between(0, 1), repos=(_NVIDIA,)),
    TABLE["ContrastiveLoss"]._replace(
        setup=set_up_pair_loss, bottoms=exactly(4), repos=(_HAPPYNEAR,), fork_fields=("legacy_version",)
    ),
    _WEIGHTED._replace(repos=(_INTEL,)),
    _WEIGHTED._replace(
        repos=(_HAPPYNEAR,),
        fork_fields=(
            "hard_ratio",
            "class_weight",
            "hard_mining_label",
            "cutting_point",
            "normalize_type",
            "label_smooth_factor",
        ),
    ),
    TABLE["SigmoidCrossEntropyLoss"]._replace(
        setup=set_up_weighted_sigmoid_loss, bottoms=between(2, 3), repos=(_INTEL,)
    ),
    TABLE["EuclideanLoss"]._replace(
        setup=set_up_weighted_euclidean_loss, bottoms=between(2, 3), repos=(_HAPPYNEAR,)
    ),
    TABLE["ImageData"]._replace(setup=set_up_more_image_data, tops=between(0, 3), repos=(_HAPPYNEAR,)),
    TABLE["InnerProduct"]._replace(
        setup=set_up_given_inner_product,
        bottoms=at_least(1),
        repos=(_HAPPYNEAR,),
        fork_fields=("normalize",),
    ),
    TABLE["Pooling"]._replace(
        setup=set_up_more_pooling,
        repos=(_INTEL, _HAPPYNEAR),
        fork_fields=("avg_include_pad", "blobs_lr", "blobs_a_min"),
    ),
    TABLE["LSTM"]._replace(
        setup=set_up_exposing_lstm,
        bottoms=at_least(2),
        tops=at_least(1),
        repos=(_DONAHUE, _LISA),
        fork_fields=("expose_hidden_state",),
    ),
)
