"""The learning rate is 0, from the start or from some iteration on.

Caffe takes an unset `base_lr` or `gamma` as 0 in silence. Without `base_lr` nothing is learned at all;
without `gamma` nothing after the first iteration ("exp"), after `stepsize` ("step") or after the first
`stepvalue` ("multistep").

Bad:
    base_lr: 0.01
    lr_policy: "step"
    stepsize: 10000

Good:
    base_lr: 0.01
    lr_policy: "step"
    stepsize: 10000
    gamma: 0.1
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, Severity, SolverRule
from caffe_lint.net import Solver


class ZeroLearningRate(SolverRule):
    code = "CL708"
    name = "zero-learning-rate"
    severity = Severity.WARNING
    claim = Claim.WASTE

    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        first = solver.first_zero_rate()
        if first is not None:
            name = "base_lr" if solver.settings.real("base_lr") == 0 else "gamma"
            when = f"from iteration {first} on" if first else "from the start"
            message = f"the learning rate is 0 {when}: {solver.describe(name)}"
            yield self.report(message, solver.span_of(name))
