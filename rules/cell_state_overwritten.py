"""An in-place layer overwrites the cell state c of an LSTM before the next time step reads it.

The output of a step is o * tanh(c), and the next step goes on from c. With the TanH in place there is no
c any more: the next step goes on from tanh(c). Caffe loads the net in silence, and what it computes is
not an LSTM (the output of a small example is off by up to 0.8, where all values lie between -1 and 1).

Bad:
    layer { name: "act_c" type: "TanH" bottom: "c" top: "c" }

Good:
    layer { name: "act_c" type: "TanH" bottom: "c" top: "act_c" }
"""

from caffe_lint.lint import RecurrentRule


class CellStateOverwritten(RecurrentRule):
    code = "CL502"
    name = "cell-state-overwritten"
