"""Gradients are clipped to 0.

Caffe scales all gradients to the norm `clip_gradients` if theirs is larger: with 0 nothing is learned, in
silence. What turns clipping off is a negative value, the default.

Bad:
    clip_gradients: 0

Good:
    clip_gradients: 10
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, Severity, SolverRule
from caffe_lint.net import Solver


class ZeroClipping(SolverRule):
    code = "CL719"
    name = "zero-clipping"
    severity = Severity.WARNING
    claim = Claim.WASTE

    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        if solver.settings.real("clip_gradients") == 0:
            message = "'clip_gradients' is 0: all gradients become 0, a negative value turns clipping off"
            yield self.report(message, solver.settings.span("clip_gradients"))
