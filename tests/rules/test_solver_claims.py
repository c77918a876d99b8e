"""Real Caffe is the judge of the rules about solver files too: it trains a tiny net as the examples say."""

from collections.abc import Callable
from math import isnan

import pytest

from caffe_lint.lint import Claim
from caffe_lint.peer import Peer, Training
from tests.rules.examples import SOLVER_RULES, claims, example, stated_message

pytestmark = pytest.mark.caffe

DATA = """
layer {
  name: "data" type: "DummyData" top: "data" top: "target" include { phase: %s }
  dummy_data_param { data_filler { value: %s } shape { dim: 4 dim: 3 } shape { dim: 4 dim: 2 } }
}
"""
LEARNED = """
layer {
  name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
  inner_product_param { num_output: 2 weight_filler { value: 0.5 } }
}
layer { name: "loss" type: "EuclideanLoss" bottom: "fc" bottom: "target" top: "loss" }
"""
NET = DATA % ("TRAIN", 1) + DATA % ("TEST", 2) + LEARNED
FILES = {f"{name}.prototxt": NET for name in ("train_val", "train", "test")}

FIXED = 'net: "train_val.prototxt" base_lr: 0.1 lr_policy: "fixed" max_iter: 10 '
STEPS = 5


def train(peer: Peer, text: str | bytes, steps: int | None = STEPS) -> Training:
    """What a solver does that tells the learning rate of each of its steps."""
    text = text if isinstance(text, str) else text.decode()
    return peer.solve(f"{text}\ndisplay: 1", FILES, steps=steps)


def learns(training: Training) -> bool:
    return training.ok and any(move.distance > 0 for move in training.moves.values())


def rules_that_claim(claim: Claim) -> list[str]:
    return [name for name, rule in SOLVER_RULES.items() if claims(example(rule, "bad")) == {claim}]


@pytest.mark.parametrize("name", SOLVER_RULES)
def test_good_example_learns(name: str, real_caffe: Peer) -> None:
    good = train(real_caffe, example(SOLVER_RULES[name], "good"))
    assert learns(good), good.error
    assert len(good.rates) == STEPS


@pytest.mark.parametrize("name", rules_that_claim(Claim.REJECTS))
def test_bad_example_aborts_with_the_stated_message(name: str, real_caffe: Peer) -> None:
    bad = train(real_caffe, example(SOLVER_RULES[name], "bad"))
    assert not bad.ok
    assert stated_message(SOLVER_RULES[name]) in bad.error


@pytest.mark.parametrize("name", rules_that_claim(Claim.WRONG_FORWARD))
def test_bad_example_learns_other_weights(name: str, real_caffe: Peer) -> None:
    bad, good = (train(real_caffe, example(SOLVER_RULES[name], kind)) for kind in ("bad", "good"))
    assert bad.ok, bad.error
    assert bad.moves.keys() == good.moves.keys()
    assert all(bad.moves[param] != good.moves[param] for param in good.moves)


@pytest.mark.parametrize("name", rules_that_claim(Claim.STYLE))
def test_bad_example_learns_the_same_weights(name: str, real_caffe: Peer) -> None:
    bad, good = (train(real_caffe, example(SOLVER_RULES[name], kind)) for kind in ("bad", "good"))
    assert learns(bad), bad.error
    assert bad.moves == good.moves


WASTED: dict[str, Callable[[Training, Training], bool]] = {
    "constant-learning-rate": lambda bad, good: len(set(bad.rates)) == 1 < len(set(good.rates)),
    "missing-max-iter": lambda bad, good: not bad.rates and len(good.rates) == 10,
    "no-tests": lambda bad, good: not bad.tests and len(good.tests) > 1,
    "unread-solver-setting": lambda bad, good: (bad.moves, bad.rates) == (good.moves, good.rates),
    "unsorted-stepvalues": lambda bad, _: bad.rates == (0.1, 0.1, 0.1, 0.05, 0.025),
    "zero-clipping": lambda bad, _: not learns(bad),
    "zero-learning-rate": lambda bad, _: bad.rates[2:] == (0, 0, 0),
}
"""What the bad example of each rule does in vain, in comparison with the good one."""


def test_every_claim_about_a_solver_is_proven_here() -> None:
    shared = (Claim.REJECTS, Claim.WRONG_FORWARD, Claim.STYLE)
    assert set(rules_that_claim(Claim.WASTE)) == set(WASTED)
    assert {name for claim in shared for name in rules_that_claim(claim)} | set(WASTED) == set(SOLVER_RULES)


@pytest.mark.parametrize("name", WASTED)
def test_part_of_the_bad_example_goes_to_waste(name: str, real_caffe: Peer) -> None:
    steps = None if name == "missing-max-iter" else STEPS
    bad, good = (train(real_caffe, example(SOLVER_RULES[name], kind), steps) for kind in ("bad", "good"))
    assert bad.ok, bad.error
    assert WASTED[name](bad, good)


REJECTED = {
    'base_lr: 0.1 lr_policy: "fixed"': "SolverParameter must specify a train net using one of these fields",
    'train_net: "train.prototxt" base_lr: 0.1 lr_policy: "fixed" test_iter: 1 test_interval: 1': (
        "test_iter must be specified for each test network."
    ),
    FIXED + "test_iter: 1": "Check failed: param_.test_interval() > 0",
    FIXED + "test_iter: 1 test_interval: 1 test_state { } test_state { }": (
        "test_state must be unspecified or specified once per test net."
    ),
    'net: "train_val.prototxt" base_lr: 0.1': "Unknown learning rate policy:",
    'net: "train_val.prototxt" base_lr: 0.1 lr_policy: "sigmoid" gamma: 0.1': (
        "Check failed: this->param_.stepsize() > 0"
    ),
    'net: "train_val.prototxt" base_lr: 0.1 lr_policy: "exp" gamma: -0.5': (
        "Check failed: this->param_.gamma() >= 0"
    ),
    FIXED + 'type: "AdaGrad" momentum: 0.5': "Momentum cannot be used with AdaGrad.",
    FIXED + 'type: "RMSProp" rms_decay: 1': "rms_decay should lie between 0 and 1.",
    f'net_param {{ input: "data" input: "target" input_dim: [4, 3, 1, 1, 4, 2, 1, 1] {LEARNED} }}'
    'base_lr: 0.1 lr_policy: "fixed"': "Unknown bottom blob 'data'",
}


@pytest.mark.parametrize("text", REJECTED)
def test_other_mistakes_are_rejected_too(text: str, real_caffe: Peer) -> None:
    assert Claim.REJECTS in claims(text.encode())
    answer = train(real_caffe, text)
    assert not answer.ok
    assert REJECTED[text] in answer.error


USELESS = {
    'net: "train_val.prototxt" lr_policy: "fixed" max_iter: 10': (0, 0, 0, 0, 0),
    'net: "train_val.prototxt" base_lr: 0.1 lr_policy: "exp" max_iter: 10': (0.1, 0, 0, 0, 0),
    'net: "train_val.prototxt" base_lr: 0.1 lr_policy: "multistep" stepvalue: 3 max_iter: 10': (
        (0.1, 0.1, 0.1, 0, 0)
    ),
    'net: "train_val.prototxt" base_lr: 0.1 lr_policy: "inv" gamma: 0.1 max_iter: 10': (0.1,) * STEPS,
    'net: "train_val.prototxt" base_lr: 0.1 lr_policy: "inv" power: 0.75 max_iter: 10': (0.1,) * STEPS,
    'net: "train_val.prototxt" base_lr: 0.1 lr_policy: "multistep" gamma: 0.1 max_iter: 10': (0.1,) * STEPS,
    'net: "train_val.prototxt" base_lr: 0.1 lr_policy: "sigmoid" stepsize: 5 max_iter: 10': (0.05,) * STEPS,
}


@pytest.mark.parametrize("text", USELESS)
def test_unset_settings_make_the_learning_rate_zero_or_constant(text: str, real_caffe: Peer) -> None:
    assert claims(text.encode()) == {Claim.WASTE}
    assert train(real_caffe, text).rates == USELESS[text]


def test_negative_iter_size_runs_no_pass(real_caffe: Peer) -> None:
    text = FIXED + "iter_size: -1"
    assert claims(text.encode()) == {Claim.WASTE}
    training = train(real_caffe, text)
    assert training.ok
    assert not learns(training)


@pytest.mark.parametrize("name", ["iter-size", "nan-learning-rate"])
def test_weights_become_nan(name: str, real_caffe: Peer) -> None:
    training = train(real_caffe, example(SOLVER_RULES[name], "bad"))
    assert all(isnan(move.distance) for move in training.moves.values())


def test_the_limit_of_gradients_is_divided_by_the_number_of_passes(real_caffe: Peer) -> None:
    moves = [
        train(real_caffe, FIXED + f"clip_gradients: 0.1 iter_size: {size}", steps=1).moves
        for size in (1, 2, 4)
    ]
    for param, once in moves[0].items():
        assert once.distance > 0
        for size, found in ((2, moves[1]), (4, moves[2])):
            assert found[param].distance == pytest.approx(once.distance / size, rel=1e-4)


def test_without_weight_decay_the_regularization_is_not_looked_at(real_caffe: Peer) -> None:
    text = FIXED + 'regularization_type: "L3"'
    assert claims(text.encode()) == {Claim.WASTE}
    assert learns(train(real_caffe, text))


def test_a_test_without_iterations_prints_no_score(real_caffe: Peer) -> None:
    text = FIXED + "test_interval: 2 test_iter: 0"
    assert claims(text.encode()) == {Claim.WASTE}
    training = train(real_caffe, text)
    assert training.tests == ((0, 0), (2, 0), (4, 0))
    assert training.scores == ()
    assert train(real_caffe, text.replace("test_iter: 0", "test_iter: 1")).scores == ("loss",) * 3


def test_old_layers_beside_new_ones_in_an_inline_net_vanish(real_caffe: Peer) -> None:
    old = 'layers { name: "old" type: INNER_PRODUCT bottom: "data" inner_product_param { num_output: 2 } }'
    text = f'net_param {{ {NET} {old} }} base_lr: 0.1 lr_policy: "fixed" max_iter: 10'
    assert claims(text.encode()) == {Claim.WASTE}
    training = train(real_caffe, text)
    assert training.ok
    assert {param.layer for param in training.moves} == {"fc"}
