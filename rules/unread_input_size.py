"""Sizes of old-style inputs that belong to no input.

Caffe takes four `input_dim`, or one `input_shape`, for each `input`, and ignores what is left over: sizes
without an input, more sizes than inputs, and every `input_dim` where there is an `input_shape`.

Bad:
    input: "data" input_shape { dim: 2 dim: 3 } input_dim: 2 input_dim: 3 input_dim: 8 input_dim: 8

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 3, 8, 8] } } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, DocumentRule, Severity
from caffe_lint.net import Document


class UnreadInputSize(DocumentRule):
    code = "CL805"
    name = "unread-input-size"
    severity = Severity.WARNING
    claim = Claim.WASTE

    def check(self, document: Document) -> Iterator[Diagnostic]:
        net = document.net_settings
        if document.syntax_problems:
            return
        inputs = len(net.fields("input"))
        sizes = {"input_shape": inputs, "input_dim": 0 if net.has("input_shape") else 4 * inputs}
        for name, read in sizes.items():
            given = net.fields(name)
            if len(given) > read:
                reason = "there is an 'input_shape'" if inputs else "no 'input' names a blob"
                message = f"Caffe ignores '{name}': {reason}"
                if read:
                    message = f"Caffe reads {read} of these {len(given)} '{name}' and ignores the rest"
                yield self.report(message, given[read].name_span)
