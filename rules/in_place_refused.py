"""An in-place layer whose type refuses to work in place.

AbsVal, Reshape, Flatten and Split check for it: Caffe aborts with "AbsVal Layer does not allow in-place
computation.". Many other types do not check and compute something wrong.

Bad:
    layer { type: "AbsVal" bottom: "data" top: "data" }

Good:
    layer { type: "AbsVal" bottom: "data" top: "abs1" }
"""

from caffe_lint.lint import RejectionRule


class InPlaceRefused(RejectionRule):
    code = "CL404"
    name = "in-place-refused"
