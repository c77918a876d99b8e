"""What a loss is divided by is given in its old form.

Caffe reads `normalize: true` as `normalization: VALID`, and `normalize: false` as `normalization:
BATCH_SIZE`; caffe.proto calls it deprecated. Beside `normalization` it is not read at all, and an
InfogainLoss aborts on it.

Bad:
    loss_param { normalize: false }

Good:
    loss_param { normalization: BATCH_SIZE }
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, OldFieldRule
from caffe_lint.net import Document
from caffe_lint.schema import Block
from caffe_lint.text import Edit

_READERS = ("SoftmaxWithLoss", "SigmoidCrossEntropyLoss")


class DeprecatedLossNormalize(OldFieldRule):
    code = "CL814"
    name = "deprecated-loss-normalize"
    words = (b"normalize",)

    def check_block(self, document: Document, layer: Block) -> Iterator[Diagnostic]:
        block = layer.block("loss_param")
        field = block.field("normalize") if layer.string("type") in _READERS else None
        if field is None or not self.has_successor(document, block, "normalization"):
            return
        mode = "VALID" if block.boolean("normalize") else "BATCH_SIZE"
        edits = (Edit(*field.name_span, "normalization"), Edit(*field.value_span, mode))
        yield self.renewed(block, "normalize", f"normalization: {mode}", edits)
