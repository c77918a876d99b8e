"""The file holds no layer.

Caffe loads it without a word: a net that computes nothing. An empty file, left behind by a full disk or a
failed download, is a valid net too.

Bad:
    name: "LeNet"

Good:
    name: "LeNet"
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 28 } } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, DocumentRule, Severity
from caffe_lint.net import Document
from caffe_lint.text import Span


class EmptyNet(DocumentRule):
    code = "CL106"
    name = "empty-net"
    severity = Severity.WARNING
    claim = Claim.WASTE

    def check(self, document: Document) -> Iterator[Diagnostic]:
        if document.root_type != "NetParameter" or document.syntax_problems:
            return
        if not document.upgraded.layers and not document.upgraded.problems:
            yield self.report("the file holds no layer, which Caffe loads as an empty net", Span(0, 0))
