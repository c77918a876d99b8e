"""A constant label that is no class of the loss.

Classes count from 0. Caffe, as it is built for use, does not check labels: it reads the score of another item
or foreign memory, and writes the gradient there, which may crash it.

Bad (`score` is 2x5):
    layer {
      name: "label" type: "DummyData" top: "label"
      dummy_data_param { data_filler { value: 5 } shape { dim: 2 } }
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "label" top: "loss" }

Good:
    layer {
      name: "label" type: "DummyData" top: "label"
      dummy_data_param { data_filler { value: 4 } shape { dim: 2 } }
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "label" top: "loss" }
"""

from collections.abc import Iterator
from math import prod

from caffe_lint.layers import Shape, constant_of, dummy_fillers, show_shape
from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext, Note
from caffe_lint.net import Layer

_AXIS_OF = {"InfogainLoss": "infogain_loss_param", "SoftmaxWithLoss": "softmax_param"}
"""The block that names the axis of the classes."""


class LabelOutOfRange(LayerRule):
    code = "CL613"
    name = "label-out-of-range"
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset({*_AXIS_OF, "HingeLoss", "MultinomialLogisticLoss"})

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        if layer not in context.shapes.params:
            return
        scores, labels = layer.bottoms[:2]
        shape = context.shapes.shape(scores.blob)
        classes = _classes(layer, shape)
        if classes is None:
            return
        for filler in dummy_fillers(labels.blob):
            label = constant_of(filler)
            if label is not None and not _is_allowed(layer, label, classes):
                message = f"labels of '{layer.name}' are {label:g}, its classes are 0 to {classes - 1}"
                notes = [
                    Note(f"'{scores.name}' is {show_shape(shape)}", scores.span),
                    Note("they are filled here", filler.place),
                ]
                yield self.report(context, message, labels.span, notes)


def _classes(layer: Layer, scores: Shape) -> int | None:
    """softmax_loss_layer.cpp and infogain_loss_layer.cpp: one axis; the others: all but the first."""
    dims = [dim for dim in scores or () if dim is not None]
    if scores is None or len(dims) < len(scores) or len(dims) < 2:
        return None
    block = _AXIS_OF.get(layer.type)
    return prod(dims[1:]) if block is None else dims[layer.block.block(block).integer("axis")]


def _is_allowed(layer: Layer, value: float, classes: int) -> bool:
    """Whether a label, of which Caffe cuts off what stands behind the point, is a class or ignored."""
    if -1 < value < classes:
        return True
    param = layer.block.block("loss_param")
    return (
        layer.type in _AXIS_OF and param.has("ignore_label") and param.integer("ignore_label") == int(value)
    )
