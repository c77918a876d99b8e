"""Parameters of a layer that exclude each other.

Caffe aborts when it sets up the layer, for instance with "Filter size is kernel_size OR kernel_h and
kernel_w; not both".

Bad:
    pooling_param { kernel_size: 3 kernel_h: 3 kernel_w: 1 }

Good:
    pooling_param { kernel_h: 3 kernel_w: 1 }
"""

from caffe_lint.lint import RejectionRule, Severity


class ConflictingParameters(RejectionRule):
    code = "CL207"
    name = "conflicting-parameters"
    foreign_severity = Severity.NOTE
