"""GRUs, peepholes and the forget bias in real Caffe, against their equations in Python's own floats."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import product

import pytest

from caffe_lint.peer import NetText, Param, Peer, Plan, Values
from caffe_lint.recurrent.unroll import unroll
from caffe_lint.recurrent.unroll_cell import Style
from caffe_lint.recurrent.unroll_options import GruOptions, LstmOptions, UnrollOptions
from tests.recurrent.cell_reference import Vector, gru, lstm, run
from tests.recurrent.native_nets import blob
from tests.recurrent.unroll_cases import label

pytestmark = pytest.mark.caffe

UNITS, BATCH, FEATURES = 3, 2, 4
OTHER_SIZES = ((1, 2, 1), (5, 3, 2), (2, 4, 7))
"""H, N and D."""
FORWARD, GRADIENT = 1e-6, 1e-5
STEP_OF_DIFFERENCE = 1e-5


STYLES: tuple[Style, ...] = ("sequence", "netspec")


def cases() -> Iterator[UnrollOptions]:
    of_gru = GruOptions(steps=7, input_shape=(FEATURES,), batch=BATCH, hidden=UNITS)
    of_lstm = LstmOptions(steps=7, input_shape=(FEATURES,), batch=BATCH, hidden=UNITS, peepholes=True)
    for options in (of_gru, of_lstm):
        yield options
        for steps, style in product((1, 2, 7, 20), STYLES):
            yield replace(options, steps=steps, style=style, cont="cont")
        for units, batch, features in OTHER_SIZES:
            yield replace(options, hidden=units, batch=batch, input_shape=(features,), cont="cont")


def shapes(options: UnrollOptions) -> dict[str, tuple[int, ...]]:
    """The shapes of the learned blobs, by the equations."""
    h, d = options.hidden, options.input_shape[0]
    if isinstance(options, GruOptions):
        return {"Mxw": (3 * h, d), "Mxb": (3 * h,), "Mhw": (2 * h, h), "Mgw": (h, h)}
    peepholes = {name: (h,) for name in ("Pi", "Pf", "Po") if name in options.cell().params}
    return {"Mxw": (4 * h, d), "Mxb": (4 * h,), "Mhw": (4 * h, h), **peepholes}


def exposed(options: UnrollOptions) -> str:
    """Layers that show the learned blobs as blobs of the net (Parameter layers share them by name)."""
    text = ""
    for role, shape in shapes(options).items():
        name, dims = options.cell().params[role]["name"], " ".join(f"dim: {dim}" for dim in shape)
        block = f"parameter_param {{ shape {{ {dims} }} }}"
        text += (
            f'layer {{ name: "{role}" type: "Parameter" top: "{role}" param {{ name: "{name}" }} {block} }}\n'
        )
    return text


def rows(values: Values) -> list[Vector]:
    """A matrix of all that lies before the last axis."""
    width = values.shape[-1]
    return [list(values.floats[start : start + width]) for start in range(0, len(values.floats), width)]


def grouped(flat: list[Vector], size: int) -> list[list[Vector]]:
    return [flat[start : start + size] for start in range(0, len(flat), size)]


def markers(options: UnrollOptions) -> list[Vector]:
    chance = random.Random(1)
    later = [[float(chance.random() < 0.7) for _ in range(options.batch)] for _ in range(options.steps - 1)]
    without = [[1.0] * options.batch] * (options.steps - 1)
    return [[0.0] * options.batch, *(later if options.cont else without)]


def distance(outputs: list[list[Vector]], target: list[Vector]) -> float:
    """The loss of EuclideanLoss (euclidean_loss_layer.cpp, Forward_cpu)."""
    flat = [vector for step in outputs for vector in step]
    squares = [(a - b) ** 2 for x, y in zip(flat, target, strict=True) for a, b in zip(x, y, strict=True)]
    return sum(squares) / len(outputs) / 2


@pytest.mark.parametrize("options", list(cases()), ids=label)
def test_computes_the_equations(real_caffe: Peer, options: UnrollOptions) -> None:
    step = gru if isinstance(options, GruOptions) else lstm
    target = blob("target", options.steps, options.batch, options.hidden)
    loss = 'layer { name: "loss" type: "EuclideanLoss" bottom: "H" bottom: "target" top: "loss" }\n'
    cont = markers(options)
    plan = Plan(feeds={"cont": [marker for step_of in cont for marker in step_of]})
    wanted = ["H", "X", "target", *shapes(options)]
    found = real_caffe.run(NetText(unroll(options) + exposed(options) + target + loss), plan, blobs=wanted)
    assert found.ok, found.error
    data = {name: rows(values) for name, values in found.data.items()}
    x, weights = grouped(data["X"], options.batch), {role: data[role] for role in shapes(options)}
    outputs = run(step, weights, x, cont, options.hidden)
    flat = [vector for each in outputs for vector in each]
    assert flatly_apart(flat, data["H"]) <= FORWARD
    assert max(abs(value) for vector in flat for value in vector) > 0.01

    def loss_of() -> float:
        return distance(run(step, weights, x, cont, options.hidden), data["target"])

    owners = {role: Param(*owner) for role, owner in owning_layers(options).items()}
    for role, matrix in weights.items():
        expected = slopes(matrix, loss_of)
        gradients = rows(found.gradients[owners[role]])
        largest = max(abs(value) for vector in expected for value in vector)
        assert largest > 0 or options.steps == 1
        assert flatly_apart(gradients, expected) <= GRADIENT * largest + 1e-9, role


def owning_layers(options: UnrollOptions) -> dict[str, tuple[str, int]]:
    kind = options.KIND
    mx = f"{'t0/' if options.style == 'netspec' else ''}{kind}/Mx"
    owners = {"Mxw": (mx, 0), "Mxb": (mx, 1), "Mhw": (f"t0/{kind}/Mh", 0), "Mgw": (f"t0/{kind}/Mg", 0)}
    return owners | {f"P{gate}": (f"t0/{kind}/peep_{gate}", 0) for gate in "ifo"}


def slopes(matrix: list[Vector], loss_of: Callable[[], float]) -> list[Vector]:
    """The gradient by difference quotients, which changes each weight and puts it back."""
    found = []
    for vector in matrix:
        found.append([0.0] * len(vector))
        for index, value in enumerate(vector):
            vector[index] = value + STEP_OF_DIFFERENCE
            above = loss_of()
            vector[index] = value - STEP_OF_DIFFERENCE
            found[-1][index] = (above - loss_of()) / (2 * STEP_OF_DIFFERENCE)
            vector[index] = value
    return found


def flatly_apart(found: Sequence[Vector], expected: Sequence[Vector]) -> float:
    pairs = zip(found, expected, strict=True)
    return max(abs(a - b) for x, y in pairs for a, b in zip(x, y, strict=True))


@pytest.mark.parametrize("style", ["sequence", "netspec", "lstmunit"])
def test_forget_bias_is_a_bias_of_the_forget_gate(real_caffe: Peer, style: Style) -> None:
    options = LstmOptions(
        steps=5, input_shape=(FEATURES,), batch=BATCH, hidden=UNITS, forget_bias=1.5, style=style
    )
    wanted = ["H", "X", *shapes(options)]
    found = real_caffe.run(NetText(unroll(options) + exposed(options)), blobs=wanted)
    assert found.ok, found.error
    data = {name: rows(values) for name, values in found.data.items()}
    bias = data["Mxb"][0]
    data["Mxb"] = [[value + 1.5 * (UNITS <= index < 2 * UNITS) for index, value in enumerate(bias)]]
    outputs = run(lstm, data, grouped(data["X"], BATCH), [[0.0] * BATCH, *[[1.0] * BATCH] * 4], UNITS)
    assert flatly_apart([vector for step in outputs for vector in step], data["H"]) <= FORWARD


def test_peepholes_do_not_learn_from_one_sequence(real_caffe: Peer) -> None:
    # What the note says: a Scale with as many weights as inputs writes over what other steps have added up.
    texts = []
    for batch in (1, 2):
        options = LstmOptions(steps=7, input_shape=(FEATURES,), batch=batch, hidden=UNITS, peepholes=True)
        assert bool(options.notes()) == (batch == 1)
        target = blob("target", options.steps, batch, UNITS)
        loss = 'layer { name: "loss" type: "EuclideanLoss" bottom: "H" bottom: "target" top: "loss" }\n'
        texts.append(unroll(options) + target + loss)
    of_one, of_two = (real_caffe.run(NetText(text)) for text in texts)
    assert of_one.ok, of_one.error
    # Step 0 comes last in Backward, and sees a state of 0.
    owner = Param("t0/lstm/peep_i", 0)
    assert set(of_one.gradients[owner].floats) == {0}
    assert 0 not in of_two.gradients[owner].floats
