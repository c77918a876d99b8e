"""A blob that Caffe cannot hold.

A blob has at most 32 axes, none of them negative, and at most 2147483647 elements. Caffe aborts with
"shape[i] >= 0", "blob size exceeds INT_MAX" or "shape.dim_size() <= kMaxBlobAxes".

Bad:
    input_param { shape { dim: 65536 dim: 65536 } }

Good:
    input_param { shape { dim: 65536 dim: 16 } }
"""

from caffe_lint.lint import RejectionRule


class ImpossibleShape(RejectionRule):
    code = "CL209"
    name = "impossible-shape"
