"""A gate of an unrolled recurrent net has the wrong activation, two of them, or none.

The gates i, f and o of an LSTM, and z and r of a GRU, say how much is let through: a Sigmoid, between 0 and
1. The new value g lies between -1 and 1: a TanH. Caffe loads any activation in silence, or none at all, and
what the step computes is no LSTM or GRU. In a cell of another kind the activations of the other steps show
which one belongs there.

Bad:
    layer { name: "act_i" type: "Sigmoid" bottom: "i" top: "i" }
    layer { name: "act_g" type: "Sigmoid" bottom: "g" top: "g" }

Good:
    layer { name: "act_i" type: "Sigmoid" bottom: "i" top: "i" }
    layer { name: "act_g" type: "TanH" bottom: "g" top: "g" }
"""

from caffe_lint.lint import RecurrentRule


class GateActivation(RecurrentRule):
    code = "CL505"
    name = "gate-activation"
