"""The file is not protobuf text format.

Caffe prints "Error parsing text-format caffe.NetParameter" with the first error only, then aborts. Here
every error is reported, and the rest of the file is still checked.

Bad:
    layer { name: "conv1" type = "Convolution" }

Good:
    layer { name: "conv1" type: "Convolution" }
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, DocumentRule, Note
from caffe_lint.net import Document


class BadSyntax(DocumentRule):
    code = "CL001"
    name = "syntax-error"

    def check(self, document: Document) -> Iterator[Diagnostic]:
        for problem in document.syntax_problems:
            notes = [Note("the bracket that is open here", problem.opening)] if problem.opening else []
            yield self.report(problem.message, problem.span, notes)
