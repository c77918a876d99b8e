"""A layer whose weights start at 0 in front of a ReLU: it never learns.

Caffe fills weights with 0 unless a `weight_filler` says otherwise. With a bias of 0 the layer puts out 0, the
ReLU behind it lets no gradient of 0 through, and so it stays: all gradients of the layer, and of what is
below it only, are 0 in every iteration.

A net that goes on from trained weights needs no fillers: the rule speaks only where several times as many
layers of the net have one (three times; option `filled`).

Bad:
    layer { name: "conv1" type: "Convolution" … convolution_param { num_output: 4 kernel_size: 3 } }
    layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }

Good:
    layer {
      name: "conv1" type: "Convolution" …
      convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "msra" } }
    }
    layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
"""

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from caffe_lint.layers import constant_of
from caffe_lint.lint import Claim, Diagnostic, NetContext, Severity, TrainingRule
from caffe_lint.net import Blob, Layer
from caffe_lint.schema import Block


class DeadWeightsOptions(NamedTuple):
    """What settings may change."""

    filled: Annotated[float, "How many layers with filled weights must stand for each one without."] = 3


class DeadWeights(TrainingRule):
    code = "CL308"
    name = "dead-weights"
    severity = Severity.WARNING
    claim = Claim.WRONG_GRADIENT
    options = DeadWeightsOptions()

    def check_training(self, context: NetContext) -> Iterator[Diagnostic]:
        learners = [
            (layer, param) for layer in context.net.layers if (param := _weights(context, layer)) is not None
        ]
        unfilled = [
            (layer, param) for layer, param in learners if constant_of(param.block("weight_filler")) == 0
        ]
        if not unfilled or len(learners) - len(unfilled) < self.options.filled * len(unfilled):
            return
        for layer, param in unfilled:
            is_silent = not param.boolean("bias_term") or constant_of(param.block("bias_filler")) == 0
            if layer in context.backward.running and is_silent and all(map(_ends_in_relu, layer.tops)):
                message = (
                    f"the weights of '{layer.name}' start at 0 in front of a ReLU, "
                    "which lets no gradient back: it never learns"
                )
                yield self.report(context, message, param.span("weight_filler"))


def _weights(context: NetContext, layer: Layer) -> Block | None:
    """The parameters of a layer that fills weights of its own and trains them."""
    record = context.shapes.record(layer)
    if record is None or record.param is None or layer.block.has("blobs"):
        return None
    param = layer.block.block(record.param)
    if (
        not {"weight_filler", "bias_term"} <= param.type.fields.keys()
        or context.shapes.params.get(layer) == ()
    ):
        return None
    spec = layer.params[0] if layer.params else None
    is_own = spec is None or (spec.owner is None and spec.block.real("lr_mult") != 0)
    return param if is_own else None


def _ends_in_relu(top: Blob) -> bool:
    """Whether a blob of zeros meets ReLUs only, perhaps behind a BatchNorm or Scale that keeps it 0."""
    return bool(top.uses) and all(_stops(use.layer) for use in top.uses)


def _stops(layer: Layer) -> bool:
    if layer.type == "ReLU":
        return layer.block.block("relu_param").real("negative_slope") == 0
    keeps_zero = layer.type == "BatchNorm" or (
        layer.type == "Scale"
        and len(layer.bottoms) == 1
        and constant_of(layer.block.block("scale_param").block("bias_filler")) == 0
    )
    return keeps_zero and all(map(_ends_in_relu, layer.tops))
