"""Both `type` and the old `solver_type` are given.

Caffe aborts with "Failed to upgrade solver: old solver_type field (enum) and new type field (string) cannot
be both specified in solver proto text.", even if both mean the same.

Bad:
    type: "Adam"
    solver_type: ADAM

Good:
    type: "Adam"
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, Note, SolverRule
from caffe_lint.net import Solver


class SolverTypeTwice(SolverRule):
    code = "CL713"
    name = "solver-type-twice"

    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        settings = solver.settings
        if settings.has("type") and settings.has("solver_type"):
            message = "'solver_type' is the old form of 'type': Caffe does not take both"
            notes = [Note("the new form", settings.span("type"))]
            yield self.report(message, settings.span("solver_type"), notes)
