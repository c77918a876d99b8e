"""Another layer reads the loss of a loss layer, and that switches the loss off.

A loss layer without a `loss_weight` has a weight of 1, but it keeps it only while nobody reads its top. If
the reader leads to no other loss (Silence, or a sum without a `loss_weight`), Caffe skips the loss layer:
its log says "loss does not need backward computation." and the gradients are 0. If the reader has a loss
weight itself, only the gradient that comes through the reader is left, while the reported loss counts both.

Bad:
    layer { name: "loss" type: "EuclideanLoss" bottom: "score" bottom: "target" top: "loss" }
    layer { name: "quiet" type: "Silence" bottom: "loss" }

Good:
    layer { name: "loss" type: "EuclideanLoss" bottom: "score" bottom: "target" top: "loss" }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, NetContext, Note, Severity, TrainingRule
from caffe_lint.net import Blob


class LossSwitchedOff(TrainingRule):
    code = "CL601"
    name = "loss-switched-off"
    claim = Claim.WRONG_GRADIENT

    def check_training(self, context: NetContext) -> Iterator[Diagnostic]:
        backward = context.backward
        for layer in backward.weights:
            top = layer.tops[0] if layer.tops else None
            is_implied = not layer.block.has("loss_weight")
            if is_implied and top is not None and top.uses and layer in backward.learning:
                yield from self._explain(context, top)

    def _explain(self, context: NetContext, top: Blob) -> Iterator[Diagnostic]:
        readers = [use.layer for use in top.uses]
        if any(context.shapes.record(reader) is None for reader in readers):
            return
        contributing = [reader for reader in readers if reader in context.backward.contributing]
        reader = contributing[0] if contributing else readers[0]
        notes = [Note(f"'{reader.name}' reads it", reader.name_span)]
        loss = f"the loss of '{top.layer.name}' is read by '{reader.name}' ({reader.type})"
        if contributing:
            message = f"{loss}, so its own weight of 1 counts in the reported loss but not in the gradient"
            yield self.report(context, message, top.span, notes)._replace(severity=Severity.WARNING)
        else:
            message = f"{loss}, which leads to no loss: nothing is trained by it"
            yield self.report(context, message, top.span, notes)
