"""A dim that is too large for Caffe's blobs and becomes another one.

The file holds dims as 64-bit numbers, a blob as 32-bit ones, and Caffe does not check what it cuts off:
4294967301 becomes 5.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4294967301 } } }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 5 } } }
"""

from collections.abc import Iterator

from caffe_lint.layers import to_int
from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext
from caffe_lint.net import Layer

_BLOCKS = {
    "Input": "input_param",
    "DummyData": "dummy_data_param",
    "Parameter": "parameter_param",
    "Reshape": "reshape_param",
}


class WrappedDim(LayerRule):
    code = "CL217"
    name = "wrapped-dim"
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset(_BLOCKS)

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        for shape in layer.block.block(_BLOCKS[layer.type]).blocks("shape"):
            for dim, field in zip(shape.integers("dim"), shape.fields("dim"), strict=False):
                if 0 <= to_int(dim) != dim:
                    message = f"the dim {dim} does not fit into 32 bits, Caffe makes it {to_int(dim)}"
                    yield self.report(context, message, field.span)
