"""Layers in the form of 2013, `layers` with a `layer` inside.

Caffe turns V0 layers (`layers { layer { type: "relu" } }`) into today's form whenever it reads the file,
which computes the same: their fields go into blocks, and layers of type `padding` into the `pad` of those
behind them. Caffe's own tool for the upgrade deletes all comments; the fix keeps them.

Bad:
    layers { layer { name: "ip" type: "innerproduct" num_output: 2 } bottom: "data" top: "ip" }

Good:
    layer {
      name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 2 }
    }
"""

from caffe_lint.lint import OldFormRule
from caffe_lint.net import Document
from caffe_lint.net.upgrade_v0 import LOST_AROUND_LAYERS, LOST_IN_NET
from caffe_lint.text import Edit, Span


class DeprecatedV0Layers(OldFormRule):
    code = "CL811"
    name = "deprecated-v0-layers"

    def find(self, document: Document) -> tuple[str, Span, str] | None:
        net = document.net_settings
        old = [entry for entry in net.blocks("layers") if entry.has("layer")]
        lost = [net.has(name) for name in LOST_IN_NET]
        lost += [entry.has(name) for entry in old for name in LOST_AROUND_LAYERS]
        if not old or any(lost):  # CL803 says what gets lost, which is to be settled first
            return None
        number = f"{len(old)} layers stand" if len(old) > 1 else "a layer stands"
        message = f"{number} in the old form V0, as 'layers {{ layer'; today it is 'layer'"
        return message, net.span("layers"), "write all layers in today's form"

    def renew(self, document: Document) -> tuple[Edit, ...]:
        from caffe_lint.net.renewal_v0 import renew_v0

        return renew_v0(document)
