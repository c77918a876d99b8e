"""A gradient is asked of a layer that has none to give.

Caffe loads the net and aborts in the first backward pass: "cannot backpropagate to label inputs." where
labels come from layers that learn, "Not Implemented Yet" where ArgMax, Threshold or Accuracy stand between a
loss and layers that learn.

Bad (both InnerProducts learn):
    layer { name: "student" type: "InnerProduct" bottom: "data" top: "student" … }
    layer { name: "teacher" type: "InnerProduct" bottom: "data" top: "teacher" … }
    layer { name: "loss" type: "SigmoidCrossEntropyLoss" bottom: "student" bottom: "teacher" top: "loss" }

Good:
    layer { name: "student" type: "InnerProduct" bottom: "data" top: "student" … }
    layer { name: "teacher" type: "InnerProduct" bottom: "data" top: "teacher" … }
    layer {
      name: "loss" type: "SigmoidCrossEntropyLoss" bottom: "student" bottom: "teacher" top: "loss"
      propagate_down: true propagate_down: false
    }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, NetContext, Note, TrainingRule
from caffe_lint.net import Layer, Use

_REFUSED = {
    "Accuracy": (0, 1),
    "ArgMax": (0,),
    "BatchReindex": (1,),
    "Embed": (0,),
    "HingeLoss": (1,),
    "InfogainLoss": (1, 2),
    "LSTM": (1,),
    "LSTMUnit": (2,),
    "MultinomialLogisticLoss": (1,),
    "RNN": (1,),
    "SigmoidCrossEntropyLoss": (1,),
    "SoftmaxWithLoss": (1,),
    "Threshold": (0,),
}
"""The bottoms whose gradient makes Backward of a type abort; of a Filter it is the last one."""


class RefusedGradient(TrainingRule):
    code = "CL612"
    name = "refused-gradient"
    claim = Claim.WRONG_GRADIENT

    def check_training(self, context: NetContext) -> Iterator[Diagnostic]:
        surely = context.backward.surely_learning
        for layer in context.net.layers:
            for use in _refused(layer) if layer in context.backward.running else ():
                if use in context.backward.asked and use.blob and use.blob.layer in surely:
                    message = (
                        f"{layer.type} '{layer.name}' has no gradient for '{use.name}', and one is asked: "
                        "the first backward pass aborts"
                    )
                    note = Note(f"'{use.blob.layer.name}' learns, or stands above what does", use.blob.span)
                    yield self.report(context, message, use.span, [note])
                    break


def _refused(layer: Layer) -> list[Use]:
    if layer.type == "Filter":
        return layer.bottoms[-1:]
    return [layer.bottoms[index] for index in _REFUSED.get(layer.type, ()) if index < len(layer.bottoms)]
