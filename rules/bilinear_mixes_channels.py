"""A Deconvolution with bilinear weights that mixes all channels.

A bilinear filler fills every pair of an input and an output channel with the same kernel. With `group: 1`
each output is the enlarged sum of all inputs, the same for all outputs. To enlarge each channel by itself
takes `group` and `num_output` equal to the number of channels; Caffe does not tell the difference.

Bad (`data` has 3 channels):
    convolution_param { num_output: 3 kernel_size: 4 stride: 2 weight_filler { type: "bilinear" } }

Good:
    convolution_param { num_output: 3 group: 3 kernel_size: 4 stride: 2 weight_filler { type: "bilinear" } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext, Severity
from caffe_lint.net import Layer


class BilinearMixesChannels(LayerRule):
    code = "CL216"
    name = "bilinear-mixes-channels"
    severity = Severity.WARNING
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset({"Deconvolution"})

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        param = layer.block.block("convolution_param")
        learned = context.shapes.params.get(layer, ())
        weight = learned[0] if learned else None
        channels = weight[0] if weight else None
        if channels is None or param.block("weight_filler").string("type") != "bilinear":
            return
        group = param.integer("group")
        if channels > group:
            message = (
                f"bilinear weights sum {channels // group} channels into each output of '{layer.name}': "
                f"'group' is {group}, to enlarge each channel by itself takes {channels}"
            )
            yield self.report(
                context, message, param.span("group" if param.has("group") else "weight_filler")
            )
