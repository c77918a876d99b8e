"""The learning rate is not a number.

The policy "poly" divides by `max_iter`. Caffe takes an unset one as 0 in silence, and the first step of a
solver that is driven from Python makes all weights NaN.

Bad:
    lr_policy: "poly"
    power: 0.9

Good:
    lr_policy: "poly"
    power: 0.9
    max_iter: 10000
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, Severity, SolverRule
from caffe_lint.net import Solver


class NanLearningRate(SolverRule):
    code = "CL710"
    name = "nan-learning-rate"
    severity = Severity.WARNING
    claim = Claim.WRONG_FORWARD

    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        if solver.has_nan_rate:
            message = f"'poly' divides by max_iter, so all weights become NaN: {solver.describe('max_iter')}"
            yield self.report(message, solver.span_of("max_iter"))
