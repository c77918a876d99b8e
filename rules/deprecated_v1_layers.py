"""Layers in the form of 2014, `layers` with a type in capitals.

Caffe turns V1 layers (`layers { type: RELU }`) into today's form whenever it reads the file, which computes
the same. Newer layers have no V1 type, and `layers` and `layer` cannot stand in one file, so that such a net
cannot get a BatchNorm or an LSTM. Caffe's own tool for the upgrade deletes all comments; the fix keeps them.

Bad:
    layers { name: "fc" type: INNER_PRODUCT bottom: "data" top: "fc" blobs_lr: 1 weight_decay: 0 }

Good:
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" param { lr_mult: 1 decay_mult: 0 } }
"""

from caffe_lint.lint import OldFormRule
from caffe_lint.net import Document
from caffe_lint.text import Edit, Span


class DeprecatedV1Layers(OldFormRule):
    code = "CL810"
    name = "deprecated-v1-layers"

    def find(self, document: Document) -> tuple[str, Span, str] | None:
        net = document.net_settings
        old = net.blocks("layers")
        if not old or any(entry.has("layer") for entry in old):
            return None
        number = f"{len(old)} layers stand" if len(old) > 1 else "a layer stands"
        message = f"{number} in the old form V1, as 'layers'; today it is 'layer'"
        return message, net.span("layers"), "write all layers in today's form"

    def renew(self, document: Document) -> tuple[Edit, ...]:
        from caffe_lint.net.renewal_v1 import renew_v1

        return renew_v1(document)
