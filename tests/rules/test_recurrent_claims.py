"""Real Caffe is the judge: rules about its own recurrent layers, each with the harm that is done.

The test of a rule bears the rule's name.
"""

import pytest

from caffe_lint.lint import lint
from caffe_lint.net import NetState, load
from caffe_lint.peer import NetText, Param, Peer, Plan, Run
from tests.rules.examples import RULES, example

pytestmark = pytest.mark.caffe

TRAIN = NetState("TRAIN")
SUM = b'layer { name: "sum" type: "Reduction" bottom: "h" top: "sum" loss_weight: 1 }\n'


def _run(peer: Peer, text: bytes, plan: Plan, *blobs: str) -> Run:
    run = peer.run(NetText(text, TRAIN), plan, blobs=blobs or None)
    assert run.ok, run.error
    return run


def _pass(peer: Peer, rule: str, kind: str, number: int) -> list[float]:
    plan = Plan(weights="name", passes=number, backward=False)
    return list(_run(peer, example(RULES[rule], kind), plan).data["h"].floats)


def test_carried_state(real_caffe: Peer) -> None:
    """The second pass over the same input gives something else."""
    first, second = (_pass(real_caffe, "carried-state", "bad", number) for number in (1, 2))
    assert max(abs(a - b) for a, b in zip(first, second, strict=True)) > 0.01
    assert _pass(real_caffe, "carried-state", "good", 1) == _pass(real_caffe, "carried-state", "good", 2)


def test_no_memory(real_caffe: Peer) -> None:
    """What comes in at a step changes nothing later on, and the recurrent weights get no gradient."""
    for kind, forgets in (("bad", True), ("good", False)):
        text = example(RULES["no-memory"], kind) + SUM
        runs = [
            _run(real_caffe, text, Plan(weights="name", feeds={"x": [start] * 8 + [0.5] * 16}), "h")
            for start in (0.1, 0.9)
        ]
        later = [list(run.data["h"].floats[10:]) for run in runs]
        assert (later[0] == later[1]) is forgets
        assert (not any(runs[0].gradients[Param("lstm", 2)].floats)) is forgets


SOLVER = 'net: "net" base_lr: 0.1 lr_policy: "fixed" snapshot_prefix: "net" solver_mode: CPU'
LSTMS = (
    b'layer { name: "x" type: "DummyData" top: "x" '
    b"dummy_data_param { data_filler { value: 0.7 } shape { dim: [3, 2, 4] } } }\n"
    b'layer { name: "t" type: "DummyData" top: "t" '
    b"dummy_data_param { data_filler { value: 0.4 } shape { dim: [3, 2, 2] } } }\n"
    b'layer { name: "cont" type: "DummyData" top: "cont" '
    b"dummy_data_param { data_filler { value: 1 } shape { dim: [3, 2] } } }\n"
    b'layer { name: "a" type: "LSTM" bottom: "x" bottom: "cont" top: "a" '
    b"recurrent_param { num_output: 5 } }\n"
    b'layer { name: "b" type: "LSTM" bottom: "a" bottom: "cont" top: "b" '
    b"recurrent_param { num_output: 5 %s } }\n"
    b'layer { name: "c" type: "InnerProduct" bottom: "b" top: "c" '
    b'inner_product_param { num_output: 2 axis: 2 weight_filler { type: "xavier" } } }\n'
    b'layer { name: "loss" type: "EuclideanLoss" bottom: "c" bottom: "t" top: "loss" }\n'
)


def test_dead_recurrent_weights(real_caffe: Peer) -> None:
    for kind, is_dead in (("bad", True), ("good", False)):
        gradients = _run(real_caffe, example(RULES["dead-recurrent-weights"], kind), Plan(weights="fillers"))
        learns = [any(gradients.gradients[Param("rnn", index)].floats) for index in range(5)]
        assert learns == ([False] * 4 + [True] if is_dead else [True] * 5)


@pytest.mark.parametrize(("filler", "is_dead"), [(b"", True), (b'weight_filler { type: "xavier" }', False)])
def test_dead_recurrent_weights_of_an_lstm(filler: bytes, real_caffe: Peer, *, is_dead: bool) -> None:
    """It is dead only below another one; ten steps move nothing."""
    text = LSTMS % filler
    trained = real_caffe.solve(SOLVER, {"net": text}, steps=10)
    assert trained.ok, trained.error
    assert [trained.moves[Param("a", index)].distance > 0 for index in range(3)] == [not is_dead] * 3
    assert trained.moves[Param("b", 2)].distance > 0
    rule = RULES["dead-recurrent-weights"]
    many = text + b"".join(_unused(number) for number in range(2))
    assert len(lint(load(many), [rule]).diagnostics) == is_dead


def _unused(number: int) -> bytes:
    return (
        b'layer { name: "u%d" type: "InnerProduct" bottom: "x" top: "u%d" '
        b'inner_product_param { num_output: 1 weight_filler { type: "xavier" } } }\n' % (number, number)
    )


def test_data_as_continuation(real_caffe: Peer) -> None:
    """With the same words, the output is that of the right net only if the words are all 0 or 1."""
    for words, is_same in (([0, 0, 1, 1, 1, 1], True), ([0, 0, 7, 7, 5, 5], False)):
        feeds = {"words": words, "cont": [0, 0, 1, 1, 1, 1]}
        nets = [NetText(example(RULES["data-as-continuation"], kind), TRAIN) for kind in ("bad", "good")]
        found = real_caffe.compare(nets[0], nets[1], Plan(weights="name", feeds=feeds)).data["h"]
        assert (found.distance <= 0.01 * found.scale) is is_same


def test_axis_across_streams(real_caffe: Peer) -> None:
    """Of one stream each feature alone is all there is."""
    values = [
        _run(real_caffe, example(RULES["axis-across-streams"], kind), Plan(weights="name"), "prob").data[
            "prob"
        ]
        for kind in ("bad", "good")
    ]
    assert set(values[0].floats) == {1.0}
    assert max(values[1].floats) < 1


SCORE = (
    b'layer { name: "fc" type: "InnerProduct" bottom: "h" top: "fc" '
    b"inner_product_param { num_output: 5 %s } }"
)


@pytest.mark.parametrize(("axis", "mixes"), [(b"", True), (b"axis: 2", False)])
def test_axis_across_streams_of_a_product(axis: bytes, real_caffe: Peer, *, mixes: bool) -> None:
    """What comes in on stream 1 changes what comes out of stream 0 only where they are mixed."""
    text = example(RULES["no-memory"], "good") + SCORE % axis
    runs = [
        _run(real_caffe, text, Plan(weights="name", feeds={"x": ([0.5] * 4 + [other] * 4) * 3}), "fc")
        for other in (0.1, 0.9)
    ]
    assert (runs[0].data["fc"].floats[0] != runs[1].data["fc"].floats[0]) is mixes
    assert len(lint(load(text), [RULES["axis-across-streams"]]).diagnostics) == mixes


PROVEN_HERE = RULES.keys() & {
    name.removeprefix("test_").replace("_", "-") for name in list(globals()) if name.startswith("test_")
}
"""The rules that are proven here."""
