"""What the linter says of the in-place layers of a net in one state."""

from caffe_lint.lint import Diagnostic, lint
from caffe_lint.lint.diagnostic import Severity
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import NetState, load

CODES = frozenset({"CL401", "CL402", "CL403", "CL405", "CL406"})
"""Overwritten values: in-place-not-supported, -corrupts-gradient, alias-overwritten, and what lasts."""


def findings(text: str, state: NetState) -> list[Diagnostic]:
    """The findings above a note that an overwrite makes something wrong."""
    document = load(text.encode(), "BVLC/caffe")
    rules = [rule for rule in all_rules() if rule.code in CODES]
    return [
        found for found in lint(document, rules, [state]).diagnostics if found.severity is not Severity.NOTE
    ]


def line_of(text: str, finding: Diagnostic) -> int:
    """The line on which a finding stands, from 1."""
    return text.encode().count(b"\n", 0, finding.span.start) + 1
