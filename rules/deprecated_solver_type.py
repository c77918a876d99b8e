"""The solver type is given in its old form.

Caffe warns that "future Caffe releases will only support 'type' field (string) for a solver's type", and
takes `solver_type: ADAM` for `type: "Adam"`.

Bad:
    solver_type: ADAM

Good:
    type: "Adam"
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, DocumentRule, Severity
from caffe_lint.net import Document


class DeprecatedSolverType(DocumentRule):
    code = "CL802"
    name = "deprecated-solver-type"
    severity = Severity.NOTE
    claim = Claim.STYLE

    def check(self, document: Document) -> Iterator[Diagnostic]:
        solver = document.solver
        if solver is None or not solver.has_old_type:
            return
        if document.schema.message("SolverParameter").field("type"):
            message = f"'solver_type' is deprecated, write 'type: \"{solver.type}\"'"
            yield self.report(message, solver.settings.span("solver_type"))
