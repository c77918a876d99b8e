"""Markers of new sequences do not reach a state of an unrolled net, or come from another step.

Where `cont` is 0 a new sequence begins, and both h and c of an LSTM must start from 0: each step multiplies
them by its own marker. If only h is reset, or a step has no marker or that of its neighbour, Caffe loads the
net in silence: what the old sequence left goes on in the new one.

Bad:
    layer { name: "mark_h" type: "Scale" bottom: "t0/h" bottom: "cont1" top: "h" scale_param { axis: 0 } }
    layer { name: "forget" type: "Eltwise" bottom: "f" bottom: "t0/c" top: "forget" }

Good:
    layer { name: "mark_h" type: "Scale" bottom: "t0/h" bottom: "cont1" top: "h" scale_param { axis: 0 } }
    layer { name: "mark_c" type: "Scale" bottom: "t0/c" bottom: "cont1" top: "c" scale_param { axis: 0 } }
    layer { name: "forget" type: "Eltwise" bottom: "f" bottom: "c" top: "forget" }
"""

from caffe_lint.lint import RecurrentRule


class Continuation(RecurrentRule):
    code = "CL511"
    name = "continuation"
