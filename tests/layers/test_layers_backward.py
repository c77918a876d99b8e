"""Losses and the layers that run Backward: what Net::Init and InsertSplits make of loss weights and flags."""

import json
from pathlib import Path

import pytest

from caffe_lint.layers import Backward, find_backward, infer_shapes
from caffe_lint.net import Document, Net, NetState, load
from caffe_lint.text import Source

BASE = """
layer { name: "x" type: "Input" top: "x" top: "t" input_param { shape { dim: 4 dim: 2 } } }
layer { name: "a" type: "InnerProduct" bottom: "x" top: "a" inner_product_param { num_output: 2 } }
"""
LOSS = 'layer { name: "loss" type: "EuclideanLoss" bottom: "a" bottom: "t" top: "loss" }'
SILENCE = 'layer { name: "quiet" type: "Silence" bottom: "loss" }'


def _backward(text: str) -> tuple[Net, Backward]:
    net = load((BASE + text).encode()).nets([NetState("TRAIN")])[0]
    return net, find_backward(net, infer_shapes(net))


def _running(text: str) -> list[str]:
    net, backward = _backward(text)
    return [layer.name for layer in net.layers if layer in backward.running]


@pytest.mark.parametrize(
    ("text", "running"),
    [
        ("", []),
        (LOSS, ["a", "loss"]),
        (LOSS.replace(' top: "loss"', ""), ["a", "loss"]),
        (LOSS.replace(" }", " loss_weight: 0 }"), []),
        (LOSS + SILENCE, []),
        (LOSS.replace(" }", " loss_weight: 1 }") + SILENCE, ["a", "loss"]),
        (LOSS.replace(" }", " propagate_down: false propagate_down: false }"), ["loss"]),
        ('layer { name: "s" type: "Reduction" bottom: "a" top: "s" loss_weight: 1 }', ["a", "s"]),
        ('layer { name: "r" type: "ReLU" bottom: "a" top: "a" loss_weight: 1 }', ["a", "r"]),
        (LOSS + 'layer { name: "u" type: "Unheard" bottom: "loss" top: "u" }', ["a", "loss", "u"]),
        ('layer { name: "u" type: "Unheard" bottom: "a" top: "u" }', []),
    ],
)
def test_layers_that_run_backward(text: str, running: list[str]) -> None:
    assert _running(text) == running


def test_frozen_layers_do_not_run() -> None:
    frozen = BASE.replace(
        "inner_product_param", "param { lr_mult: 0 } param { lr_mult: 0 } inner_product_param"
    )
    net = load((frozen + LOSS).encode()).nets([NetState("TRAIN")])[0]
    assert not find_backward(net, infer_shapes(net)).running


def test_weights_are_cleared_where_a_weighted_top_is_used() -> None:
    net, backward = _backward(
        'layer { name: "cut" type: "Slice" bottom: "a" top: "b" top: "c" loss_weight: 1 loss_weight: 2 }'
        'layer { name: "half" type: "Power" bottom: "b" top: "half" }'
    )
    cut = net.layers[2]
    assert backward.weights[cut] == (1, 2)
    assert backward.cleared == {cut: cut.tops[0]}
    assert backward.is_split(cut.tops[0])
    assert not backward.is_split(cut.tops[1])


SIDE = 'layer { name: "side" type: %s bottom: "a" top: "side" propagate_down: false %s }' + LOSS
SIDE_LOSS = 'layer { name: "side_loss" type: "EuclideanLoss" bottom: "side" bottom: "t" top: "side_loss" }'


@pytest.mark.parametrize(
    ("side", "leaks"),
    [
        (('"Flatten"', ""), True),
        (('"Concat"', ""), True),
        (('"LRN"', ""), True),
        (('"LRN"', "lrn_param { norm_region: WITHIN_CHANNEL }"), False),
        (('"InnerProduct"', "inner_product_param { num_output: 2 }"), False),
    ],
)
def test_gradient_leaks(side: tuple[str, str], *, leaks: bool) -> None:
    net, backward = _backward(SIDE % side + SIDE_LOSS)
    assert backward.leaks(net.layers[2].bottoms[0]) is leaks


def test_nothing_leaks_into_a_blob_of_a_single_reader() -> None:
    net, backward = _backward(SIDE.removesuffix(LOSS) % ('"Flatten"', "") + SIDE_LOSS)
    assert not backward.leaks(net.layers[2].bottoms[0])


@pytest.mark.corpus
def test_layers_that_run_backward_are_those_of_real_caffe(corpus: Path) -> None:
    """Every net that Caffe accepts, in both phases; `force_backward` makes all layers run: left out."""
    compared = 0
    for line in (corpus / "corpus" / "verdicts.jsonl").open(encoding="utf-8"):
        row = json.loads(line)
        if not (row.get("accepted") and row.get("comparable")) or "needs_backward" not in row:
            continue
        data = (corpus / "corpus" / row["path"]).read_bytes()
        if b"force_backward" in data:
            continue
        net = Document(Source(row["path"], data), "bvlc").nets([NetState(row["phase"])])[0]
        backward = find_backward(net, infer_shapes(net))
        found = sorted(layer.name for layer in net.layers if layer in backward.running)
        assert found == sorted(name for name in row["needs_backward"] if "_split" not in name), row["path"]
        compared += 1
    assert compared > 1000
