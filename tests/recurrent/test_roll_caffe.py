"""Native layers, unrolled and rolled up again: in real Caffe all three compute the same."""

import random

import pytest

from caffe_lint.net import load
from caffe_lint.net.weights import Weights, read_weights, write_weights
from caffe_lint.peer import NetText, Peer, Plan
from caffe_lint.recurrent.roll import roll
from caffe_lint.recurrent.roll_weights import unrolled_weights
from caffe_lint.recurrent.unroll_cell import Style
from caffe_lint.recurrent.unroll_convert import unroll_native
from tests.recurrent.lstm_text import Form, Lstm
from tests.recurrent.native_nets import NETS, blob, native

pytestmark = pytest.mark.caffe

FORWARD = 1e-6
MODEL = "model.caffemodel"

SIZES = {
    f"{kind} T {steps} N {batch} D {features} H {units}": blob("X", steps, batch, features)
    + blob("cont", steps, batch)
    + native(kind, "X cont", "H", units=units)
    for kind in ("LSTM", "RNN")
    for steps, batch, features, units in ((2, 1, 1, 1), (3, 4, 7, 5), (20, 2, 3, 8))
}
CASES = NETS | SIZES


def plan(text: str, weights: Weights | None = None) -> Plan:
    """Random markers that begin all sequences at the first step."""
    shape = {len(shape) - 2: shape for shape in shapes(text)}[0]
    chance = random.Random(3)
    later = [float(chance.random() < 0.7) for _ in range(shape[1] * (shape[0] - 1))]
    return Plan(feeds={"cont": [0.0] * shape[1] + later}, backward=False, model=MODEL if weights else "")


def shapes(text: str) -> list[tuple[int, ...]]:
    (cont,) = [layer for net in load(text.encode()).nets() for layer in net.layers if layer.name == "cont"]
    (shape,) = cont.block.block("input_param").blocks("shape")
    return [tuple(shape.integers("dim"))]


def computed(caffe: Peer, text: bytes, weights: Weights, plan: Plan, names: list[str]) -> list[list[float]]:
    net = NetText(text, files={MODEL: write_weights(weights)})
    found = caffe.run(net, plan, blobs=names)
    assert found.ok, found.error
    return [found.data[name].floats.tolist() for name in names]


def distance(one: list[list[float]], other: list[list[float]]) -> float:
    pairs = [pair for a, b in zip(one, other, strict=True) for pair in zip(a, b, strict=True)]
    return max(abs(a - b) for a, b in pairs)


@pytest.mark.parametrize("style", ["sequence", "netspec", "lstmunit"])
@pytest.mark.parametrize("name", CASES)
def test_there_and_back(real_caffe: Peer, name: str, style: Style) -> None:
    text = CASES[name].encode()
    saved = real_caffe.save(NetText(text))
    assert saved.ok, saved.error
    weights = read_weights(saved.data)
    unrolled = unroll_native(load(text), style)
    their_weights = unrolled_weights(unrolled.layers, weights)
    rolled = roll(load(unrolled.data), their_weights)
    assert rolled.weights is not None
    back = real_caffe.load(rolled.data)
    outputs = sorted(real_caffe.load(text).outputs)
    assert back.accepted, back.error
    assert sorted(back.outputs) == outputs
    for layer in unrolled.layers:
        before, after = (each.by_name[layer.name].blobs for each in (weights, rolled.weights))
        assert [(each.shape, bytes(each.data)) for each in before] == [
            (each.shape, bytes(each.data)) for each in after
        ]
    run = plan(CASES[name], weights)
    runs = [
        computed(real_caffe, net, model, run, outputs)
        for net, model in ((text, weights), (unrolled.data, their_weights), (rolled.data, rolled.weights))
    ]
    assert distance(runs[1], runs[0]) <= FORWARD
    assert distance(runs[2], runs[0]) <= FORWARD


FORMS = [
    Form(
        steps=steps,
        hidden=hidden,
        gates=gates,
        in_sequence=in_sequence,
        has_markers=markers,
        in_place=in_place,
    )
    for steps, hidden, gates, in_sequence, markers, in_place in (
        (2, 1, "ifog", False, False, True),
        (5, 3, "gofi", True, False, False),
        (7, 4, "figo", False, True, True),
        (4, 2, "ogif", True, True, False),
    )
]
"""Gate orders of all kinds, with and without markers."""


@pytest.mark.parametrize("form", FORMS, ids=range(len(FORMS)))
def test_any_gate_order(real_caffe: Peer, form: Form) -> None:
    lstm = Lstm(random.Random(form.steps), form)
    text = lstm.text().encode()
    weights = read_weights(real_caffe.save(NetText(text)).data)
    rolled = roll(load(text), weights)
    assert rolled.weights is not None
    verdicts = [real_caffe.load(each) for each in (text, rolled.data)]
    assert verdicts[1].accepted, verdicts[1].error
    assert verdicts[0].outputs == verdicts[1].outputs
    # Without a filler they would be taken for inputs, and get random values.
    zeros = {name: 0.0 for name, shape in verdicts[0].blobs.items() if shape == (1, 2, form.hidden)}
    starts = {name: 0.0 for name in zeros if name not in verdicts[1].blobs}
    markers = [name for name in verdicts[1].inputs if len(verdicts[1].blobs[name]) == 2]
    chance = random.Random(4)
    cont = [0.0, 0.0] + [float(chance.random() < 0.6) for _ in range(2 * (form.steps - 1))]
    run = Plan(feeds=starts | dict.fromkeys(markers, cont), backward=False, model=MODEL)
    runs = [
        computed(real_caffe, net, model, run, [*verdicts[0].outputs])
        for net, model in ((text, weights), (rolled.data, rolled.weights))
    ]
    assert distance(*runs) <= FORWARD
    assert max(map(abs, runs[0][0])) > 0.01
