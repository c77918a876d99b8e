"""Native layers, unrolled and rolled up again: in real Caffe all three compute the same."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from caffe_lint.net import load
from caffe_lint.net.weights import Weights, read_weights, write_weights
from caffe_lint.peer import NetText, Peer, Plan
from caffe_lint.recurrent.roll import roll
from caffe_lint.recurrent.roll_weights import unrolled_weights
from caffe_lint.recurrent.unroll import unroll
from caffe_lint.recurrent.unroll_cell import Style
from caffe_lint.recurrent.unroll_convert import unroll_native
from caffe_lint.recurrent.unroll_options import Filler, LstmOptions, UnrollOptions
from tests.recurrent.lstm_text import Form, Lstm
from tests.recurrent.native_nets import NETS, blob, native
from tests.recurrent.roll_nets import HANDS, hand_lstm
from tests.recurrent.unroll_cases import cases, label

pytestmark = pytest.mark.caffe

FORWARD = 1e-6
MODEL = "model.caffemodel"
EXAMPLES = Path(__file__).parents[2] / "examples"

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


@pytest.mark.parametrize(
    ("name", "style"),
    [(name, style) for name in CASES for style in ("sequence", "netspec", "lstmunit")],
)
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


def check(caffe: Peer, text: bytes, feeds: dict[str, float | list[float]]) -> None:
    """That a net computes the same when it is rolled up, with weights of its own."""
    weights = read_weights(caffe.save(NetText(text)).data)
    rolled = roll(load(text), weights)
    assert rolled.weights is not None
    verdicts = [caffe.load(each) for each in (text, rolled.data)]
    assert verdicts[1].accepted, verdicts[1].error
    outputs = sorted(verdicts[0].outputs)
    assert sorted(verdicts[1].outputs) == outputs
    # Whatever is in the blobs is in the file of weights: none is left as Caffe drew it.
    stored = {name: layer.blobs for name, layer in rolled.weights.by_name.items() if layer.blobs}
    for layer in rolled.layers:
        assert [blob.shape for blob in stored[layer.name]] == list(verdicts[1].params[layer.name])
    run = Plan(feeds=feeds, backward=False, model=MODEL)
    runs = [
        computed(caffe, net, model, run, outputs)
        for net, model in ((text, weights), (rolled.data, rolled.weights))
    ]
    assert distance(*runs) <= FORWARD
    assert max(abs(number) for values in runs[0] for number in values) > 0.01


def markers(steps: int, batch: int) -> list[float]:
    chance = random.Random(4)
    return [0.0] * batch + [float(chance.random() < 0.6) for _ in range(batch * (steps - 1))]


@pytest.mark.parametrize("form", FORMS, ids=range(len(FORMS)))
def test_any_gate_order(real_caffe: Peer, form: Form) -> None:
    text = Lstm(random.Random(form.steps), form).text().encode()
    verdict = real_caffe.load(text)
    # States without a filler would be taken for inputs, and get random values.
    starts = {name: 0.0 for name, shape in verdict.blobs.items() if shape == (1, 2, form.hidden)}
    cont = {name: markers(form.steps, 2) for name in verdict.inputs if len(verdict.blobs[name]) == 2}
    check(real_caffe, text, {**starts, **cont})


@pytest.mark.parametrize("name", HANDS)
def test_forms_that_people_write(real_caffe: Peer, name: str) -> None:
    form = HANDS[name]
    cont = markers(form.steps, form.batch)
    if form.backwards:
        cont.reverse()
    check(real_caffe, hand_lstm(form).encode(), {"cont": cont})


GENERATED = [
    case
    for case in cases()
    if case.KIND == "lstm" or (case.KIND == "rnn" and case.steps > 1)
    if case.style in ("sequence", "netspec", "lstmunit")
    if not (isinstance(case, LstmOptions) and (case.peepholes or case.forget_bias))
]


@pytest.mark.parametrize("case", GENERATED, ids=map(label, GENERATED))
def test_what_the_generator_writes(real_caffe: Peer, case: UnrollOptions) -> None:
    # A sequence that begins at both ends begins for both directions.
    middle = markers(case.steps, 2)[2:-2] if case.bidirectional else markers(case.steps, 2)[2:]
    ends = [0.0] * 2 if case.bidirectional and case.steps > 1 else []
    filler = replace(case.weight, filler=Filler("uniform", (("min", -0.5), ("max", 0.5))))
    check(real_caffe, unroll(replace(case, weight=filler)).encode(), {"cont": [0.0] * 2 + middle + ends})


def test_the_classic_example(real_caffe: Peer) -> None:
    text = (EXAMPLES / "lstm.prototxt").read_text()
    small = (
        text.replace("dim: 128", "dim: 2")
        .replace("dim: 500", "dim: 8")
        .replace("num_output: 2000", "num_output: 32")
    )
    small = small.replace("slice_point: 500", "slice_point: 8").replace(
        "slice_point: 1000", "slice_point: 16"
    )
    check(real_caffe, small.replace("slice_point: 1500", "slice_point: 24").encode(), {})
