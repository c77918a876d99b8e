"""A.

x

Bad:
    x

Good:
    x
"""

from caffe_lint.lint import RecurrentRule


class SharedAcrossCells(RecurrentRule):
    code = "CL512"
    name = "shared-across-cells"
