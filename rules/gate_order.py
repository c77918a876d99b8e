"""A.

x

Bad:
    x

Good:
    x
"""

from caffe_lint.lint import RecurrentRule


class GateOrder(RecurrentRule):
    code = "CL507"
    name = "gate-order"
