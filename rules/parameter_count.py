"""A parameter is given more or fewer times than the layer takes.

Once for all or once for each: `kernel_size` for the spatial axes, `coeff` for the bottoms, `shape` for
the tops. Caffe aborts with, for instance, "kernel_size must be specified once, or once per spatial
dimension".

Bad (two bottoms):
    eltwise_param { operation: SUM coeff: 1 coeff: -1 coeff: 2 }

Good (two bottoms):
    eltwise_param { operation: SUM coeff: 1 coeff: -1 }
"""

from caffe_lint.lint import RejectionRule, Severity


class ParameterCount(RejectionRule):
    code = "CL211"
    name = "parameter-count"
    foreign_severity = Severity.NOTE
