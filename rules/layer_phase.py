"""A layer's own `phase`, which does not say in which phase the layer exists.

Caffe filters layers by their `include` and `exclude` rules only. The layer's field `phase` makes it run as
if the net were in that phase, which matters to Dropout, BatchNorm and a few other types; a layer of any
other type is simply there in both phases.

Bad:
    layer { name: "half" type: "Power" bottom: "fc1" top: "fc1" phase: TEST power_param { scale: 0.5 } }

Good:
    layer {
      name: "half" type: "Power" bottom: "fc1" top: "fc1" include { phase: TEST } power_param { scale: 0.5 }
    }
"""

from collections.abc import Iterator

from caffe_lint.layers import find, reads_phase
from caffe_lint.lint import Claim, Diagnostic, DocumentRule, Severity
from caffe_lint.net import Document
from caffe_lint.schema import Block


class LayerPhase(DocumentRule):
    code = "CL110"
    name = "layer-phase"
    severity = Severity.WARNING
    claim = Claim.WRONG_FORWARD

    def check(self, document: Document) -> Iterator[Diagnostic]:
        for layer in document.layer_blocks:
            if layer.has("phase"):
                yield self._explain(layer, document.dialects)

    def _explain(self, layer: Block, dialects: tuple[str, ...]) -> Diagnostic:
        name, span = layer.string("name"), layer.span("phase")
        phase, record = layer.enum("phase"), find(layer.string("type"), dialects)
        if record is None or reads_phase(record):
            message = f"'phase' makes '{name}' run as in {phase} in every state, it exists in all of them"
            return self.report(message, span, severity=Severity.NOTE)
        other = "TEST" if phase == "TRAIN" else "TRAIN"
        message = (
            f"'phase' does nothing here: '{name}' exists in {other} too, "
            f"what keeps it out is 'include {{ phase: {phase} }}'"
        )
        return self.report(message, span)
