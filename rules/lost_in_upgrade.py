"""Something in a V0 net that gets lost when Caffe upgrades it.

A V0 net (`layers { layer { type: "conv" } }`) is read for its old layers only. Caffe drops every `layer` in
the same file, `include`, `exclude` and `loss_weight` around an old layer, and the net's `state` and
`input_shape`, all without a word.

Bad:
    layers { layer { name: "relu1" type: "relu" } bottom: "data" top: "relu1" }
    layer { name: "tanh1" type: "TanH" bottom: "relu1" top: "tanh1" }

Good:
    layer { name: "relu1" type: "ReLU" bottom: "data" top: "relu1" }
    layer { name: "tanh1" type: "TanH" bottom: "relu1" top: "tanh1" }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, DocumentRule, Note, Severity
from caffe_lint.net import Document
from caffe_lint.net.upgrade_v0 import LOST_AROUND_LAYERS, LOST_IN_NET


class LostInUpgrade(DocumentRule):
    code = "CL803"
    name = "lost-in-upgrade"
    severity = Severity.WARNING
    claim = Claim.WASTE

    def check(self, document: Document) -> Iterator[Diagnostic]:
        net = document.net_settings
        old = [entry for entry in net.blocks("layers") if entry.has("layer")]
        if not old:
            return
        lost = [(net, name) for name in LOST_IN_NET] + [
            (entry, name) for entry in old for name in LOST_AROUND_LAYERS
        ]
        note = Note("a V0 layer, which makes it a V0 net", old[0].span("layer"))
        for block, name in lost:
            for field in block.fields(name):
                message = f"'{name}' is lost: Caffe keeps only the V0 layers of this file when it upgrades it"
                yield self.report(message, field.name_span, [note])
