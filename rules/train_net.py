"""The solver names no train net, or more than one.

Caffe aborts with "SolverParameter must specify a train net using one of these fields", or with "must not
contain more than one of these fields specifying a train_net: net, net_param, train_net, train_net_param".

Bad:
    net: "train_val.prototxt"
    train_net: "train.prototxt"

Good:
    net: "train_val.prototxt"
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, Note, SolverRule
from caffe_lint.net import Solver
from caffe_lint.net.solver import TRAIN_NETS


class TrainNet(SolverRule):
    code = "CL701"
    name = "train-net"

    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        if not solver.train_nets:
            allowed = ", ".join(f"'{name}'" for name in TRAIN_NETS)
            message = f"the solver names no net to train, it must have one of {allowed}"
            yield self.report(message, solver.place)
        for second in solver.train_nets[1:]:
            first = solver.train_nets[0]
            message = f"'{second.name}' names a second net to train, beside '{first.name}'"
            yield self.report(message, second.name_span, [Note("the first one", first.name_span)])
