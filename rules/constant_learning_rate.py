"""The learning rate policy never changes the learning rate, for want of a setting.

Caffe takes an unset `gamma` or `power` as 0 in silence, and an empty list of `stepvalue`s as none: "inv",
"poly" and "multistep" then keep `base_lr`, "sigmoid" keeps half of it.

Bad:
    lr_policy: "poly"
    max_iter: 10000

Good:
    lr_policy: "poly"
    max_iter: 10000
    power: 0.9
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, Severity, SolverRule
from caffe_lint.net import Solver

_CHANGE = {
    "inv": ("gamma", "power"),
    "multistep": ("stepvalue",),
    "poly": ("power",),
    "sigmoid": ("gamma",),
}
"""What each policy cannot do without; "exp" and "step" without `gamma` have a rate of 0 instead."""


class ConstantLearningRate(SolverRule):
    code = "CL709"
    name = "constant-learning-rate"
    severity = Severity.WARNING
    claim = Claim.WASTE

    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        for name in _CHANGE.get(solver.policy, ()):
            if not solver.has_effect(name):
                message = f"'{solver.policy}' never changes the learning rate: {solver.describe(name)}"
                yield self.report(message, solver.span_of(name))
                return
