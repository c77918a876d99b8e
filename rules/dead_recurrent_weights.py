"""A recurrent layer whose weights start at 0, so that it never learns.

Caffe fills the weights with 0 unless a `weight_filler` says otherwise. An RNN layer, which has a product
behind its state, then gets gradients of 0 for all but its last bias, in every iteration. An LSTM gets over it
by itself, but not if all that reads its output has weights of 0 too.

A net that goes on from trained weights needs no fillers: the rule speaks only where at least as many layers
of the net have one (option `filled`).

Bad:
    layer { name: "rnn" type: "RNN" bottom: "x" bottom: "cont" top: "o" recurrent_param { num_output: 5 } }

Good:
    layer {
      name: "rnn" type: "RNN" bottom: "x" bottom: "cont" top: "o"
      recurrent_param { num_output: 5 weight_filler { type: "xavier" } }
    }
"""

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from caffe_lint.layers import constant_of
from caffe_lint.lint import Claim, Diagnostic, NetContext, Severity, TrainingRule
from caffe_lint.net import Layer
from caffe_lint.recurrent.native import NATIVE


class DeadRecurrentWeightsOptions(NamedTuple):
    """What settings may change."""

    filled: Annotated[float, "How many layers with filled weights must stand for each one without."] = 1


class DeadRecurrentWeights(TrainingRule):
    code = "CL522"
    name = "dead-recurrent-weights"
    severity = Severity.WARNING
    claim = Claim.WRONG_GRADIENT
    options = DeadRecurrentWeightsOptions()

    def check_training(self, context: NetContext) -> Iterator[Diagnostic]:
        if not any(layer.type in NATIVE for layer in context.net.layers):
            return
        zero = {layer: _starts_at_zero(context, layer) for layer in context.net.layers}
        learners = [is_zero for is_zero in zero.values() if is_zero is not None]
        if not any(learners) or len(learners) - sum(learners) < self.options.filled * sum(learners):
            return
        for layer in context.net.layers:
            if layer.type not in NATIVE or not zero[layer] or layer not in context.backward.running:
                continue
            param = layer.block.block("recurrent_param")
            readers = [use.layer for use in layer.tops[0].uses if use in context.backward.asked]
            if constant_of(param.block("bias_filler")) != 0:
                continue
            if layer.type == "RNN":
                message = f"the weights of RNN '{layer.name}' start at 0: only its last bias ever learns"
            elif readers and all(zero.get(reader) for reader in readers):
                message = (
                    f"the weights of '{layer.name}' and of all that reads it start at 0: it never learns"
                )
            else:
                continue
            yield self.report(context, message, param.span("weight_filler"))


def _starts_at_zero(context: NetContext, layer: Layer) -> bool | None:
    """Whether the weights that a layer trains are filled with 0; None if it has none of its own."""
    record = context.shapes.record(layer)
    if record is None or record.param is None or layer.block.has("blobs"):
        return None
    param = layer.block.block(record.param)
    if "weight_filler" not in param.type.fields or not context.shapes.params.get(layer):
        return None
    if any(spec.owner is not None or spec.block.real("lr_mult") == 0 for spec in layer.params):
        return None
    return constant_of(param.block("weight_filler")) == 0
