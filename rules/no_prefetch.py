"""A data layer that prefetches no batch.

Caffe loads the net, and the first forward pass waits forever: with `prefetch: 0` there is no buffer that the
reading thread could fill.

Bad:
    layer { name: "data" type: "Data" … data_param { source: "train_lmdb" batch_size: 64 prefetch: 0 } }

Good:
    layer { name: "data" type: "Data" … data_param { source: "train_lmdb" batch_size: 64 prefetch: 4 } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext
from caffe_lint.net import Layer
from caffe_lint.schema import BVLC


class NoPrefetch(LayerRule):
    code = "CL610"
    name = "no-prefetch"
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset({"Data", "ImageData", "WindowData"})

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        param = layer.block.block("data_param")
        if BVLC in context.document.dialects and param.has("prefetch") and param.integer("prefetch") == 0:
            message = f"'{layer.name}' has no batch to read into: the first forward pass waits forever"
            yield self.report(context, message, param.span("prefetch"))
