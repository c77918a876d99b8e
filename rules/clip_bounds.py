"""A Clip layer that leaves a single value.

Its bounds have no defaults: without a `clip_param` Caffe takes 0 for both, and every output is 0. Where `min`
is not below `max`, every output is `min`.

Bad:
    layer { name: "clip1" type: "Clip" bottom: "data" top: "clip1" }

Good:
    layer { name: "clip1" type: "Clip" bottom: "data" top: "clip1" clip_param { min: 0 max: 6 } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext
from caffe_lint.net import Layer


class ClipBounds(LayerRule):
    code = "CL222"
    name = "clip-bounds"
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset({"Clip"})

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        param = layer.block.block("clip_param")
        if not layer.block.has("clip_param"):
            message = f"'{layer.name}' has no 'clip_param': both bounds are 0, and so is every output"
            yield self.report(context, message, layer.name_span)
        elif param.has("min") and param.has("max") and param.real("min") >= param.real("max"):
            least, most = param.real("min"), param.real("max")
            message = f"'min' {least:g} is not below 'max' {most:g}: every output is {least:g}"
            yield self.report(context, message, param.span("min"))
