"""A layer adds to the gradient of a shared blob, although none is asked of it.

`propagate_down: false` should keep a layer's gradient away from its bottom. Some layer types write it all the
same, or use its memory as a buffer: BatchNorm, Flatten, Reshape, Softmax, LRN, MVN, Scale, Im2col and the
recurrent ones, HingeLoss even as a mere monitor with `loss_weight: 0`. Where other layers read the blob too,
Caffe sums all of it up (measured for a Flatten: the gradients below are off by more than their own size).

Bad:
    layer { name: "flat" type: "Flatten" bottom: "conv1" top: "flat" propagate_down: false }
    layer { name: "fc" type: "InnerProduct" bottom: "conv1" top: "fc" inner_product_param { num_output: 2 } }

Good:
    layer {
      name: "aside" type: "InnerProduct" bottom: "conv1" top: "aside" propagate_down: false
      inner_product_param { num_output: 2 }
    }
    layer { name: "fc" type: "InnerProduct" bottom: "conv1" top: "fc" inner_product_param { num_output: 2 } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, NetContext, Note, TrainingRule
from caffe_lint.net import Use


class LeakingGradient(TrainingRule):
    code = "CL605"
    name = "leaking-gradient"
    claim = Claim.WRONG_GRADIENT

    def check_training(self, context: NetContext) -> Iterator[Diagnostic]:
        for layer in context.net.layers:
            if layer.bottoms and context.backward.leaks(layer.bottoms[0]):
                yield self._report(context, layer.bottoms[0])

    def _report(self, context: NetContext, use: Use) -> Diagnostic:
        layer, flags = use.layer, use.layer.block.fields("propagate_down")
        what = f"'{layer.name}' adds to the gradient of '{use.name}'"
        message = f"it trains nothing, but a {layer.type} leaks: {what}"
        if flags:
            message = f"'propagate_down: false' does not hold a {layer.type} back: {what}"
        others = [other for other in use.blob.uses if other is not use] if use.blob else []
        notes = [Note(f"'{other.layer.name}' reads it too", other.span) for other in others[:1]]
        return self.report(context, message, flags[0].span if flags else use.span, notes)
