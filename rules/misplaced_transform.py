"""A data layer has `scale`, `mean_file`, `crop_size` or `mirror` in the wrong block.

The old place of these fields is `data_param` or `image_data_param`. Caffe moves them to `transform_param`
when it upgrades `layers { type: DATA }`, but not in `layer { type: "Data" }`: there it ignores them without
a word, and the net gets images of full size, not scaled, with their mean.

A WindowData reads `scale` from its own block, `window_data_param`: in `transform_param` it does nothing,
nor does it in `layers { type: WINDOW_DATA }`, since Caffe moves it there.

Bad:
    layer { name: "data" type: "ImageData" image_data_param { source: "list.txt" scale: 0.00390625 } }

Good:
    layer {
      name: "data" type: "ImageData" image_data_param { source: "list.txt" }
      transform_param { scale: 0.00390625 }
    }
"""

from collections.abc import Iterator

from caffe_lint.layers import find
from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext, Severity
from caffe_lint.net import Layer
from caffe_lint.schema import BVLC

_TRANSFORM_FIELDS = ("scale", "mean_file", "crop_size", "mirror")


class MisplacedTransform(LayerRule):
    code = "CL607"
    name = "misplaced-transform"
    severity = Severity.WARNING
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset({"Data", "ImageData", "WindowData"})

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        record = find(layer.type, context.net.dialects)
        if record is None or record.param is None or BVLC not in context.document.dialects:
            return
        param = layer.block.block(record.param)
        own_scale = layer.type == "WindowData"  # window_data_layer.cpp, load_batch
        for name in _TRANSFORM_FIELDS:
            if param.has(name) and not (own_scale and name == "scale"):
                message = f"'{name}' does nothing in '{record.param}': its place is 'transform_param'"
                yield self.report(context, message, param.span(name))
        transform = layer.block.block("transform_param")
        if own_scale and transform.has("scale"):
            message = (
                "'scale' does nothing: Caffe has it in 'transform_param', "
                "where a WindowData does not look for it, but in 'window_data_param'"
            )
            yield self.report(context, message, transform.span("scale"))
