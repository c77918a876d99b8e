"""A.

x

Bad:
    x

Good:
    x
"""

from caffe_lint.lint import RecurrentRule


class Continuation(RecurrentRule):
    code = "CL511"
    name = "continuation"
