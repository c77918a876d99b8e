"""A comment that looks like one for caffe-lint, and is none.

It does nothing, although somebody meant it to. Caffe reads no comments.

Bad:
    bottom: "data"  # caffe-lint: ingore[CL101] made by the script

Good:
    bottom: "data"  # caffe-lint: ignore[CL101] made by the script
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, DocumentRule, Severity
from caffe_lint.lint.directives import find_directives
from caffe_lint.net import Document


class MalformedSuppression(DocumentRule):
    code = "CL902"
    name = "malformed-suppression"
    severity = Severity.WARNING
    claim = Claim.STYLE

    def check(self, document: Document) -> Iterator[Diagnostic]:
        for malformed in find_directives(document.source).malformed:
            yield self.report(malformed.message, malformed.span)
