"""A loss that does not get one label for each item.

HingeLoss and ContrastiveLoss read the first N values of their labels, for a batch of N, and do not look at
the shape. With several values for each item Caffe takes those of the first item for labels of the others;
with fewer it reads foreign memory.

Bad (`score` is 2x5):
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 2 dim: 5 } } }
    layer { name: "loss" type: "HingeLoss" bottom: "score" bottom: "label" top: "loss" }

Good:
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 2 } } }
    layer { name: "loss" type: "HingeLoss" bottom: "score" bottom: "label" top: "loss" }
"""

from collections.abc import Iterator
from math import prod

from caffe_lint.layers import show_shape
from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext, Note
from caffe_lint.net import Layer

_LABELS = {"HingeLoss": 1, "ContrastiveLoss": 2}
"""The bottom that holds the labels."""


class LabelCount(LayerRule):
    code = "CL221"
    name = "label-count"
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset(_LABELS)

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        shapes = context.shapes
        if layer not in shapes.params:
            return
        items, labels = layer.bottoms[0], layer.bottoms[_LABELS[layer.type]]
        scored, given = shapes.shape(items.blob), shapes.shape(labels.blob)
        if not scored or scored[0] is None or given is None:
            return
        dims = [dim for dim in given if dim is not None]
        if len(dims) == len(given) and prod(dims) != scored[0]:
            message = (
                f"{layer.type} '{layer.name}' reads one label for each of {scored[0]} items, "
                f"'{labels.name}' ({show_shape(given)}) holds {prod(dims)}"
            )
            note = Note(f"'{items.name}' is {show_shape(scored)}", items.span)
            yield self.report(context, message, labels.span, [note])
