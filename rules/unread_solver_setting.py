"""A setting that the learning rate policy or the solver type does not read.

Caffe ignores it in silence: `stepvalue` is for "multistep" only, `rms_decay` for RMSProp only.

Bad:
    lr_policy: "fixed"
    gamma: 0.1

Good:
    lr_policy: "exp"
    gamma: 0.1
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, Severity, SolverRule
from caffe_lint.net import Solver
from caffe_lint.net.solver import POLICIES, UPDATE_RULES

_OWN_RULES = {"max_iter", "momentum"}
"""Settings that Caffe reads elsewhere too: to end the training, and to refuse a momentum."""


class UnreadSolverSetting(SolverRule):
    code = "CL720"
    name = "unread-solver-setting"
    severity = Severity.NOTE
    claim = Claim.WASTE

    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        for chosen, choices in ((solver.policy, POLICIES), (solver.type, UPDATE_RULES)):
            read = choices.get(chosen)
            if read is None:
                continue
            names = {name for settings in choices.values() for name in settings} - _OWN_RULES - set(read)
            for name in sorted(names):
                if solver.has_effect(name):
                    readers = [f"'{choice}'" for choice, settings in choices.items() if name in settings]
                    message = f"'{chosen}' does not read '{name}', which is for {', '.join(readers)}"
                    yield self.report(message, solver.settings.span(name))
