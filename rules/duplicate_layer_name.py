"""Two layers of one state have the same name.

Caffe loads the net. Weights are saved and loaded by layer name: both layers' weights are written, and
when they are read back all go into the first layer; the others keep their random initialisation. An HDF5
snapshot aborts.

Bad:
    layer { name: "fc" type: "InnerProduct" bottom: "a" top: "b" inner_product_param { num_output: 2 } }
    layer { name: "fc" type: "InnerProduct" bottom: "b" top: "c" inner_product_param { num_output: 2 } }

Good:
    layer { name: "fc1" type: "InnerProduct" bottom: "a" top: "b" inner_product_param { num_output: 2 } }
    layer { name: "fc2" type: "InnerProduct" bottom: "b" top: "c" inner_product_param { num_output: 2 } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, NetContext, NetRule, Note, Severity
from caffe_lint.net import Layer


class DuplicateLayerName(NetRule):
    code = "CL105"
    name = "duplicate-layer-name"
    severity = Severity.WARNING
    claim = Claim.WASTE
    reads_names_only = True

    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        first: dict[str, Layer] = {}
        for layer in context.net.layers:
            same = first.setdefault(layer.name, layer)
            if same is not layer and layer.name:
                message = (
                    f"a second layer is named '{layer.name}': weights are saved and loaded by layer name"
                )
                note = Note("the first one", same.name_span)
                finding = self.report(context, message, layer.name_span, [note])
                learns = self._may_learn(context, layer) or self._may_learn(context, same)
                yield finding if learns else finding._replace(severity=Severity.NOTE)

    def _may_learn(self, context: NetContext, layer: Layer) -> bool:
        return context.shapes.params.get(layer) != ()
