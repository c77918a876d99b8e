"""A.

x

Bad:
    x

Good:
    x
"""

from caffe_lint.lint import RecurrentRule


class InitialState(RecurrentRule):
    code = "CL508"
    name = "initial-state"
