"""Tests are asked for, but none runs.

Caffe takes `test_interval` without `test_iter` in silence and tests nothing; with `test_iter: 0` it runs no
batch and prints no score.

Bad:
    net: "train_val.prototxt"
    test_interval: 500

Good:
    net: "train_val.prototxt"
    test_iter: 100
    test_interval: 500
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, Severity, SolverRule
from caffe_lint.net import Solver


class NoTests(SolverRule):
    code = "CL703"
    name = "no-tests"
    severity = Severity.WARNING
    claim = Claim.WASTE

    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        settings = solver.settings
        is_wanted = settings.integer("test_interval") > 0
        if is_wanted and not settings.has("test_iter") and not solver.test_nets:
            message = "no test runs: there is a 'test_interval', but no 'test_iter'"
            yield self.report(message, settings.span("test_interval"))
        iterations = zip(settings.fields("test_iter"), settings.integers("test_iter"), strict=True)
        for field, count in iterations if is_wanted else ():
            if count <= 0:
                yield self.report(f"this test runs no batch: 'test_iter' is {count}", field.span)
