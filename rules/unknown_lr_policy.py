"""There is no such learning rate policy, or none is given.

Caffe builds the solver and aborts at its first step with "Unknown learning rate policy: X". Names are case
sensitive.

Bad:
    lr_policy: "Step"

Good:
    lr_policy: "step"
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, DocumentRule, judge_name, severity_of, spelling_fix
from caffe_lint.net import Document
from caffe_lint.net.solver import FORK_POLICIES, POLICIES
from caffe_lint.schema import Answer, load_schema


class UnknownLrPolicy(DocumentRule):
    code = "CL706"
    name = "unknown-lr-policy"
    fixable = True

    def check(self, document: Document) -> Iterator[Diagnostic]:
        solver = document.solver
        if solver is None or solver.policy in POLICIES:
            return
        place = solver.span_of("lr_policy")
        field = FORK_POLICIES.get(solver.policy, "")
        if not field:
            judged = judge_name(solver.policy, POLICIES, document)
            message = f"no learning rate policy '{solver.policy}', {judged.hint}"
            fix = spelling_fix(document, place, solver.policy, judged.meant, "settings")
            yield self.report(message, place, severity=judged.severity)._replace(fix=fix)
        elif not document.schema.message("SolverParameter").field(field):
            known = load_schema().message("SolverParameter").fields[field].repos
            message = f"no learning rate policy '{solver.policy}' here, it is in {', '.join(known[:3])}"
            yield self.report(message, place, severity=severity_of(Answer.ELSEWHERE, document))
