"""An `include` or `exclude` rule without a condition, which holds in every state.

Caffe drops a layer with `exclude { }` from every net; `include { }` keeps a layer that was there anyway, and
makes all other include rules of the layer pointless.

Bad:
    layer { name: "drop1" type: "Dropout" bottom: "fc1" top: "fc1" exclude { } }

Good:
    layer { name: "drop1" type: "Dropout" bottom: "fc1" top: "fc1" exclude { phase: TEST } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, DocumentRule, Severity
from caffe_lint.net import Document


class EmptyStateRule(DocumentRule):
    code = "CL109"
    name = "empty-state-rule"
    severity = Severity.WARNING
    claim = Claim.WASTE

    def check(self, document: Document) -> Iterator[Diagnostic]:
        for layer in document.layer_blocks:
            for kind, effect in (("include", "always exists"), ("exclude", "never exists")):
                for rule in layer.blocks(kind) if layer.has(kind) else ():
                    if not rule.names:
                        message = (
                            f"'{kind}' without a condition always holds: '{layer.string('name')}' {effect}"
                        )
                        yield self.report(message, rule.place)
