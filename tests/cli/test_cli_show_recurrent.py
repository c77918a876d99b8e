"""`caffe-lint show --recurrent`: cells, what their steps share, and the odd step against the others."""

import json
from pathlib import Path
from typing import TypedDict

import jsonschema
import pytest

from caffe_lint.cli import main
from tests.recurrent.lstm_text import line_in
from tests.recurrent.random_check import clean_net, planted_net
from tests.recurrent.random_mistakes import MISTAKES
from tests.recurrent.roll_nets import Hand, hand_lstm, layer

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "caffe_lint/report/show.schema.json").read_text(encoding="utf-8"))


class Difference(TypedDict):
    """One of the differences in the JSON form."""

    kind: str
    role: str
    layer: str
    line: int
    found: str
    usual: str


class Odd(TypedDict):
    """An odd step in the JSON form."""

    step: int
    differences: list[Difference]


class StepLayer(TypedDict):
    """A layer of the usual step in the JSON form."""

    role: str
    layer: str
    type: str
    reads: list[str]


class UsualStep(TypedDict):
    """The usual step in the JSON form."""

    layers: list[StepLayer]


class Cell(TypedDict):
    """What the tests look at of a cell in the JSON form."""

    cell: str
    steps: int
    direction: str | None
    states: list[dict[str, str | None]]
    params: list[dict[str, object]]
    usual: UsualStep
    odd: list[Odd]


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "net.prototxt"


def shown(text: str, net: Path, capsys: pytest.CaptureFixture[str]) -> str:
    net.write_text(text, encoding="utf-8")
    assert main(["show", "--recurrent", net.name]) == 0
    return capsys.readouterr().out


def cells(text: str, net: Path, capsys: pytest.CaptureFixture[str]) -> list[Cell]:
    net.write_text(text, encoding="utf-8")
    assert main(["show", net.name, "--phase", "train", "--recurrent", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    jsonschema.validate(data, SCHEMA)
    (state,) = data["states"]
    found: list[Cell] = state["recurrent"]
    return found


def once(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def within(text: str, name: str, old: str, new: str) -> str:
    """Replace something in one layer."""
    at = text.index(f'name: "{name}"')
    return text[:at] + text[at:].replace(old, new, 1)


def damaged() -> str:
    """An LSTM of ten steps of which seven are odd, each in a way of its own."""
    text = hand_lstm(Hand(steps=10))
    text = within(text, "px1", 'bottom: "x1"', 'bottom: "x2"')
    text = within(text, "fc3", 'bottom: "c2"', 'bottom: "c1"')
    text = once(text, layer("o5", "Sigmoid", "raw_o5", "o5"), "")
    text = within(text, "h5", 'bottom: "o5"', 'bottom: "raw_o5"')
    text = within(text, "i6", "Sigmoid", "TanH")
    text = within(text, "ph7", '"Wh"', '"hW"')
    text = within(text, "cut8", "slice_point: 4", "slice_point: 5")
    extra = layer("more9", "Dropout", "sum9", "more9")
    text = within(text, "cut9", 'bottom: "sum9"', 'bottom: "more9"')
    return once(text, 'layer {\n  name: "cut9"', extra + 'layer {\n  name: "cut9"')


def test_a_damaged_lstm(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(damaged(), net, capsys) == DAMAGED


DAMAGED = """\
by hand  net.prototxt  as BVLC/caffe reads it

TRAIN; TEST

LSTM of 4 units unrolled over 10 steps, forward in time
  state h: from 'hstart' to 'h9'
  state c: from 'cstart' to 'c9'

  param  of                   steps
  Wx     x_product            all 10 steps
  Wx_b   x_product (param 1)  all 10 steps
  Wh     h_product            steps 0-6, 8-9
  hW     h_product            step 7

step 2, as 3 of 10 steps are
  role        type          line  layer  reads
  x_product   InnerProduct  232   px2    x2
  h_product   InnerProduct  241   ph2    h of the step before
  gate_sum    Eltwise       249   sum2   h_product, x_product
  gate_slice  Slice         256   cut2   gate_sum
  i_gate      Sigmoid       266   i2     gate_slice (top 0)
  f_gate      Sigmoid       272   f2     gate_slice (top 1)
  o_gate      Sigmoid       278   o2     gate_slice (top 2)
  g_gate      TanH          284   g2     gate_slice (top 3)
  forget      Eltwise       290   fc2    c of the step before, f_gate
  remember    Eltwise       298   ig2    g_gate, i_gate
  cell        Eltwise       306   c2     forget, remember
  cell_tanh   TanH          314   tc2    cell
  hidden      Eltwise       320   h2     cell_tanh, o_gate

step 1 differs
  line 138: x_product 'px1' reads 'x2', usually 'x1'

step 3 differs
  line 390: forget 'fc3' reads c of 2 steps before ('c1'), usually c of the step
    before

step 5 differs
  line 606: o_gate (Sigmoid) is missing, as seen at 'h5'
  line 609: hidden 'h5' reads gate_slice (top 2) ('raw_o5'), usually o_gate

step 6 differs
  line 650: i_gate 'i6' is TanH, usually Sigmoid

step 7 differs
  line 725: h_product 'ph7' has param 0 named 'hW', usually 'Wh'

step 8 differs
  line 833: gate_slice 'cut8' has slice_point 5, 8, 12, usually 4, 8, 12

step 9 differs
  line 930: Dropout 'more9' next to gate_sum is extra
  line 938: gate_slice 'cut9' reads 'more9' of Dropout 'more9', usually gate_sum
"""


def test_every_difference_has_its_line(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = damaged()
    (cell,) = cells(text, net, capsys)
    expected = [
        (1, "bottom", "x_product", "px1", 'bottom: "x2"'),
        (3, "bottom", "forget", "fc3", 'bottom: "c1"'),
        (5, "missing", "o_gate", "h5", "name"),
        (5, "bottom", "hidden", "h5", 'bottom: "raw_o5"'),
        (6, "type", "i_gate", "i6", "type"),
        (7, "param", "h_product", "ph7", "param"),
        (8, "setting", "gate_slice", "cut8", "name"),
        (9, "extra", "gate_sum", "more9", "name"),
        (9, "bottom", "gate_slice", "cut9", 'bottom: "more9"'),
    ]
    assert [
        (odd["step"], found["kind"], found["role"], found["layer"], found["line"])
        for odd in cell["odd"]
        for found in odd["differences"]
    ] == [
        (step, kind, role, name, line_in(text, name, fragment))
        for step, kind, role, name, fragment in expected
    ]


def test_a_sound_lstm_has_no_odd_step(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (cell,) = cells(hand_lstm(Hand(steps=4, reset="f", states="input")), net, capsys)
    assert (cell["cell"], cell["steps"], cell["direction"], cell["odd"]) == ("lstm", 4, "forward", [])
    assert cell["states"] == [
        {"name": "h", "start": "hstart", "end": "h3"},
        {"name": "c", "start": "cstart", "end": "c3"},
    ]
    assert cell["params"] == [
        {"name": "Wx", "roles": [{"role": "x_product", "param": 0}], "steps": [0, 1, 2, 3]},
        {"name": "Wx_b", "roles": [{"role": "x_product", "param": 1}], "steps": [0, 1, 2, 3]},
        {"name": "Wh", "roles": [{"role": "h_product", "param": 0}], "steps": [0, 1, 2, 3]},
    ]


def test_steps_that_run_backwards(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (cell,) = cells(hand_lstm(Hand(steps=4, backwards=True)), net, capsys)
    assert (cell["direction"], cell["odd"]) == ("backward", [])


def test_a_damaged_step_of_an_lstm_that_runs_backwards(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = within(hand_lstm(Hand(steps=5, backwards=True)), "px1", 'bottom: "x1"', 'bottom: "x2"')
    (cell,) = cells(text, net, capsys)
    (odd,) = cell["odd"]
    (found,) = odd["differences"]
    assert (odd["step"], found["found"], found["usual"]) == (3, "'x2'", "'x1'")


def test_params_that_no_step_shares(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = hand_lstm(Hand(biases=()))
    for step in range(3):
        text = within(text, f"ph{step}", 'param { name: "Wh" }', "")
        text = within(text, f"px{step}", '"Wx"', f'"Wx{step}"')
    assert PARAMS in shown(text, net, capsys)


PARAMS = """
  param         of         steps
  (not shared)  x_product  each of 3 steps
  (not shared)  h_product  each of 3 steps
"""


def test_one_step(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = hand_lstm(Hand(steps=1))
    assert "\nLSTM of 4 units unrolled over 1 step\n" in shown(text, net, capsys)
    assert main(["show", net.name]) == 0
    assert capsys.readouterr().out.endswith("\nLSTM of 4 units unrolled over 1 step\n")


LONE = ["--steps", "1", "--batch", "2", "--hidden", "4"]


@pytest.mark.parametrize(
    ("kind", "more", "start", "products"),
    [
        ("lstm", ["--style", "netspec"], "h0", ["x_product", "h_product"]),
        (
            "lstm",
            ["--style", "sequence", "--static-shape", "3"],
            "h0",
            ["x_product", "x_product_2", "h_product"],
        ),
        ("lstm", ["--style", "lstmunit"], "h0", ["x_product", "h_product"]),
        ("gru", [], "h0", ["x_product", "h_product", "g_h_product"]),
        # x has the shape of h: markers tell them apart, and nothing without them.
        ("lstm", ["--cont", "--input-shape", "4"], "h0", ["x_product", "h_product"]),
        ("lstm", ["--input-shape", "4"], None, ["x_product_2", "x_product"]),
    ],
)
def test_states_and_products_of_one_step(
    kind: str,
    more: list[str],
    start: str | None,
    products: list[str],
    net: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["unroll", kind, *LONE, "--input-shape", "5", *more]) == 0
    (cell,) = cells(capsys.readouterr().out, net, capsys)
    starts = {state["name"]: state["start"] for state in cell["states"]}
    assert starts == {"h": start} | ({"c": "c0"} if kind == "lstm" else {})
    layers = cell["usual"]["layers"]
    assert [each["role"] for each in layers if each["type"] == "InnerProduct"] == products
    (of_h,) = [each for each in layers if each["layer"] == f"t0/{kind}/Mh"]
    assert of_h["reads"] == ["marked_h" if "--cont" in more or "lstmunit" in more else "h0"]


def test_states_with_equal_cells_are_shown_once(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        hand_lstm(Hand()) + 'layer { name: "p" type: "Power" bottom: "H" top: "p" include { phase: TEST } }\n'
    )
    out = shown(text, net, capsys)
    assert out.count("\nTRAIN; TEST\n") == out.count("LSTM") == 1


def test_a_net_without_cells(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = shown('layer { name: "d" type: "Input" top: "d" }\n', net, capsys)
    assert (
        out
        == "(no name)  net.prototxt  as BVLC/caffe reads it\n\nTRAIN; TEST\n\nno unrolled recurrent cell\n"
    )


def test_names_of_the_file_cannot_act(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = damaged()
    for old, new in (
        ('"Wh"', r'"W\033[31m"'),
        ('"c1"', '"c\u202e1"'),
        ('"h0"', r'"h\n0"'),
        ('"fc3"', '"[b]fc3"'),
    ):
        text = text.replace(old, new)
    out = shown(text, net, capsys)
    assert all(line.isprintable() for line in out.split("\n"))
    assert r"W\x1b[31m" in out
    assert r"('c\u202e1')" in out
    assert "'[b]fc3'" in out


def test_colour_changes_no_text(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import re

    net.write_text(damaged(), encoding="utf-8")
    assert main(["show", "--recurrent", net.name, "--color", "always"]) == 0
    out = capsys.readouterr().out
    assert "\x1b[1m" in out
    assert re.sub("\x1b\\[[0-9;]*m", "", out) == DAMAGED


@pytest.mark.parametrize("options", [["--batch"], ["--format", "csv"], ["--format", "markdown"]])
def test_what_makes_no_sense_is_refused(
    options: list[str], net: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net.write_text(damaged(), encoding="utf-8")
    assert main(["show", "--recurrent", net.name, *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "caffe-lint: --recurrent is for --format table and json, without --batch\n"


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_random_sound_nets_have_no_odd_step(
    first: int, net: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = []
    for seed in range(first, first + 20):
        draft, written = clean_net(seed)
        all_cells = cells(written.text, net, capsys)
        assert len(all_cells) == len(draft.cells)
        found += [(seed, odd) for cell in all_cells for odd in cell["odd"]]
    assert found == []


IN_ONE_STEP = (
    "unnamed-weight",
    "misspelt-name",
    "h-of-two-steps-ago",
    "c-of-two-steps-ago",
    "tanh-for-a-gate",
    "missing-activation",
    "sum-for-product",
    "extra-layer",
    "missing-layer",
    "missing-peephole",
    "missing-marker",
    "marker-of-another-step",
    "other-width",
    "shifted-slice-point",
    "coefficient-in-one-step",
)


@pytest.mark.parametrize("name", IN_ONE_STEP)
def test_a_random_mistake_shows_in_its_step(name: str, net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (number,) = (at for at, mistake in enumerate(MISTAKES) if mistake.name == name)
    for seed in (number, number + len(MISTAKES)):
        planted = planted_net(seed)
        odd = {odd["step"] for cell in cells(planted.written.text, net, capsys) for odd in cell["odd"]}
        assert planted.step in odd, seed
