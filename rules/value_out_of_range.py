"""A parameter has a value that the layer does not take.

Caffe aborts when it sets up the layer, for instance with "LRN only supports odd values for local_size".

Bad:
    lrn_param { local_size: 4 }

Good:
    lrn_param { local_size: 5 }
"""

from caffe_lint.lint import RejectionRule, Severity


class ValueOutOfRange(RejectionRule):
    code = "CL208"
    name = "value-out-of-range"
    foreign_severity = Severity.NOTE
