"""A Scale layer whose factors all start at 0.

Without a `filler` Caffe starts a Scale with factors of 1. A filler that says no value is a constant 0:
`filler { }` makes every output 0, and no gradient comes through to the layers below.

Bad:
    layer { name: "scale1" type: "Scale" bottom: "data" top: "scale1" scale_param { filler { } } }

Good:
    layer { name: "scale1" type: "Scale" bottom: "data" top: "scale1" scale_param { filler { value: 1 } } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext, Severity
from caffe_lint.net import Layer


class ZeroScale(LayerRule):
    code = "CL305"
    name = "zero-scale"
    severity = Severity.WARNING
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset({"Scale"})

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        param = layer.block.block("scale_param")
        filler = param.block("filler")
        is_zero = filler.string("type") == "constant" and not filler.has("value")
        if param.has("filler") and is_zero and len(layer.bottoms) == 1:
            message = f"the factors of '{layer.name}' start at 0: this filler is a constant without a 'value'"
            yield self.report(context, message, filler.place)
