"""A layer has several tops with loss weights, and another layer reads one of them.

Caffe moves the weight of the top that is read to an implicit copy of the blob and then clears all weights of
the layer: the other tops count nothing any more, neither in the loss nor in the gradients.

Bad:
    layer { name: "cut" type: "Slice" bottom: "fc" top: "a" top: "b" loss_weight: 1 loss_weight: 2 }
    layer { name: "half" type: "Power" bottom: "a" top: "half" power_param { scale: 0.5 } }

Good:
    layer { name: "cut" type: "Slice" bottom: "fc" top: "a" top: "b" }
    layer { name: "half" type: "Power" bottom: "a" top: "half" power_param { scale: 0.5 } }
    layer { name: "sum_a" type: "Reduction" bottom: "a" top: "sum_a" loss_weight: 1 }
    layer { name: "sum_b" type: "Reduction" bottom: "b" top: "sum_b" loss_weight: 2 }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, NetContext, Note, TrainingRule


class LostLossWeight(TrainingRule):
    code = "CL603"
    name = "lost-loss-weight"
    claim = Claim.WRONG_GRADIENT

    def check_training(self, context: NetContext) -> Iterator[Diagnostic]:
        for layer, used in context.backward.cleared.items():
            reader = used.uses[0]
            notes = [Note(f"'{reader.layer.name}' reads '{used.name}'", reader.span)]
            weights = layer.block.fields("loss_weight")
            for top, weight in zip(layer.tops, weights, strict=False):
                if not top.uses and context.backward.weight(top):
                    message = (
                        f"the loss weight of '{top.name}' is lost: "
                        f"Caffe clears all weights of '{layer.name}', since '{used.name}' is read"
                    )
                    yield self.report(context, message, weight.span, notes)
