"""Two blobs that must agree in shape do not.

Caffe aborts in the layer that reads them both, which may stand far from the layer that made one of them
wrong.

Bad (`a` is 1x3x8x8, `b` is 1x3x8x7):
    layer { name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum" }

Good (both are 1x3x8x8):
    layer { name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum" }
"""

from caffe_lint.lint import RejectionRule


class ShapeMismatch(RejectionRule):
    code = "CL201"
    name = "shape-mismatch"
