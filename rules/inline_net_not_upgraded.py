"""A net inside the solver file is written in an old form.

Caffe upgrades old nets only when it reads them from a file of their own. Of a net in `net_param`,
`train_net_param` or `test_net_param` it ignores all V1 `layers` in silence. If nothing is left, it builds an
empty net and aborts when it first runs it: "Check failed: end < layers_.size() (-1 vs. 0)". An `input` makes
no blob there, and a layer that reads it aborts with "Unknown bottom blob".

Bad:
    net_param { layers { name: "loss" type: EUCLIDEAN_LOSS bottom: "a" bottom: "b" top: "loss" } }

Good:
    net_param { layer { name: "loss" type: "EuclideanLoss" bottom: "a" bottom: "b" top: "loss" } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, Note, Severity, SolverRule
from caffe_lint.net import Solver


class InlineNetNotUpgraded(SolverRule):
    code = "CL705"
    name = "inline-net-not-upgraded"

    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        for net in solver.inline_nets:
            notes = [Note("upgrades happen only to nets in files of their own", net.place)]
            if net.has("layers"):
                is_partly_read = net.has("layer")
                fate = (
                    "ignores all 'layers' of this net"
                    if is_partly_read
                    else "takes this net for an empty one"
                )
                message = f"Caffe {fate}: it does not upgrade a net in a solver file"
                finding = self.report(message, net.span("layers"), notes)
                ignored = finding._replace(severity=Severity.WARNING, claim=Claim.WASTE)
                yield ignored if is_partly_read else finding
            elif net.has("input"):
                message = "'input' makes no blob: Caffe does not upgrade a net in a solver file"
                yield self.report(message, net.span("input"), notes)
