"""A field that the message does not have.

Caffe aborts with "Message type ... has no field named ...". If another Caffe has the field, the finding
says which; if a name of the same message is near, it is suggested. Fields of your own Caffe can be named in
the option `known`.

Bad:
    convolution_param { num_outputs: 20 kernel_size: 5 }

Good:
    convolution_param { num_output: 20 kernel_size: 5 }
"""

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from caffe_lint.lint import Diagnostic, Fix, SchemaRule
from caffe_lint.net import Document
from caffe_lint.net.meaning import EVERY_ASPECT
from caffe_lint.schema import SchemaProblem
from caffe_lint.text import Edit


class UnknownFieldOptions(NamedTuple):
    """What settings may change."""

    known: Annotated[tuple[str, ...], "Fields that your own Caffe has, in any message."] = ()


class UnknownField(SchemaRule):
    code = "CL010"
    name = "unknown-field"
    fixable = True
    options = UnknownFieldOptions()

    def check(self, document: Document) -> Iterator[Diagnostic]:
        known = {name.encode() for name in self.options.known}
        for finding in super().check(document):
            start, end = finding.span
            if document.source.data[start:end] not in known:
                yield finding

    def fix(self, document: Document, problem: SchemaProblem) -> Fix | None:  # noqa: ARG002
        # A name that makes a layer of what was none is more than a word.
        if not problem.suggestion or problem.suggestion in ("layer", "layers"):
            return None
        edit = Edit(*problem.span, problem.suggestion)
        message = f"rename the field to '{problem.suggestion}'"
        return Fix(False, message, (edit,), EVERY_ASPECT)
