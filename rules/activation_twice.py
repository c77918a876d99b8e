"""A loss layer that has the activation built in stands behind that activation.

SoftmaxWithLoss computes the softmax of its scores, SigmoidCrossEntropyLoss the sigmoid. On top of a Softmax
or Sigmoid layer they do so a second time: Caffe trains on squashed probabilities, and a perfect prediction
of 2 classes still costs a loss of 0.31.

Bad:
    layer { name: "prob" type: "Softmax" bottom: "score" top: "prob" }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "prob" bottom: "label" top: "loss" }

Good:
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "label" top: "loss" }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext, Note, Severity
from caffe_lint.net import Layer

_BUILT_IN = {"SoftmaxWithLoss": "Softmax", "InfogainLoss": "Softmax", "SigmoidCrossEntropyLoss": "Sigmoid"}


class ActivationTwice(LayerRule):
    code = "CL604"
    name = "activation-twice"
    severity = Severity.WARNING
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset(_BUILT_IN)

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        scores = layer.bottoms[0].blob if layer.bottoms else None
        activation = _BUILT_IN[layer.type]
        if scores is not None and scores.layer.type == activation:
            message = f"{layer.type} '{layer.name}' does what '{scores.layer.name}' has done: a {activation}"
            note = Note(f"the {activation} layer", scores.layer.name_span)
            yield self.report(context, message, layer.bottoms[0].span, [note])
