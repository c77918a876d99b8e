"""A size that has no default is absent or 0.

Caffe aborts when it sets up the layer: `num_output`, `kernel_size`, the dims of a data layer must be
given.

Bad:
    convolution_param { num_output: 4 }

Good:
    convolution_param { num_output: 4 kernel_size: 3 }
"""

from caffe_lint.lint import RejectionRule, Severity


class MissingSize(RejectionRule):
    code = "CL206"
    name = "missing-size"
    foreign_severity = Severity.NOTE
