"""The solver type is given in its old form.

Caffe warns that "future Caffe releases will only support 'type' field (string) for a solver's type", and
takes `solver_type: ADAM` for `type: "Adam"`.

Bad:
    solver_type: ADAM

Good:
    type: "Adam"
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, DocumentRule, Fix, Severity
from caffe_lint.net import Document
from caffe_lint.text import Edit


class DeprecatedSolverType(DocumentRule):
    code = "CL802"
    name = "deprecated-solver-type"
    fixable = True
    severity = Severity.NOTE
    claim = Claim.STYLE

    def check(self, document: Document) -> Iterator[Diagnostic]:
        solver = document.solver
        if solver is None or not solver.has_old_type:
            return
        if document.schema.message("SolverParameter").field("type"):
            message = f"'solver_type' is deprecated, write 'type: \"{solver.type}\"'"
            span = solver.settings.span("solver_type")
            fix = Fix(True, f"write 'type: \"{solver.type}\"'", (Edit(*span, f'type: "{solver.type}"'),))
            yield self.report(message, span)._replace(fix=fix)
