"""A layer works in place although its type was not made for it, and puts out something else.

Caffe lets any layer write its top over its bottom, and few types check for it. An Eltwise SUM clears its top
before it has read its bottom, an InnerProduct overwrites numbers that it still has to read, Pooling finds
nothing but the floor that it has just put there. Others abort at the first Forward, or write into foreign
memory. Caffe loads all of them in silence (measured for the sum below: a loss of 8.9 instead of 36.5).

Bad:
    layer { name: "sum" type: "Eltwise" bottom: "conv2" bottom: "data" top: "conv2" }

Good:
    layer { name: "sum" type: "Eltwise" bottom: "conv2" bottom: "data" top: "sum" }
"""

from caffe_lint.lint import Claim, HazardRule


class InPlaceNotSupported(HazardRule):
    code = "CL401"
    name = "in-place-not-supported"
    claim = Claim.WRONG_FORWARD
