"""A state makes the train net run in phase TEST, or a test net in phase TRAIN.

Caffe takes it in silence: the train net then has the layers of the TEST phase and its Dropout does nothing.

Bad:
    net: "train_val.prototxt"
    train_state { phase: TEST stage: "deploy" }

Good:
    net: "train_val.prototxt"
    train_state { stage: "deploy" }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, Severity, SolverRule
from caffe_lint.net import Solver


class StatePhase(SolverRule):
    code = "CL704"
    name = "state-phase"
    severity = Severity.WARNING
    claim = Claim.WRONG_FORWARD

    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        train, tests = solver.settings.block("train_state"), solver.settings.blocks("test_state")
        if train.enum("phase") == "TEST" and train.has("phase"):
            yield self.report("the net is trained in phase TEST", train.span("phase"))
        for test in tests:
            if test.enum("phase") == "TRAIN" and test.has("phase"):
                yield self.report("the net is tested in phase TRAIN", test.span("phase"))
