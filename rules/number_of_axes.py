"""A blob has more or fewer axes than the layer works on.

Caffe aborts: some layers want exactly four axes (Pooling), some at most four ("Cannot use legacy
accessors on Blobs with > 4 axes."), recurrent layers want axes of time steps, streams and features.

Bad (`data` is 2x3x8):
    layer { type: "Pooling" bottom: "data" top: "pool1" pooling_param { kernel_size: 3 } }

Good (`data` is 2x3x8x8):
    layer { type: "Pooling" bottom: "data" top: "pool1" pooling_param { kernel_size: 3 } }
"""

from caffe_lint.lint import RejectionRule, Severity


class NumberOfAxes(RejectionRule):
    code = "CL205"
    name = "number-of-axes"
    foreign_severity = Severity.NOTE
