"""There is no such kind of regularization.

Caffe builds the solver and aborts at its first step with "Unknown regularization type: X". Without a
`weight_decay` it never looks at the name.

Bad:
    weight_decay: 0.0005
    regularization_type: "l2"

Good:
    weight_decay: 0.0005
    regularization_type: "L2"
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, DocumentRule, Severity, judge_name, spelling_fix
from caffe_lint.net import Document

_KNOWN = ("L1", "L2")


class UnknownRegularization(DocumentRule):
    code = "CL716"
    name = "unknown-regularization"
    fixable = True

    def check(self, document: Document) -> Iterator[Diagnostic]:
        settings = document.solver.settings if document.solver else None
        if settings is None or settings.string("regularization_type") in _KNOWN:
            return
        name = settings.string("regularization_type")
        judged = judge_name(name, _KNOWN, document)
        message = f"no regularization type '{name}', {judged.hint}"
        place = settings.span("regularization_type")
        fix = spelling_fix(document, place, name, judged.meant, "settings")
        finding = self.report(message, place, severity=judged.severity)._replace(fix=fix)
        is_read = settings.real("weight_decay") != 0
        yield finding if is_read else finding._replace(severity=Severity.NOTE, claim=Claim.WASTE)
