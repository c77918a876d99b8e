"""Solver files of other Caffes: what BVLC's would not take is no error where the file is for another one."""

import pytest

from caffe_lint.lint import lint
from caffe_lint.net import load
from tests.rules.examples import RULES

NET = 'net: "train_val.prototxt" base_lr: 0.1 max_iter: 10 '
FIXED = NET + 'lr_policy: "fixed" '

ELSEWHERE = "no learning rate policy 'multifixed' here, it is in eric612/MobileNet-YOLO, intel/caffe"
TYPES = "known are 'SGD', 'Nesterov', 'AdaGrad', 'RMSProp', 'AdaDelta', 'Adam'"
NEAR = "no solver type 'adam', did you mean 'Adam'?"
TOO_SMALL = "'average_loss' is 0, it must be at least 1"
UNREAD = "'fixed' does not read 'stepvalue', which is for 'multistep'"
DEPRECATED = "'solver_type' is deprecated, write 'type: \"Adam\"'"


@pytest.mark.parametrize(
    ("text", "dialect", "expected"),
    [
        (NET + 'lr_policy: "multifixed" stagelr: 0.1 stageiter: 10', "auto", []),
        (NET + 'lr_policy: "plateau"', "intel", []),
        (NET + 'lr_policy: "multifixed"', "auto", [f"warning: {ELSEWHERE}"]),
        (NET + 'lr_policy: "multifixed"', "bvlc", [f"error: {ELSEWHERE}"]),
        (FIXED + 'type: "Lion"', "auto", [f"note: no solver type 'Lion', {TYPES}"]),
        (FIXED + 'type: "Lion"', "bvlc", [f"error: no solver type 'Lion', {TYPES}"]),
        (FIXED + 'type: "adam"', "auto", [f"error: {NEAR}"]),
        (FIXED + 'type: "adam"', "intel", [f"note: {NEAR}"]),
        (FIXED + "average_loss: 0", "bvlc", [f"error: {TOO_SMALL}"]),
        (FIXED + "average_loss: 0", "intel", [f"warning: {TOO_SMALL}"]),
        (FIXED + "stepvalue: 5", "auto", [f"note: {UNREAD}"]),
        (FIXED + "solver_type: ADAM", "bvlc", [f"note: {DEPRECATED}"]),
        (FIXED + "solver_type: SGD", "torrvision", []),
    ],
)
def test_severity_depends_on_whose_caffe_judges(text: str, dialect: str, expected: list[str]) -> None:
    found = lint(load(text.encode(), dialect), list(RULES.values())).diagnostics
    assert [f"{finding.severity.value}: {finding.message}" for finding in found] == expected
