"""A loss layer has a `loss_weight`, and another layer reads its top.

Caffe moves the weight w to the implicit copy of the blob, and the loss layer, now without a weight, takes
its usual weight of 1 in addition. The gradient is right, but the reported loss is 1 + w times the true one,
and 2w times from the second iteration on (measured for w = 5: 10.6, then 17.7 for a loss of 1.77).

Bad:
    layer { name: "loss" type: "EuclideanLoss" bottom: "score" bottom: "target" top: "loss" loss_weight: 5 }
    layer { name: "quiet" type: "Silence" bottom: "loss" }

Good:
    layer { name: "loss" type: "EuclideanLoss" bottom: "score" bottom: "target" top: "loss" loss_weight: 5 }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, NetContext, Note, Severity, TrainingRule


class LossCountedTwice(TrainingRule):
    code = "CL602"
    name = "loss-counted-twice"
    severity = Severity.WARNING
    claim = Claim.WRONG_FORWARD

    def check_training(self, context: NetContext) -> Iterator[Diagnostic]:
        for layer, top in context.backward.cleared.items():
            record = context.shapes.record(layer)
            if record is not None and record.loss and top.index == 0:
                weight, reader = context.backward.weight(top), top.uses[0].layer
                message = (
                    f"'{layer.name}' has a loss weight, and '{reader.name}' reads it: Caffe reports "
                    f"{1 + weight:g} times the loss, {2 * weight:g} times from the second iteration on"
                )
                note = Note(f"'{reader.name}' reads it", top.uses[0].span)
                yield self.report(context, message, layer.block.span("loss_weight"), [note])
