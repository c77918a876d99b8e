"""An axis that the blob does not have.

Caffe aborts with "axis 4 out of range for 4-D Blob with shape ...". Axes count from 0, negative ones from
the end.

Bad (`data` is 1x3x8x8):
    layer { name: "cut" type: "Slice" bottom: "data" top: "a" top: "b" slice_param { axis: 4 } }

Good:
    layer { name: "cut" type: "Slice" bottom: "data" top: "a" top: "b" slice_param { axis: 3 } }
"""

from caffe_lint.lint import RejectionRule


class AxisOutOfRange(RejectionRule):
    code = "CL202"
    name = "axis-out-of-range"
