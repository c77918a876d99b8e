"""Gradients are clipped before they are averaged over the passes of an iteration.

With `iter_size` above 1 Caffe sums the gradients of so many passes, holds the sum against `clip_gradients`,
and divides by `iter_size` after that: the mean is clipped to `clip_gradients` / `iter_size`.

Bad (the gradient of an iteration has a norm of at most 2.5):
    iter_size: 4
    clip_gradients: 10

Good (at most 10):
    iter_size: 1
    clip_gradients: 10
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, Severity, SolverRule
from caffe_lint.net import Solver


class ClippedSum(SolverRule):
    code = "CL721"
    name = "clipped-sum"
    severity = Severity.NOTE
    claim = Claim.WRONG_FORWARD

    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        settings = solver.settings
        limit, size = settings.real("clip_gradients"), settings.integer("iter_size")
        if size > 1 and limit > 0:
            message = (
                f"'clip_gradients' {limit:g} is the limit for the sum of {size} passes: "
                f"their mean is clipped to {limit / size:g}"
            )
            yield self.report(message, settings.span("clip_gradients"))
