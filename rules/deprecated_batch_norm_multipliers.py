"""The three statistics of a BatchNorm layer are given multipliers, as if they were learned.

Caffe once demanded three `param` entries with `lr_mult: 0`. Today it sets `lr_mult` and `decay_mult` of
exactly three to 0 whenever it reads the file, whatever stands there (UpgradeNetBatchNorm).

Bad:
    layer { type: "BatchNorm" param { lr_mult: 1 } param { lr_mult: 1 } param { lr_mult: 1 } }

Good:
    layer { type: "BatchNorm" param { lr_mult: 0 } param { lr_mult: 0 } param { lr_mult: 0 } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, Fix, OldFieldRule
from caffe_lint.net import Document
from caffe_lint.schema import BVLC, Block
from caffe_lint.text import Edit


class DeprecatedBatchNormMultipliers(OldFieldRule):
    code = "CL816"
    name = "deprecated-batch-norm-multipliers"
    words = (b"BatchNorm",)

    def check_block(self, document: Document, layer: Block) -> Iterator[Diagnostic]:
        params = list(zip(layer.fields("param"), layer.blocks("param"), strict=True))
        if layer.string("type") != "BatchNorm" or len(params) != 3 or BVLC not in document.dialects:
            return
        learned = [(field, block) for field, block in params if block.real("lr_mult") != 0]
        if learned:
            message = "Caffe takes the multipliers of the three statistics for 0, write 'lr_mult: 0'"
            edits = tuple(edit for field, block in learned for edit in _zero(block, field.value_start))
            fix = Fix(True, "write 'lr_mult: 0'", edits)
            yield self.report(message, learned[0][0].name_span)._replace(fix=fix)


def _zero(param: Block, start: int) -> Iterator[Edit]:
    """The edits that make both multipliers of a `param` 0, of which one is written if it is not there."""
    rate, decay = param.field("lr_mult"), param.field("decay_mult")
    yield Edit(*rate.value_span, "0") if rate else Edit(start + 1, start + 1, " lr_mult: 0")
    if decay and param.real("decay_mult") != 0:
        yield Edit(*decay.value_span, "0")
