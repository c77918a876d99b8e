"""A Deconvolution with `stride_h` and no `stride_w`, or the other way round.

The one that is not given is 0 for Caffe, not 1. A Convolution dies of a division by 0; a Deconvolution puts
all columns of its input on top of one another: 4 columns and a kernel of 3 make 3 columns.

Bad:
    layer { type: "Deconvolution" … convolution_param { kernel_size: 3 stride_h: 2 } }

Good:
    layer { type: "Deconvolution" … convolution_param { kernel_size: 3 stride_h: 2 stride_w: 1 } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext
from caffe_lint.net import Layer


class HalfAStride(LayerRule):
    code = "CL215"
    name = "half-a-stride"
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset({"Deconvolution"})

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        param = layer.block.block("convolution_param")
        given = [name for name in ("stride_h", "stride_w") if param.has(name)]
        zero = [name for name in ("stride_h", "stride_w") if given and param.integer(name) == 0]
        if zero and layer in context.shapes.params:
            message = f"'{zero[0]}' of '{layer.name}' is 0, which puts all of the input in one place"
            yield self.report(context, message, param.span(zero[0] if param.has(zero[0]) else given[0]))
