"""A time step reads the state of another step, its own, or h where c belongs.

Each step of an unrolled net goes on from the states that the step before made: the output h goes into the
products, the cell state c of an LSTM to the forget gate. Both have the same shape, and so have those of
all steps: Caffe loads a net in which they are crossed, or in which a step reads those of two steps ago, and
computes something else.

Bad:
    layer { name: "t2/Mh" type: "InnerProduct" bottom: "t0/h" top: "t2/Mh" }
    layer { name: "t2/forget" type: "Eltwise" bottom: "t2/f" bottom: "t1/h" top: "t2/forget" }

Good:
    layer { name: "t2/Mh" type: "InnerProduct" bottom: "t1/h" top: "t2/Mh" }
    layer { name: "t2/forget" type: "Eltwise" bottom: "t2/f" bottom: "t1/c" top: "t2/forget" }
"""

from caffe_lint.lint import RecurrentRule


class StateWiring(RecurrentRule):
    code = "CL506"
    name = "state-wiring"
