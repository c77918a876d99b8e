"""Pooling windows that lie outside of the image.

Caffe rounds the number of windows up. Where the stride is larger than the kernel, the last window can begin
behind the last row or column: it covers nothing, and MAX pooling puts out -3.4e38 there, AVE pooling NaN.

Bad (`data` is 2x3x8x8):
    layer { type: "Pooling" bottom: "data" top: "pool1" pooling_param { kernel_size: 1 stride: 2 } }

Good:
    layer {
      type: "Pooling" bottom: "data" top: "pool1" pooling_param { kernel_size: 1 stride: 2 round_mode: FLOOR }
    }
"""

from collections.abc import Iterator

from caffe_lint.layers import PoolWindow, Sliding, sliding_windows
from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext
from caffe_lint.net import Layer
from caffe_lint.schema import BVLC

_NOTHING = {"MAX": "-3.4e38", "AVE": "NaN", "STOCHASTIC": "nothing"}


class WindowOutside(LayerRule):
    code = "CL213"
    name = "window-outside"
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset({"Pooling"})

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        if BVLC in context.document.dialects:  # others drop the last window for a kernel of 1, too
            outside = [sliding for sliding in sliding_windows(layer, context.shapes) if _is_outside(sliding)]
            if outside:
                yield self._report(context, layer, outside[0])

    def _report(self, context: NetContext, layer: Layer, sliding: Sliding) -> Diagnostic:
        param = layer.block.block("pooling_param")
        axis, size, window = sliding
        message = (
            f"the last window of '{layer.name}' lies outside of axis {axis} of '{layer.bottoms[0].name}' "
            f"(size {size}): {window.arithmetic(size)} windows with stride {window.stride}; "
            f"{param.enum('pool')} puts out {_NOTHING[param.enum('pool')]} there"
        )
        stride = next((name for name in ("stride", "stride_h", "stride_w") if param.has(name)), "kernel_size")
        return self.report(context, message, param.span(stride))


def _is_outside(sliding: Sliding) -> bool:
    window = sliding.window
    if not isinstance(window, PoolWindow) or window.kernel is None:
        return False
    count = window.output(sliding.size)
    return count is not None and count > 1 and (count - 1) * window.stride - window.pad >= sliding.size
