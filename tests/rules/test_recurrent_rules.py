"""Rules about Caffe's own recurrent layers, beyond their examples: what else they find, and what not."""

import pytest

from caffe_lint.lint import lint
from caffe_lint.net import load
from tests.rules.examples import RULES

XAVIER = 'weight_filler { type: "xavier" }'
NAMES = ("carried-state", "no-memory", "dead-recurrent-weights", "crossed-states")
ALL = [RULES[name] for name in (*NAMES, "axis-across-streams", "data-as-continuation")]


def _input(name: str, *dims: int) -> str:
    shape = f"dim: {list(dims)}"
    return f'layer {{ name: "{name}" type: "Input" top: "{name}" input_param {{ shape {{ {shape} }} }} }}\n'


def _dummy(name: str, filler: str, *dims: int) -> str:
    fields = f"{filler} shape {{ dim: {list(dims)} }}"
    return f'layer {{ name: "{name}" type: "DummyData" top: "{name}" dummy_data_param {{ {fields} }} }}\n'


def _value(name: str, value: float, *dims: int) -> str:
    return _dummy(name, f"data_filler {{ value: {value} }}", *dims)


def _layer(kind: str, wires: str, fields: str = "", name: str = "it") -> str:
    bottoms, tops = (text.split(",") for text in wires.split(">"))
    named = " ".join([f'bottom: "{blob}"' for blob in bottoms] + [f'top: "{blob}"' for blob in tops])
    return f'layer {{ name: "{name}" type: "{kind}" {named} {fields} }}\n'


def _recurrent(wires: str, fields: str = "", kind: str = "LSTM", name: str = "r") -> str:
    return _layer(kind, wires, f"recurrent_param {{ num_output: 5 {XAVIER} {fields} }}", name)


def _found(text: str) -> list[tuple[str, str]]:
    return [(finding.name, finding.severity.value) for finding in lint(load(text.encode()), ALL).diagnostics]


X = _input("x", 3, 2, 4)
LSTM = _recurrent("x,cont>h")
JOIN = _layer("Concat", "a,b>cont", "concat_param { axis: %d }", "join")
BEGIN, GO_ON = _value("a", 0, 1, 2), _value("b", 1, 2, 2)
EXPOSED = _input("h0", 1, 2, 5) + _input("c0", 1, 2, 5)
EXPOSING = "expose_hidden: true"
ENCODER = _recurrent("x,cont,h0,c0>code,hT,cT", EXPOSING, name="encode")
TWO = "inner_product_param { num_output: 2 }"
STATES = X + _input("cont", 3, 2) + EXPOSED + ENCODER
SEQUENCE = X + _input("cont", 3, 2) + LSTM
WARNED = "warning"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (X + _value("cont", 1, 3, 2) + _recurrent("x,cont>h", kind="RNN"), [("carried-state", WARNED)]),
        (
            X
            + _value("a", 1, 6)
            + _layer("Reshape", "a>cont", "reshape_param { shape { dim: [3, 2] } }")
            + LSTM,
            [("carried-state", WARNED)],
        ),
        (X + _value("a", 1, 1, 2) + GO_ON + JOIN % 0 + LSTM, [("carried-state", WARNED)]),
        # One stream goes on, the other begins.
        (X + _value("a", 0, 3, 1) + _value("b", 1, 3, 1) + JOIN % 1 + LSTM, [("carried-state", WARNED)]),
        (
            X
            + _layer("Power", "x>p", "power_param { scale: 0 shift: 1 }")
            + _layer("Slice", "p>q,q2", "slice_param { axis: 2 slice_point: 1 }")
            + _layer("Reshape", "q>cont", "reshape_param { shape { dim: [3, 2] } }")
            + LSTM,
            [("carried-state", WARNED)],
        ),
        (_input("x", 1, 2, 4) + _value("cont", 1, 1, 2) + LSTM, [("carried-state", "note")]),
        (X + _value("cont", 0, 3, 2) + LSTM, [("no-memory", WARNED)]),
        (X + _value("a", 1, 1, 2) + _value("b", 0, 2, 2) + JOIN % 0 + LSTM, [("no-memory", WARNED)]),
        (STATES.replace(_input("cont", 3, 2), _value("cont", 0, 3, 2)), [("no-memory", WARNED)]),
        (STATES + _recurrent("code,cont,cT,hT>h,a,b", EXPOSING), [("crossed-states", "error")]),
        (
            STATES + _layer("Split", "cT>s") + _recurrent("code,cont,s,hT>h,a,b", EXPOSING),
            [("crossed-states", "error")],
        ),
        (SEQUENCE + _layer("Softmax", "h>p"), [("axis-across-streams", WARNED)]),
        (
            SEQUENCE + _layer("ReLU", "h>h") + _layer("InnerProduct", "h>p", TWO),
            [("axis-across-streams", WARNED)],
        ),
        (SEQUENCE + _layer("ArgMax", "h>p"), [("axis-across-streams", WARNED)]),
        (
            SEQUENCE
            + _layer("Slice", "h>f,g", "slice_param { axis: 0 slice_point: 2 }", "cut")
            + _layer("InnerProduct", "g>p", "inner_product_param { num_output: 2 axis: -2 }"),
            [("axis-across-streams", WARNED)],
        ),
        (
            SEQUENCE + _layer("SoftmaxWithLoss", "h,cont>l", "softmax_param { axis: 2 }"),
            [("data-as-continuation", "error")],
        ),
    ],
)
def test_found(text: str, found: list[tuple[str, str]]) -> None:
    assert _found(text) == found


@pytest.mark.parametrize(
    "text",
    [
        X + BEGIN + GO_ON + JOIN % 0 + LSTM,
        # As the values arrive from outside, so may those of a DummyData without fillers.
        X + _input("cont", 3, 2) + LSTM,
        X + _dummy("cont", "", 3, 2) + LSTM,
        X + _dummy("cont", 'data_filler { type: "uniform" }', 3, 2) + LSTM,
        X + BEGIN + _input("b", 2, 2) + JOIN % 0 + LSTM,
        STATES.replace(_input("cont", 3, 2), _value("cont", 1, 3, 2)),
        STATES + _recurrent("code,cont,hT,cT>h,a,b", EXPOSING),
        STATES + _recurrent("code,cont,hT,hT>h,a,b", EXPOSING),
        STATES + _recurrent("code,cont,h0,c0>h,a,b", EXPOSING),
        SEQUENCE + _layer("Softmax", "h>p", "softmax_param { axis: -1 }"),
        # A weight for each step is attention.
        SEQUENCE + _layer("Softmax", "h>p", "softmax_param { axis: 0 }"),
        SEQUENCE.replace("3, 2", "3, 1") + _layer("InnerProduct", "h>p", TWO),
        SEQUENCE
        + _layer("Reshape", "h>f", "reshape_param { shape { dim: [6, 5] } }", "flat")
        + _layer("InnerProduct", "f>s", TWO, "fc")
        + _layer("Softmax", "s>p"),
        X + _layer("Softmax", "x>p"),
        SEQUENCE + _layer("Embed", "cont>e", "embed_param { num_output: 2 input_dim: 2 }"),
        _input("x", 1, 2, 4) + _value("cont", 0, 1, 2) + LSTM,
        # Rejected: nothing is said of what Caffe never runs.
        X + _value("cont", 1, 2, 3) + LSTM,
    ],
)
def test_silent(text: str) -> None:
    assert _found(text) == []


def test_markers_that_change_along_the_streams() -> None:
    text = X + _value("a", 0, 3, 1) + _value("b", 1, 3, 1) + JOIN % 1 + LSTM
    (finding,) = lint(load(text.encode()), ALL).diagnostics
    assert finding.message == (
        "the marker 'cont' of the first step of stream 1 is 1: "
        "'r' begins each pass with the state that the last one left"
    )
    assert [note.message for note in finding.notes] == [
        "'cont' comes from here",
        "its values change along axis 1, the streams; the time steps lie along axis 0",
    ]


DEAD = _layer("RNN", "x,cont>h", "recurrent_param { num_output: 5 %s }", "d")
LOSS = _layer("Reduction", "p>l", "loss_weight: 1", "sum")
SCORE = "inner_product_param { num_output: 2 axis: 2 %s }"


@pytest.mark.parametrize(
    ("fields", "score", "is_dead"),
    [
        ("", XAVIER, True),
        ("weight_filler { value: 0 }", XAVIER, True),
        (XAVIER, XAVIER, False),
        ("bias_filler { value: 1 }", XAVIER, False),
        # No layer has a filler: the net goes on from trained weights.
        ("", "", False),
    ],
)
def test_dead_weights(fields: str, score: str, *, is_dead: bool) -> None:
    text = (
        X + _input("cont", 3, 2) + DEAD % fields + _layer("InnerProduct", "h>p", SCORE % score, "fc") + LOSS
    )
    assert _found(text) == [("dead-recurrent-weights", WARNED)] * is_dead
    assert not _found(text.replace("loss_weight: 1", ""))
    assert not _found(text.replace('"RNN"', '"LSTM"'))


FORK = _layer("Lstm", "x,cont>h", "lstm_param { num_output: 5 batch_size: 2 clipping_threshold: 0.1 }")


@pytest.mark.parametrize(("value", "found"), [(1, [("carried-state", WARNED)]), (0, [("no-memory", WARNED)])])
def test_fork(value: float, found: list[tuple[str, str]]) -> None:
    text = _input("x", 6, 4) + _value("cont", value, 6) + FORK
    assert _found(text) == found
    (finding,) = lint(load(text.encode()), ALL).diagnostics
    assert finding.message.endswith("(so its sources read, it was not run)")


def test_fork_with_resets() -> None:
    text = _input("x", 6, 4) + _value("a", 0, 2) + _value("b", 1, 4) + JOIN % 0 + FORK
    assert _found(text) == []
