"""`propagate_down` is not given once for each bottom.

Caffe aborts with "propagate_down param must be specified either 0 or bottom_size times".

Bad:
    layer { type: "Eltwise" bottom: "a" bottom: "b" propagate_down: true }

Good:
    layer { type: "Eltwise" bottom: "a" bottom: "b" propagate_down: true propagate_down: false }
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, LayerRule, NetContext
from caffe_lint.net import Layer


class PropagateDownCount(LayerRule):
    code = "CL108"
    name = "propagate-down-count"

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        given, bottoms = len(layer.block.fields("propagate_down")), len(layer.bottoms)
        if given not in (0, bottoms):
            message = f"'propagate_down' must be given once for each bottom, found {given} for {bottoms}"
            yield self.report(context, message, layer.block.span("propagate_down"))
