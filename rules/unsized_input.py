"""An old-style input without all of its sizes.

Each `input` takes four `input_dim` or one `input_shape`. Where they are missing Caffe reads foreign memory:
with too few `input_dim` the blob gets whatever number lies there (114 was seen), with too few `input_shape`
Caffe crashes.

Bad:
    input: "data" input_dim: 2 input_dim: 3 input_dim: 8

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 3, 8, 8] } } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, DocumentRule
from caffe_lint.net import Document


class UnsizedInput(DocumentRule):
    code = "CL804"
    name = "unsized-input"
    claim = Claim.WRONG_FORWARD

    def check(self, document: Document) -> Iterator[Diagnostic]:
        net = document.net_settings
        if document.syntax_problems:
            return
        inputs = len(net.fields("input"))
        shapes, dims = len(net.fields("input_shape")), len(net.fields("input_dim"))
        if 0 < shapes < inputs:
            message = f"{inputs} inputs need one 'input_shape' each, found {shapes}: Caffe crashes"
            yield self.report(message, net.span("input_shape"))._replace(claim=Claim.REJECTS)
        elif not shapes and 0 < dims < 4 * inputs:
            needed = f"{inputs} inputs need" if inputs > 1 else "an input needs"
            message = (
                f"{needed} {4 * inputs} 'input_dim', found {dims}: Caffe reads the others from foreign memory"
            )
            yield self.report(message, net.span("input_dim"))
