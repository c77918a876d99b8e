"""A layer with weights has no name, and it is not the only one without.

Caffe loads the net. Weights are saved and loaded by layer name, an empty one included: when they are read
back, those of all layers without a name go into the first one, which aborts with "Incompatible number of
blobs for layer" or leaves the others with their random initialisation.

Bad:
    layer { type: "InnerProduct" bottom: "a" top: "b" inner_product_param { num_output: 2 } }
    layer { type: "InnerProduct" bottom: "b" top: "c" inner_product_param { num_output: 2 } }

Good:
    layer { name: "fc1" type: "InnerProduct" bottom: "a" top: "b" inner_product_param { num_output: 2 } }
    layer { name: "fc2" type: "InnerProduct" bottom: "b" top: "c" inner_product_param { num_output: 2 } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, NetContext, NetRule, Note, Severity


class UnnamedLayer(NetRule):
    code = "CL112"
    name = "unnamed-layer"
    severity = Severity.WARNING
    claim = Claim.WASTE

    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        unnamed = [layer for layer in context.net.layers if not layer.name and not layer.is_damaged]
        for layer in unnamed if len(unnamed) > 1 else ():
            if context.shapes.params.get(layer):
                other = unnamed[0] if layer is not unnamed[0] else unnamed[1]
                message = f"this {layer.type} has weights but no name, and weights are loaded by name"
                yield self.report(
                    context, message, layer.type_span, [Note("another layer without a name", other.type_span)]
                )
