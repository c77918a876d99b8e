"""A.

x

Bad:
    x

Good:
    x
"""

from caffe_lint.lint import RecurrentRule


class LeftOutStep(RecurrentRule):
    code = "CL510"
    name = "left-out-step"
