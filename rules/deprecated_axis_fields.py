"""The axis of a Concat or Slice layer is given in its old form.

Caffe reads `concat_dim` and `slice_dim` as it reads `axis`, but they cannot count from the end; caffe.proto
marks both as deprecated. Caffe aborts on a layer with both the old and the new field.

Bad:
    concat_param { concat_dim: 1 }

Good:
    concat_param { axis: 1 }
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, OldFieldRule
from caffe_lint.net import Document
from caffe_lint.schema import Block
from caffe_lint.text import Edit

_OLD = {"Concat": ("concat_param", "concat_dim"), "Slice": ("slice_param", "slice_dim")}
_LARGEST = 2**31 - 1


class DeprecatedAxisFields(OldFieldRule):
    code = "CL813"
    name = "deprecated-axis-fields"
    words = (b"concat_dim", b"slice_dim")

    def check_block(self, document: Document, layer: Block) -> Iterator[Diagnostic]:
        if layer.string("type") not in _OLD:
            return
        param, old = _OLD[layer.string("type")]
        block = layer.block(param)
        field = block.field(old)
        # Caffe takes what is too large for an `axis` for a negative number, and aborts on it.
        is_axis = block.integer(old) <= _LARGEST
        if field is not None and is_axis and self.has_successor(document, block, "axis"):
            yield self.renewed(block, old, "axis", (Edit(*field.name_span, "axis"),))
