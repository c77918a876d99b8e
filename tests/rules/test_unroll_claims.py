"""Real Caffe is the judge: rules about unrolled nets, each with the harm that is done.

The test of a rule bears the rule's name; what their examples do not show stands behind them.
"""

import pytest

from caffe_lint.lint import Claim, lint
from caffe_lint.net import NetState, load
from caffe_lint.peer import NetText, Param, Peer, Plan
from tests.rules.examples import RULES, claims, example
from tests.rules.unroll_variants import SILENT, edited

pytestmark = pytest.mark.caffe

TRAIN = NetState("TRAIN")
SOLVER = 'net: "net" base_lr: 0.1 lr_policy: "fixed" random_seed: 1 snapshot_prefix: "net" solver_mode: CPU'
SHARED = Param("t0/Wh", 0)
IN_PLACE = (
    b'layer {\n  name: "shift"\n  type: "Power"\n  bottom: "h0"\n  top: "h0"\n'
    b"  power_param { shift: 0.5 }\n}\n"
)


def _found(text: bytes) -> list[str]:
    return [finding.name for finding in lint(load(text), list(RULES.values())).diagnostics]


def _output(peer: Peer, text: bytes, plan: Plan, blob: str = "H") -> list[float]:
    run = peer.run(NetText(text), plan, blobs=[blob])
    assert run.ok, run.error
    return list(run.data[blob].floats)


def test_uneven_multipliers(real_caffe: Peer) -> None:
    """The gradient lacks the part of the step with 0, and nothing is learned in any step."""
    for kind, is_right in (("bad", False), ("good", True)):
        text = example(RULES["uneven-multipliers"], kind)
        answer = real_caffe.slopes(NetText(text, TRAIN))
        assert answer.ok, answer.error
        slope = answer.slopes[SHARED]
        assert (slope.backward == pytest.approx(slope.forward, rel=2e-2)) is is_right
        trained = real_caffe.solve(SOLVER, {"net": text})
        assert trained.ok, trained.error
        assert (trained.moves[SHARED].distance > 0) is is_right


def test_a_multiplier_of_one_step_holds_for_all(real_caffe: Peer) -> None:
    bad, good = (example(RULES["uneven-multipliers"], kind) for kind in ("bad", "good"))
    tripled = bad.replace(b"lr_mult: 0", b"lr_mult: 3")
    assert _found(tripled) == ["uneven-multipliers"]
    moves = [real_caffe.solve(SOLVER, {"net": text}).moves[SHARED].distance for text in (tripled, good)]
    assert moves[0] == pytest.approx(3 * moves[1], rel=1e-3)


def test_initial_state(real_caffe: Peer) -> None:
    """What the first step goes on from depends on the state of the random generator only if it is random."""
    for kind, is_random in (("bad", True), ("good", False)):
        text = example(RULES["initial-state"], kind)
        states = [_output(real_caffe, text, Plan(seed=seed, backward=False), "h0") for seed in (1, 2)]
        assert (states[0] != states[1]) is is_random
    bad, good = (NetText(example(RULES["initial-state"], kind)) for kind in ("bad", "good"))
    found = real_caffe.compare(bad, good, Plan(weights="name")).data["H"]
    assert found.distance > 1e-2 * found.scale


def test_an_initial_state_that_is_overwritten_is_another_one_in_each_pass(real_caffe: Peer) -> None:
    good = example(RULES["initial-state"], "good")
    at = good.index(b'layer {\n  name: "c0"')
    for text, is_same in ((good[:at] + IN_PLACE + good[at:], False), (good, True)):
        assert _found(text) == ([] if is_same else ["initial-state"])
        first, second = (_output(real_caffe, text, Plan(passes=number, backward=False)) for number in (1, 2))
        assert (first == second) is is_same


def test_an_initial_state_of_another_width_is_rejected(real_caffe: Peer) -> None:
    text = edited(example(RULES["initial-state"], "good"), "c0", "dim: 4", "dim: 5")
    assert _found(text) == ["initial-state"]
    assert claims(text) == {Claim.REJECTS}
    verdict = real_caffe.load(text)
    assert not verdict.accepted
    assert "bottom[0]->shape() == bottom[i]->shape()" in verdict.error


def test_continuation(real_caffe: Peer) -> None:
    """Where markers begin a new sequence, what came in before changes nothing only if c is reset too."""
    for kind, goes_on in (("bad", True), ("good", False)):
        outputs = []
        for before in (0.1, 0.9):
            plan = Plan(
                weights="name",
                feeds={"X": [before] * 12 + [0.5] * 12, "cont": [0, 0, 1, 1, 0, 0, 1, 1]},
                backward=False,
            )
            outputs.append(_output(real_caffe, example(RULES["continuation"], kind), plan)[16:])
        assert (outputs[0] != outputs[1]) is goes_on


def test_a_step_that_is_left_out_makes_the_sequence_shorter(real_caffe: Peer) -> None:
    good = example(RULES["left-out-step"], "good")
    text = edited(good, "H", '  bottom: "t2/h"\n', "")
    assert _found(text) == ["left-out-step"]
    shapes = [real_caffe.run(NetText(each), blobs=["H"]).data["H"].shape for each in (text, good)]
    assert [shape[0] for shape in shapes] == [3, 4]


@pytest.mark.parametrize("case", SILENT)
def test_variant_computes_something_else(case: str, real_caffe: Peer) -> None:
    variant = SILENT[case]
    bad, good = NetText(variant.text()), NetText(example(RULES[variant.rule], "good"))
    comparison = real_caffe.compare(bad, good, Plan(weights="name"), blobs={"H": "H"})
    assert comparison.ok, comparison.error
    found = comparison.data["H"]
    assert found.distance > 1e-3 * found.scale


PROVEN_HERE = RULES.keys() & {
    name.removeprefix("test_").replace("_", "-") for name in list(globals()) if name.startswith("test_")
}
"""The rules that are proven here."""
