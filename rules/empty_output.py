"""A layer puts out a blob without elements.

Caffe loads the net, and aborts in the first forward pass with "Check failed: data_".

Bad (`data` is 2x3x2x2):
    layer { type: "Pooling" bottom: "data" top: "pool1" pooling_param { kernel_size: 3 } }

Good:
    layer { type: "Pooling" bottom: "data" top: "pool1" pooling_param { kernel_size: 2 } }
"""

from collections.abc import Iterator

from caffe_lint.layers import show_shape
from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext, Note
from caffe_lint.net import Layer


class EmptyOutput(LayerRule):
    code = "CL219"
    name = "empty-output"
    claim = Claim.WRONG_FORWARD

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        shapes = context.shapes
        empty = [top for top in layer.tops if 0 in (shapes.shape(top) or ())]
        if not empty or not layer.bottoms:
            return
        bottoms = [(use, shapes.shape(use.blob) or ()) for use in layer.bottoms]
        if all(0 not in shape for _, shape in bottoms):
            top = empty[0]
            what = f"'{top.name}' would have shape {show_shape(shapes.shape(top))}"
            notes = [
                Note(f"'{use.name}' is {show_shape(shape)}", use.span) for use, shape in bottoms if shape
            ]
            yield self.report(context, f"{what}: the first forward pass aborts", top.span, notes)
