"""There is no such solver type.

Caffe aborts with "Unknown solver type: X (known types: ...)". Names are case sensitive.

Bad:
    type: "ADAM"

Good:
    type: "Adam"
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, DocumentRule, judge_name, spelling_fix
from caffe_lint.net import Document
from caffe_lint.net.solver import UPDATE_RULES


class UnknownSolverType(DocumentRule):
    code = "CL712"
    name = "unknown-solver-type"
    fixable = True

    def check(self, document: Document) -> Iterator[Diagnostic]:
        solver = document.solver
        if solver and solver.type not in UPDATE_RULES:
            judged = judge_name(solver.type, UPDATE_RULES, document)
            message, place = f"no solver type '{solver.type}', {judged.hint}", solver.span_of("type")
            fix = spelling_fix(document, place, solver.type, judged.meant, "settings")
            yield self.report(message, place, severity=judged.severity)._replace(fix=fix)
