"""A time step takes its gates in another order than the other steps.

Which units of the product are which gate is a matter of the weights, which all steps share: any order will
do, the same in each step. Where one step names the pieces of its Slice in another order, or exchanges the
weights of two gates, Caffe loads the net in silence: the step forgets by what was learned for the output.

Bad:
    layer { name: "t0/gates" type: "Slice" bottom: "t0/sum" top: "i0" top: "f0" top: "o0" top: "g0" }
    layer { name: "t1/gates" type: "Slice" bottom: "t1/sum" top: "i1" top: "o1" top: "f1" top: "g1" }

Good:
    layer { name: "t0/gates" type: "Slice" bottom: "t0/sum" top: "i0" top: "f0" top: "o0" top: "g0" }
    layer { name: "t1/gates" type: "Slice" bottom: "t1/sum" top: "i1" top: "f1" top: "o1" top: "g1" }
"""

from caffe_lint.lint import RecurrentRule


class GateOrder(RecurrentRule):
    code = "CL507"
    name = "gate-order"
