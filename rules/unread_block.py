"""A layer has the parameters of another layer type.

Caffe does not look at them: the layer works with the defaults of its own type.

Bad:
    layer { name: "norm1" type: "LRN" bottom: "data" top: "norm1" pooling_param { kernel_size: 3 stride: 2 } }

Good:
    layer { name: "norm1" type: "LRN" bottom: "data" top: "norm1" lrn_param { local_size: 3 } }
"""

from collections.abc import Iterator

from caffe_lint.layers import reads_block
from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext, Severity
from caffe_lint.net import Layer
from caffe_lint.schema import BVLC, Kind

_LEFT_OVER = ("Softmax", "loss_param")
"""A Softmax that was a SoftmaxWithLoss before the net was made ready for deployment."""


class UnreadBlock(LayerRule):
    code = "CL307"
    name = "unread-block"
    severity = Severity.WARNING
    claim = Claim.WASTE

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        record = context.shapes.record(layer)
        if record is None:
            return
        others = [name for name in layer.block.names if name.endswith("_param") and name != record.param]
        for name in others:
            if _is_of_bvlc(layer, name) and not reads_block(record, name):
                own = f", its own parameters stand in '{record.param}'" if record.param else ""
                message = f"'{name}' does nothing: '{layer.name}' is of type {layer.type}{own}"
                finding = self.report(context, message, layer.block.span(name))
                is_harmless = (layer.type, name) == _LEFT_OVER
                yield finding._replace(severity=Severity.NOTE) if is_harmless else finding


def _is_of_bvlc(layer: Layer, name: str) -> bool:
    """Whether a field is a block of parameters that BVLC's Caffe knows; who reads the others is not known."""
    field = layer.block.type.field(name)
    return field is not None and field.kind is Kind.MESSAGE and BVLC in field.repos
