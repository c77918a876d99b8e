"""The file is no prototxt at all: a web page, binary weights, a template, a merge conflict.

Caffe answers with a parse error about some character in it. A saved web page is the most frequent case:
the page that shows a prototxt is not the prototxt.

Bad:
    <!DOCTYPE html>
    <html>

Good:
    name: "LeNet"
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, DocumentRule
from caffe_lint.net import Document


class NotAPrototxt(DocumentRule):
    code = "CL002"
    name = "not-a-prototxt"

    def check(self, document: Document) -> Iterator[Diagnostic]:
        if document.impostor is not None:
            yield self.report(document.impostor.message, document.impostor.span)
