"""The solver type does not take a momentum.

Caffe aborts with "Momentum cannot be used with AdaGrad." or "Momentum cannot be used with RMSProp.".

Bad:
    type: "RMSProp"
    momentum: 0.9

Good:
    type: "RMSProp"
    rms_decay: 0.98
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, SolverRule
from caffe_lint.net import Solver
from caffe_lint.net.solver import UPDATE_RULES


class RefusedMomentum(SolverRule):
    code = "CL714"
    name = "refused-momentum"

    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        takes_momentum = "momentum" in UPDATE_RULES.get(solver.type, ("momentum",))
        if not takes_momentum and solver.settings.real("momentum") != 0:
            message = f"'{solver.type}' takes no momentum: {solver.describe('momentum')}"
            yield self.report(message, solver.settings.span("momentum"))
