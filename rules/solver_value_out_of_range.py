"""A setting of the solver has a value that Caffe does not take.

Caffe aborts with "average_loss should be non-negative." (it must be at least 1), or with "rms_decay should
lie between 0 and 1." (where 1 itself is too much).

Bad:
    average_loss: 0

Good:
    average_loss: 1
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, SolverRule
from caffe_lint.net import Solver


class SolverValueOutOfRange(SolverRule):
    code = "CL715"
    name = "solver-value-out-of-range"

    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        settings = solver.settings
        if settings.integer("average_loss") < 1:
            message = f"{solver.describe('average_loss')}, it must be at least 1"
            yield self.report(message, settings.span("average_loss"))
        if solver.type == "RMSProp" and not 0 <= settings.real("rms_decay") < 1:
            message = f"{solver.describe('rms_decay')}, it must be at least 0 and less than 1"
            yield self.report(message, settings.span("rms_decay"))
