"""Random solver files: real Caffe aborts where the findings say so, with learning rates as foretold."""

from math import isnan
from random import Random

import pytest

from caffe_lint.lint import Claim, lint
from caffe_lint.net import load
from caffe_lint.peer import Peer
from tests.rules.examples import RULES
from tests.rules.test_solver_claims import NET, STEPS, train

COUNT = 200

#: The first choice of a setting is by so much likelier than each of the others.
WEIGHT = 20

CHOICES = [
    [
        'net: "train_val.prototxt"',
        'train_net: "train.prototxt"',
        f"net_param {{ {NET} }}",
        'net: "train_val.prototxt" train_net: "train.prototxt"',
        "",
    ],
    ["", 'test_net: "test.prototxt"', f"test_net_param {{ {NET} }}"],
    ["", "test_iter: 1", "test_iter: [1, 0]", "test_iter: [1, 1, 1]"],
    ["test_interval: 2", "test_interval: 0", "test_interval: -1", ""],
    ["", 'test_state { stage: "a" }', "test_state { } test_state { }"],
    ["base_lr: 0.1", "base_lr: 0", ""],
    ["gamma: 0.5", "gamma: 0", "gamma: -0.5", ""],
    ["power: 0.5", "power: 0", ""],
    ["stepsize: 2", "stepsize: 0", "stepsize: -1", ""],
    ["stepvalue: [1, 3]", "stepvalue: [3, 1]", "stepvalue: 0", ""],
    ["max_iter: 10", "max_iter: 5", ""],
    ["", 'type: "Nesterov"', 'type: "AdaGrad"', 'type: "RMSProp"', 'type: "AdaDelta"', 'type: "adam"'],
    ["", "solver_type: ADAM", "solver_type: RMSPROP"],
    ["", "momentum: 0.9", "momentum: 0"],
    ["", "rms_decay: 0.9", "rms_decay: 1", "rms_decay: -0.1"],
    ["", "average_loss: 3", "average_loss: 0"],
    ["", "weight_decay: 0.1", 'weight_decay: 0.1 regularization_type: "l1"', 'regularization_type: "L3"'],
    ["", "iter_size: 2", "iter_size: 0", "iter_size: -1"],
    ["", "clip_gradients: 1", "clip_gradients: 0"],
]
POLICIES = ["fixed", "step", "exp", "inv", "multistep", "poly", "sigmoid", "Step", ""]


def random_solver(random: Random) -> str:
    chosen = [random.choices(options, [WEIGHT] + [1] * (len(options) - 1))[0] for options in CHOICES]
    return "\n".join([*chosen, f'lr_policy: "{random.choice(POLICIES)}"'])


@pytest.mark.caffe
def test_real_caffe_does_what_the_findings_say(real_caffe: Peer) -> None:
    random = Random(1701)
    accepted = 0
    for _ in range(COUNT):
        text = random_solver(random)
        document = load(text.encode(), "bvlc")
        findings = lint(document, list(RULES.values())).diagnostics
        training = train(real_caffe, text)
        assert training.ok != any(finding.claim is Claim.REJECTS for finding in findings), text
        if training.ok and document.solver:
            accepted += 1
            names = {finding.name for finding in findings}
            first = document.solver.first_zero_rate()
            assert [rate == 0 for rate in training.rates] == [
                first is not None and iteration >= first for iteration in range(STEPS)
            ], text
            assert any(map(isnan, training.rates)) == ("nan-learning-rate" in names), text
            assert len(set(training.rates)) == 1 or "constant-learning-rate" not in names, text
    assert COUNT / 4 < accepted < COUNT * 3 / 4
