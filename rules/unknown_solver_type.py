"""There is no such solver type.

Caffe aborts with "Unknown solver type: X (known types: ...)". Names are case sensitive.

Bad:
    type: "ADAM"

Good:
    type: "Adam"
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, DocumentRule, judge_name
from caffe_lint.net import Document
from caffe_lint.net.solver import UPDATE_RULES


class UnknownSolverType(DocumentRule):
    code = "CL712"
    name = "unknown-solver-type"

    def check(self, document: Document) -> Iterator[Diagnostic]:
        solver = document.solver
        if solver and solver.type not in UPDATE_RULES:
            severity, hint = judge_name(solver.type, UPDATE_RULES, document)
            message = f"no solver type '{solver.type}', {hint}"
            yield self.report(message, solver.span_of("type"), severity=severity)
