"""A time step is built otherwise than the other steps, or reads the input of another step.

The steps of an unrolled net are one cell, repeated. Where one adds what the others multiply, scales what the
others leave alone, has a layer more or less, another size, reads the piece of the sequence that belongs to
its neighbour, or changes the output of that one in place before it is used, Caffe loads the net wherever the
shapes still fit, and the step computes something else. Where they do not fit, it aborts.

Bad:
    layer { name: "t1/Mx" type: "InnerProduct" bottom: "x1" top: "t1/Mx" }
    layer { name: "t2/Mx" type: "InnerProduct" bottom: "x1" top: "t2/Mx" }

Good:
    layer { name: "t1/Mx" type: "InnerProduct" bottom: "x1" top: "t1/Mx" }
    layer { name: "t2/Mx" type: "InnerProduct" bottom: "x2" top: "t2/Mx" }
"""

from caffe_lint.lint import RecurrentRule


class StepOutOfLine(RecurrentRule):
    code = "CL509"
    name = "step-out-of-line"
