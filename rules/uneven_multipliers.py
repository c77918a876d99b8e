"""A.

x

Bad:
    x

Good:
    x
"""

from caffe_lint.lint import RecurrentRule


class UnevenMultipliers(RecurrentRule):
    code = "CL513"
    name = "uneven-multipliers"
