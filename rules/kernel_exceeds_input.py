"""The kernel of a convolution is larger than its padded input.

Caffe means to reject this. But it divides towards 0: with a stride that is larger than what is missing it
makes an output of size 1 all the same, of a kernel that is cut off at the end of the image.

Bad (`data` is 2x3x2x2):
    layer { type: "Convolution" … convolution_param { num_output: 4 kernel_size: 3 stride: 2 } }

Good:
    layer { type: "Convolution" … convolution_param { num_output: 4 kernel_size: 2 stride: 2 } }
"""

from collections.abc import Iterator

from caffe_lint.layers import Sliding, Window, sliding_windows
from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext
from caffe_lint.net import Layer


class KernelExceedsInput(LayerRule):
    code = "CL214"
    name = "kernel-exceeds-input"
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset({"Convolution", "Im2col"})

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        too_small = [sliding for sliding in sliding_windows(layer, context.shapes) if _exceeds(sliding)]
        if too_small:
            yield self._report(context, layer, too_small[0])

    def _report(self, context: NetContext, layer: Layer, sliding: Sliding) -> Diagnostic:
        axis, size, window = sliding
        message = (
            f"{window} is larger than axis {axis} of '{layer.bottoms[0].name}': "
            f"{window.arithmetic(size)} since Caffe divides towards 0, and the kernel is cut off"
        )
        param = layer.block.block("convolution_param")
        given = next(
            (name for name in ("kernel_size", "kernel_h", "kernel_w") if param.has(name)), "kernel_size"
        )
        return self.report(context, message, param.span(given))


def _exceeds(sliding: Sliding) -> bool:
    _, size, window = sliding
    is_too_large = isinstance(window, Window) and size + 2 * window.pad < window.extent
    return is_too_large and window.output(size) == 1
