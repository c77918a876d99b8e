"""A gate.

x

Bad:
    x

Good:
    x
"""

from caffe_lint.lint import RecurrentRule


class GateActivation(RecurrentRule):
    code = "CL505"
    name = "gate-activation"
