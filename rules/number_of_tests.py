"""The numbers of test nets, `test_iter` and `test_state` do not fit, or `test_interval` is missing.

Caffe aborts with "test_iter must be specified for each test network.", with "test_state must be unspecified
or specified once per test net.", or with "Check failed: param_.test_interval() > 0". The net of `net` or
`net_param` is tested once for each `test_iter` that the test nets leave over.

Bad:
    train_net: "train.prototxt"
    test_net: "test.prototxt"
    test_interval: 500

Good:
    train_net: "train.prototxt"
    test_net: "test.prototxt"
    test_iter: 100
    test_interval: 500
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, SolverRule
from caffe_lint.net import Solver


class NumberOfTests(SolverRule):
    code = "CL702"
    name = "number-of-tests"

    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        if not solver.train_nets:
            return
        settings, nets = solver.settings, solver.test_nets
        tests, states = (len(settings.fields(name)) for name in ("test_iter", "test_state"))
        if tests < len(nets) or (tests > len(nets) and not solver.has_generic_net):
            message = f"each test net must have a 'test_iter': found {tests} for {len(nets)}"
            place = nets[0].name_span if tests < len(nets) else settings.fields("test_iter")[len(nets)].span
            yield self.report(message, place)
        elif states not in (0, tests):
            message = f"there must be a 'test_state' for each test, or none: found {states} for {tests}"
            yield self.report(message, settings.span("test_state"))
        if tests and settings.integer("test_interval") <= 0:
            message = f"{solver.describe('test_interval')}, for tests it must be more than 0"
            place = settings.span("test_interval" if settings.has("test_interval") else "test_iter")
            yield self.report(message, place)
