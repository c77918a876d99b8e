"""All that the unroll generator writes, in real Caffe: it loads, and its styles compute the same."""

import random
from dataclasses import replace
from itertools import product

import pytest

from caffe_lint.peer import Comparison, NetText, Peer, Plan
from caffe_lint.recurrent.unroll import unroll
from caffe_lint.recurrent.unroll_cell import Style
from caffe_lint.recurrent.unroll_options import LstmOptions, RnnOptions, UnrollOptions
from tests.recurrent.unroll_cases import cases, label

pytestmark = pytest.mark.caffe

# How far sums of floats in another order may be apart: absolute forward, by the largest entry for gradients.
FORWARD, GRADIENT = 1e-6, 1e-5


def test_all_cases_load_with_the_outputs_that_are_promised(real_caffe: Peer) -> None:
    given = list(cases())
    verdicts = real_caffe.load_all([NetText(unroll(case)) for case in given])
    for case, verdict in zip(given, verdicts, strict=True):
        assert verdict.accepted, (label(case), verdict.error)
        sequence, last = (case.steps, case.batch, case.width), (1, case.batch, case.width)
        promised = {"H": sequence, "h_last": last}
        if case.output != "both":
            del promised["H" if case.output == "last" else "h_last"]
        states = [name for name in verdict.outputs if name.endswith(("h_T", "c_T"))]
        assert set(verdict.outputs) - set(states) == set(promised), label(case)
        assert {name: verdict.blobs[name] for name in promised} == promised
        assert states == [] or (case.cell().is_native and case.initial_state == "input")


def blob(name: str, *shape: int) -> str:
    dims = " ".join(f"dim: {dim}" for dim in shape)
    return f'layer {{ name: "{name}" type: "Input" top: "{name}" input_param {{ shape {{ {dims} }} }} }}\n'


def with_loss(text: str, options: UnrollOptions) -> str:
    """A distance of all outputs from random targets as loss, and gradients for all inputs."""
    target = blob("target", options.steps, options.batch, options.width)
    loss = 'layer { name: "loss" type: "EuclideanLoss" bottom: "H" bottom: "target" top: "loss" }\n'
    return f"force_backward: true\n{text}{target}{loss}"


def markers(options: UnrollOptions) -> list[float]:
    """Random markers that begin all sequences at the first step."""
    chance = random.Random(options.steps)
    later = options.batch * (options.steps - 1)
    return [0.0] * options.batch + [float(chance.random() < 0.7) for _ in range(later)]


def compare(peer: Peer, ours: str, theirs: str, options: UnrollOptions) -> Comparison:
    """Our net beside the reference, both with a loss on the outputs."""
    plan = Plan(feeds={"cont": markers(options)})
    net, reference = (NetText(with_loss(text, options)) for text in (ours, theirs))
    inputs = ["X", *(["x_static"] if options.has_static else [])]
    found = peer.compare(net, reference, plan, blobs={name: name for name in ("H", *inputs)})
    assert found.ok, found.error
    return found


def check(found: Comparison, options: UnrollOptions) -> None:
    """All outputs, and the gradients of all learned blobs and inputs, are those of the reference."""
    assert 0 <= found.data["H"].distance <= FORWARD, found.data["H"]
    names = [role for parts in options.parts for part in parts for role in options.cell(part).params]
    assert len(found.gradients) == len(names)
    inputs = [found.diffs[name] for name in found.diffs if name != "H"]
    for difference in (*found.gradients.values(), *inputs):
        # At the only step h is zero, and so is the gradient of its weight.
        assert difference.scale > 0 or options.steps == 1
        assert difference.distance <= GRADIENT * difference.scale, found.gradients


def native(options: UnrollOptions) -> str:
    """Caffe's own layers, one on the other, written by hand."""
    text = blob("X", options.steps, options.batch, *options.input_shape)
    text += blob("cont", options.steps, options.batch)
    bottoms, tops = ["X", "cont"], ["H"]
    if options.has_static:
        text += blob("x_static", options.batch, *options.static_shape)
        bottoms.append("x_static")
    if options.initial_state == "input":
        states = ("h0", "c0") if options.KIND == "lstm" else ("h0",)
        text += "".join(blob(name, 1, options.batch, options.hidden) for name in states)
        bottoms, tops = [*bottoms, *states], ["H", *(f"{name}_after" for name in states)]
    block = f"num_output: {options.hidden} expose_hidden: {str(len(tops) > 1).lower()}"
    for depth in range(1, options.layers + 1):
        made = tops if depth == options.layers else [f"h{depth}"]
        ends = "".join(f'bottom: "{name}" ' for name in bottoms) + "".join(f'top: "{name}" ' for name in made)
        layer_type = options.KIND.upper()
        text += f'layer {{ name: "cell{depth}" type: "{layer_type}" {ends}recurrent_param {{ {block} }} }}\n'
        bottoms = [f"h{depth}", "cont"]
    return text


SIZES = [(1, 1, 1, (3,)), (2, 3, 4, (5,)), (7, 2, 5, (2, 3)), (20, 4, 8, (6,))]


@pytest.mark.parametrize(
    ("make", "style"), [(make, style) for make in (LstmOptions, RnnOptions) for style in make.STYLES]
)
@pytest.mark.parametrize(("steps", "batch", "hidden", "input_shape"), SIZES)
def test_is_caffes_own_layer(
    real_caffe: Peer,
    make: type[UnrollOptions],
    style: Style,
    steps: int,
    batch: int,
    hidden: int,
    input_shape: tuple[int, ...],
) -> None:
    plain = make(steps=steps, batch=batch, hidden=hidden, input_shape=input_shape, style=style, cont="cont")
    for options in (
        plain,
        replace(plain, static_shape=(4,)),
        replace(plain, initial_state="input"),
        replace(plain, layers=2, static_shape=(2, 2)),
    ):
        check(compare(real_caffe, unroll(options), native(options), options), options)


@pytest.mark.parametrize(("make", "steps"), list(product([LstmOptions, RnnOptions], [1, 2, 7, 20])))
@pytest.mark.parametrize("cont", ["cont", None])
def test_both_directions_are_caffes_own_layers(
    real_caffe: Peer, make: type[UnrollOptions], steps: int, cont: str | None
) -> None:
    """The native style turns x, cont and the outputs around; here that is one more net, for one direction."""
    options = make(steps=steps, batch=3, hidden=4, input_shape=(5,), cont=cont, bidirectional=True, layers=2)
    own = replace(options, style="lstm-layer" if make is LstmOptions else "rnn-layer")
    styles: tuple[Style, ...] = ("sequence", "netspec", "lstmunit")
    for style in styles if make is LstmOptions else styles[:2]:
        found = compare(real_caffe, unroll(replace(options, style=style)), unroll(own), options)
        check(found, options)
