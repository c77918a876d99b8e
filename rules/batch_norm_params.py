"""A BatchNorm layer whose statistics would be learned.

The three blobs of a BatchNorm are statistics, which the layer keeps up to date by itself. With one or two
`param` entries whose `lr_mult` is not 0, Caffe aborts with "Cannot configure batch normalization
statistics as layer parameters."; with exactly three it sets them to 0 by itself.

Bad:
    layer { type: "BatchNorm" bottom: "data" top: "bn1" param { lr_mult: 1 } }

Good:
    layer { type: "BatchNorm" bottom: "data" top: "bn1" param { lr_mult: 0 } }
"""

from caffe_lint.lint import RejectionRule, Severity


class BatchNormParams(RejectionRule):
    code = "CL304"
    name = "batch-norm-params"
    foreign_severity = Severity.NOTE
