"""The step values of the policy "multistep" do not ascend.

Caffe does not sort them: it takes them in the order of the file, at most one in an iteration. One that stands
behind a larger one takes effect only after that.

Bad:
    stepvalue: 8000
    stepvalue: 4000

Good:
    stepvalue: 4000
    stepvalue: 8000
"""

from collections.abc import Iterator
from itertools import pairwise

from caffe_lint.lint import Claim, Diagnostic, Note, Severity, SolverRule
from caffe_lint.net import Solver


class UnsortedStepvalues(SolverRule):
    code = "CL711"
    name = "unsorted-stepvalues"
    severity = Severity.WARNING
    claim = Claim.WASTE

    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        if solver.policy != "multistep":
            return
        fields, values = solver.settings.fields("stepvalue"), solver.settings.integers("stepvalue")
        steps = zip(fields, values, solver.steps_taken(), strict=True)
        for (before, larger, _), (field, value, taken) in pairwise(steps):
            if value < larger:
                message = f"the step at {value} is taken at iteration {taken}: it stands behind {larger}"
                yield self.report(message, field.value_span, [Note("the larger one", before.value_span)])
