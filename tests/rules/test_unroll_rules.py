"""Rules about unrolled nets, beyond their examples: what else they find, and that it is all they find."""

import pytest

from caffe_lint.lint import Claim, lint
from caffe_lint.net import load
from tests.rules.examples import RULES, example
from tests.rules.unroll_variants import SILENT, edited


@pytest.mark.parametrize("case", SILENT)
def test_variant_is_found_once_and_by_its_rule_alone(case: str) -> None:
    report = lint(load(SILENT[case].text()), list(RULES.values()))
    assert [(finding.name, finding.claim) for finding in report.diagnostics] == [
        (SILENT[case].rule, Claim.WRONG_FORWARD)
    ]


def _multiplied(step: int, multiplier: str) -> bytes:
    good = example(RULES["uneven-multipliers"], "good")
    return edited(good, f"t{step}/Wh", 'name: "t_hw"', f'name: "t_hw" {multiplier}')


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        (_multiplied(1, "lr_mult: 2"), True),
        (_multiplied(3, "decay_mult: 0"), True),
        # What the owner of the weights says holds for all, and may be meant so.
        (_multiplied(0, "lr_mult: 2"), False),
        (_multiplied(2, "lr_mult: 1"), False),
        (example(RULES["uneven-multipliers"], "good").replace(b'"t_hw"', b'"t_hw" lr_mult: 2'), False),
    ],
)
def test_multiplier_of_one_step(text: bytes, *, is_found: bool) -> None:
    assert len(lint(load(text), [RULES["uneven-multipliers"]]).diagnostics) == is_found
