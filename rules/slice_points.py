"""Slice points that do not cut the blob into the tops.

Caffe wants one point less than tops, rising, inside of the axis; without points the axis must divide
evenly.

Bad (axis 1 has 3 channels):
    layer { name: "cut" type: "Slice" bottom: "data" top: "a" top: "b" slice_param { slice_point: 3 } }

Good:
    layer { name: "cut" type: "Slice" bottom: "data" top: "a" top: "b" slice_param { slice_point: 2 } }
"""

from caffe_lint.lint import RejectionRule


class SlicePoints(RejectionRule):
    code = "CL203"
    name = "slice-points"
