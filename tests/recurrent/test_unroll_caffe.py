"""Unrolled LSTMs in real Caffe: they load, and they compute what Caffe's own LSTM layer computes."""

import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

from caffe_lint.net.state import Phase
from caffe_lint.peer import NetText, Peer, Plan
from caffe_lint.recurrent.unroll import unroll
from caffe_lint.recurrent.unroll_options import LstmOptions, LstmStyle

pytestmark = pytest.mark.caffe

EXAMPLES = Path(__file__).parents[2] / "examples"
SMALL = LstmOptions(steps=3, batch=2, hidden=4, input_shape=(5,), cont="cont")

PHASES: tuple[Phase, ...] = ("TRAIN", "TEST")

# How far sums of floats in another order may be apart: absolute forward, by the largest entry for gradients.
FORWARD, GRADIENT = 1e-6, 1e-5


def blob(name: str, *shape: int) -> str:
    dims = " ".join(f"dim: {dim}" for dim in shape)
    return f'layer {{ name: "{name}" type: "Input" top: "{name}" input_param {{ shape {{ {dims} }} }} }}\n'


def native_lstm(options: LstmOptions) -> str:
    """Caffe's own layer; with initial states as inputs, its last states are tops as well."""
    sequence, state = (options.steps, options.batch), (1, options.batch, options.hidden)
    inputs, bottoms, tops = (
        blob("X", *sequence, *options.input_shape) + blob("cont", *sequence),
        ["X", "cont"],
        ["H"],
    )
    if options.initial_state == "input":
        inputs += blob("h0", *state) + blob("c0", *state)
        bottoms, tops = [*bottoms, "h0", "c0"], ["H", "h_last", "c_last"]
    ends = "".join(f'bottom: "{name}" ' for name in bottoms) + "".join(f'top: "{name}" ' for name in tops)
    exposed = str(len(tops) > 1).lower()
    block = f"recurrent_param {{ num_output: {options.hidden} expose_hidden: {exposed} }}"
    return f'{inputs}layer {{ name: "lstm" type: "LSTM" {ends}{block} }}\n'


def with_loss(text: str, options: LstmOptions) -> str:
    """A distance of all outputs h from random targets as loss, and a gradient for x too."""
    target = blob("target", options.steps, options.batch, options.hidden)
    loss = 'layer { name: "loss" type: "EuclideanLoss" bottom: "H" bottom: "target" top: "loss" }\n'
    return f"force_backward: true\n{text}{target}{loss}"


def markers(options: LstmOptions) -> list[float]:
    """Random markers that begin all sequences at the first step; without `cont`, no later resets."""
    chance = random.Random(options.steps)
    resets = [
        float(options.cont is None or chance.random() < 0.7) for _ in range(options.batch * options.steps)
    ]
    return [0.0] * options.batch + resets[options.batch :]


@pytest.mark.parametrize("style", ["netspec", "sequence"])
@pytest.mark.parametrize("steps", [1, 3])
def test_loads_with_the_shapes_that_are_promised(real_caffe: Peer, steps: int, style: LstmStyle) -> None:
    options = replace(SMALL, steps=steps, style=style, output="both")
    for phase in PHASES:
        verdict = real_caffe.load(unroll(options), phase=phase)
        assert verdict.accepted, verdict.error
        assert verdict.outputs == ("H", "h_last")
        assert verdict.blobs["H"] == (steps, 2, 4)
        assert verdict.blobs["h_last"] == (1, 2, 4)
        assert verdict.blobs["t0/lstm/c"] == (1, 2, 4)


def test_layers_for_a_bottom_load_inside_a_net(real_caffe: Peer) -> None:
    options = replace(SMALL, input_shape=(), bottom="X", cont="cont", output="last")
    around = blob("X", 3, 2, 5) + blob("cont", 3, 2)
    verdict = real_caffe.load(around + unroll(options))
    assert verdict.accepted, verdict.error
    assert verdict.outputs == ("h_last",)


CASES = [
    replace(SMALL, steps=1),
    replace(SMALL, steps=7, input_shape=(2, 3)),
    replace(SMALL, steps=20, batch=4, hidden=8),
    replace(SMALL, cont=None),
    replace(SMALL, steps=1, hidden=1, batch=1, cont=None),
    replace(SMALL, initial_state="input", output="both"),
]


@pytest.mark.parametrize("style", ["netspec", "sequence"])
@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_computes_what_the_lstm_layer_computes(real_caffe: Peer, case: LstmOptions, style: LstmStyle) -> None:
    options = replace(case, style=style)
    ours, theirs = (with_loss(text, options) for text in (unroll(options), native_lstm(options)))
    plan = Plan(feeds={"cont": markers(options)})
    blobs = {"H": "H", "X": "X"} | ({"h_last": "h_last"} if options.output == "both" else {})
    found = real_caffe.compare(NetText(ours), NetText(theirs), plan, blobs=blobs)
    assert found.ok, found.error
    assert set(found.data) == set(blobs)
    assert all(0 <= difference.distance <= FORWARD for difference in found.data.values())
    assert len(found.gradients) == 3
    for difference in (*found.gradients.values(), found.diffs["X"]):
        # At the only step h is zero, and so is the gradient of its weight.
        assert difference.scale > 0 or options.steps == 1
        assert difference.distance <= GRADIENT * difference.scale


EXAMPLE_ERRORS = {
    "lstm": None,
    "lstm_act_c_in_place": None,
    "lstm_unshared_weight": None,
    "lstm_slice_point": "bottom[0]: 1 10 501 (5010), bottom[1]: 1 10 500 (5000)",
    "lstm_axis": "Cannot share param 'w_t0/Mhw' owned by layer 't0/lstm/Mh' with layer 't1/lstm/Mh'",
}


@pytest.mark.parametrize("name", EXAMPLE_ERRORS)
def test_examples_load_or_fail_as_their_comments_say(real_caffe: Peer, name: str) -> None:
    verdict = real_caffe.load((EXAMPLES / f"{name}.prototxt").read_bytes())
    error = EXAMPLE_ERRORS[name]
    assert verdict.accepted == (error is None)
    assert (error or "") in verdict.error


def test_in_place_on_the_cell_state_is_no_lstm(real_caffe: Peer) -> None:
    text = unroll(SMALL)
    broken = re.sub(r'(top|bottom): "(t\d/lstm/)act_c"', r'\1: "\2c"', text)
    found = real_caffe.compare(NetText(broken), NetText(text), Plan(backward=False))
    assert found.ok, found.error
    assert found.data["H"].distance > 1000 * FORWARD
