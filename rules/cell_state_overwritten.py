"""An in-place layer overwrites the cell state c of an LSTM before the next time step reads it.

The output of a step is o * tanh(c), and the next step goes on from c. With the TanH in place there is no
c any more: the next step goes on from tanh(c). Caffe loads the net in silence, and what it computes is
not an LSTM (the output of a small example is off by up to 0.8, where all values lie between -1 and 1).

Bad:
    layer { name: "act_c" type: "TanH" bottom: "c" top: "c" }

Good:
    layer { name: "act_c" type: "TanH" bottom: "c" top: "act_c" }
"""

from caffe_lint.lint import Fix, NetContext, RecurrentRule
from caffe_lint.net.rename import fresh_top
from caffe_lint.recurrent import Defect, ParamName


class CellStateOverwritten(RecurrentRule):
    code = "CL502"
    name = "cell-state-overwritten"
    fixable = True

    def fix(self, context: NetContext, defect: Defect) -> Fix | None:
        if isinstance(defect.remedy, ParamName) or not defect.remedy:
            return None
        renamings = [
            fresh_top(context.document, context.net, blob, {reader.span}) for blob, reader in defect.remedy
        ]
        edits = tuple(edit for renaming in renamings if renaming is not None for edit in renaming)
        if None in renamings:
            return None
        names = [blob.layer.name for blob, _ in defect.remedy]
        message = f"give '{names[0]}'" + (f" and {len(names) - 1} more" if len(names) > 1 else "")
        return Fix(False, f"{message} a top of its own", edits, frozenset({"wiring"}))
