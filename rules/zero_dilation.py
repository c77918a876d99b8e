"""A kernel with `dilation: 0`, all of whose elements lie on one pixel.

No dilation is 1. Caffe does not check for 0: the kernel takes the room of a single element, and all of it
reads the same pixel.

Bad:
    convolution_param { num_output: 4 kernel_size: 3 dilation: 0 }

Good:
    convolution_param { num_output: 4 kernel_size: 3 dilation: 1 }
"""

from collections.abc import Iterator

from caffe_lint.layers import Window, sliding_windows
from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext
from caffe_lint.net import Layer


class ZeroDilation(LayerRule):
    code = "CL220"
    name = "zero-dilation"
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset({"Convolution", "Deconvolution", "Im2col"})

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        param = layer.block.block("convolution_param")
        if 0 not in param.integers("dilation"):
            return
        for axis, _, window in sliding_windows(layer, context.shapes):
            if isinstance(window, Window) and window.dilation == 0 and window.kernel > 1:
                message = (
                    f"'dilation' of '{layer.name}' is 0: all {window.kernel} elements of the kernel "
                    f"along axis {axis} lie on one, no dilation is 1"
                )
                yield self.report(context, message, param.span("dilation"))
                return
