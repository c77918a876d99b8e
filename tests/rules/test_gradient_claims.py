"""Real Caffe is the judge: rules about gradients that get lost or cannot be had, each with the harm done.

The test of a rule bears the rule's name.
"""

import pytest

from caffe_lint.lint import lint
from caffe_lint.net import NetState, load
from caffe_lint.peer import NetText, Param, Peer, Plan
from tests.rules.examples import RULES, example

pytestmark = pytest.mark.caffe

TRAIN = NetState("TRAIN")


def _net(rule: str, kind: str) -> NetText:
    return NetText(example(RULES[rule], kind), TRAIN)


ADDED = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [%d, 3, 2, 2] } } }
layer { name: "t" type: "Input" top: "t" input_param { shape { dim: [%d, 3, 2, 2] } } }
%slayer { name: "loss" type: "EuclideanLoss" bottom: "s" bottom: "t" top: "loss" }
"""
FACTORS = """
layer { name: "a" type: "Scale" bottom: "x" top: "a" param { name: "w" } }
layer { name: "b" type: "Scale" bottom: "x" top: "b" param { name: "w" } }
layer { name: "s" type: "Eltwise" bottom: "a" bottom: "b" top: "s" }
"""
PARAMETER = """
layer { name: "p" type: "Parameter" top: "p" param { name: "w" } parameter_param { shape { dim: 3 } } }
"""
SCALE = 'layer { name: "b" type: "Scale" bottom: "%s" bottom: "p" top: "%s" }\n'
BIAS = 'layer { name: "a" type: "Bias" bottom: "%s" top: "%s" param { name: "w" } }\n'
SILENCE = 'layer { name: "q" type: "Silence" bottom: "p" }\n'
OVERWRITTEN = {
    "rule": (example(RULES["overwritten-param-gradient"], "bad").decode(), True),
    "rule's good one": (example(RULES["overwritten-param-gradient"], "good").decode(), False),
    "a batch of 1": (ADDED % (1, 1, FACTORS), True),
    "a batch of 2": (ADDED % (2, 2, FACTORS), False),
    "reader after the sharer": (ADDED % (2, 2, PARAMETER + BIAS % ("x", "a") + SCALE % ("a", "s")), False),
    "reader before the sharer": (ADDED % (2, 2, PARAMETER + SCALE % ("x", "a") + BIAS % ("a", "s")), True),
    "two readers": (ADDED % (2, 2, PARAMETER + BIAS % ("x", "a") + SCALE % ("a", "s") + SILENCE), True),
}
"""Nets, and whether a gradient of a shared param is overwritten."""


@pytest.mark.parametrize("case", OVERWRITTEN)
def test_overwritten_param_gradient(case: str, real_caffe: Peer) -> None:
    text, is_wrong = OVERWRITTEN[case]
    report = lint(load(text.encode()), [RULES["overwritten-param-gradient"]])
    assert len(report.diagnostics) == is_wrong
    slopes = real_caffe.slopes(NetText(text, TRAIN))
    assert slopes.ok, slopes.error
    (slope,) = slopes.slopes.values()
    assert (slope.backward != pytest.approx(slope.forward, rel=2e-2)) == is_wrong


def test_fractional_continuation(real_caffe: Peer) -> None:
    """The forget gates' part of the gradient is wrong, so the weights' is."""
    for kind, is_right in (("bad", False), ("good", True)):
        answer = real_caffe.slopes(_net("fractional-continuation", kind))
        assert answer.ok, answer.error
        right = [slope.backward == pytest.approx(slope.forward, rel=2e-2) for slope in answer.slopes.values()]
        assert all(right) == is_right


def test_initial_state_gradient(real_caffe: Peer) -> None:
    encoder = [Param("encode", index) for index in range(2)]
    feeds = {"bad": [1.0] * 6, "good": [0.0] * 2 + [1.0] * 4}
    bad, good = (
        real_caffe.slopes(_net("initial-state-gradient", kind), Plan(feeds={"cont": feed})).slopes
        for kind, feed in feeds.items()
    )
    for weight in encoder:
        assert bad[weight].backward == 0
        assert abs(bad[weight].forward) > 1e-2
        assert good[weight].backward == pytest.approx(good[weight].forward, rel=2e-2)


ASKED = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [2, 3] } } }
layer { name: "t" type: "Input" top: "t" input_param { shape { dim: 2 } } }
layer { name: "c" type: "Input" top: "c" input_param { shape { dim: [3, 2] } } }
layer { name: "steps" type: "Input" top: "steps" input_param { shape { dim: [3, 2, 4] } } }
layer { name: "f" type: "InnerProduct" bottom: "x" top: "f" inner_product_param { num_output: 5 } }
layer { name: "g" type: "InnerProduct" bottom: "x" top: "g" inner_product_param { num_output: 1 } }
layer { name: "one" type: "Power" bottom: "g" top: "one" power_param { scale: 0 shift: 1 } }
layer { name: "row" type: "Reshape" bottom: "one" top: "row" reshape_param { shape { dim: 2 } } }
"""
TOTAL = 'layer { name: "sum" type: "Reduction" bottom: "it" top: "sum" loss_weight: 1 }\n'
REFUSING = {
    'type: "SigmoidCrossEntropyLoss" bottom: "f" bottom: "f"': "cannot backpropagate to label inputs.",
    'type: "SoftmaxWithLoss" bottom: "f" bottom: "row"': "cannot backpropagate to label inputs.",
    'type: "HingeLoss" bottom: "f" bottom: "row"': "cannot backpropagate to label inputs.",
    'type: "MultinomialLogisticLoss" bottom: "f" bottom: "row"': "cannot backpropagate to label inputs.",
    'type: "InfogainLoss" bottom: "f" bottom: "row" bottom: "h"': "cannot backpropagate to label inputs.",
    'type: "Accuracy" bottom: "f" bottom: "t" loss_weight: 1': "Not Implemented Yet",
    'type: "ArgMax" bottom: "f"': "Not Implemented Yet",
    'type: "Threshold" bottom: "f"': "Not Implemented Yet",
    'type: "Embed" bottom: "row" embed_param { num_output: 2 input_dim: 3 }': (
        "Can't backpropagate to EmbedLayer input."
    ),
    'type: "BatchReindex" bottom: "f" bottom: "row"': "Cannot backprop to index.",
    'type: "Filter" bottom: "f" bottom: "row"': "FilterLayer cannot backpropagate to filter index inputs",
    'type: "LSTM" bottom: "steps" bottom: "cont" recurrent_param { num_output: 2 }': (
        "Cannot backpropagate to sequence indicators."
    ),
    'type: "RNN" bottom: "steps" bottom: "cont" recurrent_param { num_output: 2 }': (
        "Cannot backpropagate to sequence indicators."
    ),
    'type: "LSTMUnit" bottom: "cell" bottom: "gates" bottom: "ones" top: "out"': (
        "Cannot backpropagate to sequence indicators."
    ),
}
"""Layers that get a gradient for something that they have none for, and what Caffe says."""
MADE = {
    '"h"': 'layer { name: "h" type: "Input" top: "h" input_param { shape { dim: [1, 1, 5, 5] } } }\n',
    '"cont"': 'layer { name: "cont" type: "Scale" bottom: "c" top: "cont" scale_param { axis: 0 } }\n',
    '"cell"': (
        'layer { name: "cell" type: "Input" top: "cell" input_param { shape { dim: [1, 2, 3] } } }\n'
        'layer { name: "gates" type: "Input" top: "gates" input_param { shape { dim: [1, 2, 12] } } }\n'
        'layer { name: "ones" type: "Reshape" bottom: "one" top: "ones" '
        "reshape_param { shape { dim: 1 dim: 2 } } }\n"
    ),
}
"""What the layers want besides."""


@pytest.mark.parametrize("layer", REFUSING)
def test_refused_gradient(layer: str, real_caffe: Peer) -> None:
    made = "".join(text for name, text in MADE.items() if name in layer)
    needs_total = "Loss" not in layer and "Accuracy" not in layer
    text = f'{ASKED}{made}layer {{ name: "it" top: "it" {layer} }}\n{TOTAL * needs_total}'
    report = lint(load(text.encode()), [RULES["refused-gradient"]])
    assert [finding.code for finding in report.diagnostics] == ["CL612"]
    run = real_caffe.run(NetText(text, TRAIN), Plan(feeds={"h": 1.0}))
    assert run.built
    assert REFUSING[layer] in run.error


def test_refused_gradient_of_the_example(real_caffe: Peer) -> None:
    bad, good = (real_caffe.run(_net("refused-gradient", kind)) for kind in ("bad", "good"))
    assert bad.built
    assert "SigmoidCrossEntropyLoss Layer cannot backpropagate to label inputs." in bad.error
    assert good.ok, good.error


PROVEN_HERE = {
    "overwritten-param-gradient",
    "fractional-continuation",
    "initial-state-gradient",
    "refused-gradient",
}
"""The rules that are proven here."""
