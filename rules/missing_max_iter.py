"""The solver has no number of iterations.

Caffe takes an unset `max_iter` as 0 in silence: `caffe train` writes a snapshot of the initial weights and is
done. Only a program that calls `solver.step(n)` gets further.

Bad:
    base_lr: 0.01
    lr_policy: "fixed"

Good:
    base_lr: 0.01
    lr_policy: "fixed"
    max_iter: 10000
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, Severity, SolverRule
from caffe_lint.net import Solver


class MissingMaxIter(SolverRule):
    code = "CL717"
    name = "missing-max-iter"
    severity = Severity.NOTE
    claim = Claim.WASTE

    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        if not solver.settings.has("max_iter") and not solver.has_nan_rate:
            yield self.report("'caffe train' makes no iteration: 'max_iter' is not set", solver.place)
