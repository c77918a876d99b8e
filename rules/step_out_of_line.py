"""A.

x

Bad:
    x

Good:
    x
"""

from caffe_lint.lint import RecurrentRule


class StepOutOfLine(RecurrentRule):
    code = "CL509"
    name = "step-out-of-line"
