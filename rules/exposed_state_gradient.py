"""A loss depends on the final state of a recurrent layer, and no gradient comes back from there.

With `expose_hidden: true` an LSTM or RNN layer has its last state as additional tops. Caffe's Backward does
not read their gradients: if the loss depends on nothing else, all gradients of the layer are 0.

Bad (`h` is 3x2x5, `h_T` 1x2x5):
    layer {
      name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" bottom: "h_0" bottom: "c_0"
      top: "h" top: "h_T" top: "c_T" recurrent_param { num_output: 5 expose_hidden: true }
    }
    layer { name: "loss" type: "EuclideanLoss" bottom: "h_T" bottom: "target" top: "loss" }

Good:
    layer {
      name: "cut" type: "Slice" bottom: "h" top: "before" top: "last" slice_param { axis: 0 slice_point: 2 }
    }
    layer { name: "loss" type: "EuclideanLoss" bottom: "last" bottom: "target" top: "loss" }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, NetContext, Note, TrainingRule


class ExposedStateGradient(TrainingRule):
    code = "CL608"
    name = "exposed-state-gradient"
    claim = Claim.WRONG_GRADIENT

    def check_training(self, context: NetContext) -> Iterator[Diagnostic]:
        backward = context.backward
        for layer in context.net.layers:
            if layer.type not in ("LSTM", "RNN") or layer not in backward.running:
                continue
            for top in layer.tops[1:]:
                use = next((use for use in top.uses if use in backward.asked), None)
                if use is not None:
                    message = f"no gradient comes back through '{top.name}', a final state of '{layer.name}'"
                    note = Note(f"'{use.layer.name}', which leads to a loss, reads it", use.span)
                    yield self.report(context, message, top.span, [note])
