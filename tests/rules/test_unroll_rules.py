"""Rules about unrolled nets, beyond their examples: what else they find, and that it is all they find."""

import pytest

from caffe_lint.lint import Claim, lint
from caffe_lint.net import load
from tests.rules.examples import RULES
from tests.rules.unroll_variants import SILENT


@pytest.mark.parametrize("case", SILENT)
def test_variant_is_found_once_and_by_its_rule_alone(case: str) -> None:
    report = lint(load(SILENT[case].text()), list(RULES.values()))
    assert [(finding.name, finding.claim) for finding in report.diagnostics] == [
        (SILENT[case].rule, Claim.WRONG_FORWARD)
    ]
