"""A number that begins with 0 and is therefore octal.

The text format reads 010 as 8, as C does. Caffe takes the 8 without a word.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 010 dim: 3 } } }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 10 dim: 3 } } }
"""

import re
from collections.abc import Iterator
from functools import cache

from caffe_lint.lint import Claim, Diagnostic, DocumentRule, Severity
from caffe_lint.net import Document
from caffe_lint.text import Field, Message


class OctalNumber(DocumentRule):
    code = "CL218"
    name = "octal-number"
    severity = Severity.WARNING
    claim = Claim.WRONG_FORWARD

    def check(self, document: Document) -> Iterator[Diagnostic]:
        if document.root_type is None or not _octal().search(document.source.data):
            return
        for field in _scalars(document.root):
            raw = str(field.value)
            if _octal().fullmatch(raw.encode("latin-1")) and int(raw, 8) != int(raw):
                yield self.report(f"{raw} is octal, which makes it {int(raw, 8)}", field.value_span)


@cache
def _octal() -> re.Pattern[bytes]:
    return re.compile(rb"0(?<![\w.]0)[0-7]+(?![\w.])")


def _scalars(message: Message) -> Iterator[Field]:
    for field in message.fields:
        for element in field.elements():
            if isinstance(element.value, Message):
                yield from _scalars(element.value)
            else:
                yield element
