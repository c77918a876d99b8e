"""A layer has both `include` and `exclude` rules.

Caffe aborts with "Specify either include rules or exclude rules; not both.", even if one of them is
empty.

Bad:
    layer { name: "drop" type: "Dropout" include { phase: TRAIN } exclude { stage: "deploy" } }

Good:
    layer { name: "drop" type: "Dropout" include { phase: TRAIN not_stage: "deploy" } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, DocumentRule, Note
from caffe_lint.net import Document


class IncludeAndExclude(DocumentRule):
    code = "CL107"
    name = "include-and-exclude"

    def check(self, document: Document) -> Iterator[Diagnostic]:
        for block in document.layer_blocks:
            if block.has("include") and block.has("exclude"):
                message = f"'{block.string('name')}' has both include and exclude rules: Caffe takes either"
                yield self.report(
                    message, block.span("exclude"), [Note("the other kind", block.span("include"))]
                )
