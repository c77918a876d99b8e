"""A.

x

Bad:
    x

Good:
    x
"""

from caffe_lint.lint import RecurrentRule


class StateWiring(RecurrentRule):
    code = "CL506"
    name = "state-wiring"
