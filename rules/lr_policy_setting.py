"""The learning rate policy lacks a setting that it must have, or has one out of range.

Caffe builds the solver and aborts at its first step: "step" and "sigmoid" must have a `stepsize` above 0
("Check failed: this->param_.stepsize() > 0"), and no policy that reads `gamma` takes a negative one.

Bad:
    lr_policy: "step"
    gamma: 0.1

Good:
    lr_policy: "step"
    gamma: 0.1
    stepsize: 10000
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, SolverRule
from caffe_lint.net import Solver
from caffe_lint.net.solver import POLICIES


class LrPolicySetting(SolverRule):
    code = "CL707"
    name = "lr-policy-setting"

    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        settings = solver.settings
        read = POLICIES.get(solver.policy, ())
        if "stepsize" in read and settings.integer("stepsize") <= 0:
            message = f"'{solver.policy}' must have a stepsize above 0: {solver.describe('stepsize')}"
            yield self.report(message, solver.span_of("stepsize"))
        if "gamma" in read and settings.real("gamma") < 0:
            message = f"'{solver.policy}' takes no negative gamma: {solver.describe('gamma')}"
            yield self.report(message, settings.span("gamma"))
