"""Each iteration accumulates the gradients of no pass at all.

With `iter_size: 0` Caffe divides loss and gradients by 0 in silence, and all weights become NaN. With a
negative one no forward or backward pass runs, and only weight decay changes the weights.

Bad:
    iter_size: 0

Good:
    iter_size: 1
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, Severity, SolverRule
from caffe_lint.net import Solver


class IterSize(SolverRule):
    code = "CL718"
    name = "iter-size"
    severity = Severity.WARNING
    claim = Claim.WRONG_FORWARD

    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        settings = solver.settings
        size = settings.integer("iter_size")
        if size == 0:
            message = "'iter_size' is 0: loss and gradients are divided by it, and all weights become NaN"
            yield self.report(message, settings.span("iter_size"))
        elif size < 0:
            message = f"'iter_size' is {size}: no forward or backward pass runs"
            finding = self.report(message, settings.span("iter_size"))
            yield finding._replace(claim=Claim.WASTE)
