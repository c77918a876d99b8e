"""The net's inputs stand outside of its layers.

Caffe makes an Input layer of `input` and its `input_shape` or `input_dim` whenever it reads the file, and
puts it in front of all others. A net inside a solver file is not upgraded: there only the layer works.

Bad:
    input: "data" input_dim: 2 input_dim: 3 input_dim: 8 input_dim: 8

Good:
    layer { name: "input" type: "Input" top: "data" input_param { shape { dim: [2, 3, 8, 8] } } }
"""

from caffe_lint.lint import OldFormRule
from caffe_lint.net import Document
from caffe_lint.text import Edit, Span


class DeprecatedInputFields(OldFormRule):
    code = "CL812"
    name = "deprecated-input-fields"

    def find(self, document: Document) -> tuple[str, Span, str] | None:
        net = document.net_settings
        inputs, shapes, dims = (len(net.fields(name)) for name in ("input", "input_shape", "input_dim"))
        # CL804 and CL805 report sizes that are too few or too many, CL810 and CL811 the layers.
        if not inputs or (shapes, dims) not in ((inputs, 0), (0, 4 * inputs)) or net.has("layers"):
            return None
        sizes = "input_shape" if shapes else "input_dim"
        message = f"'input' and '{sizes}' are deprecated, write a layer of type 'Input'"
        return message, net.span("input"), "write a layer of type 'Input'"

    def renew(self, document: Document) -> tuple[Edit, ...]:
        from caffe_lint.net.renewal_input import renew_inputs

        return renew_inputs(document)
