"""One time step alone gives a multiplier for weights that all steps share.

A learned blob has one learning rate and one decay: where most layers that share it give no `lr_mult`, Caffe
takes that of the one that does, for all of them, wherever it stands. A step that is meant to learn slowly
slows down all steps. With 0 nothing is learned at all, and the gradient lacks the part of that step.

Bad:
    layer { name: "t0/Wh" type: "InnerProduct" param { name: "hw" } }
    layer { name: "t1/Wh" type: "InnerProduct" param { name: "hw" lr_mult: 0 } }

Good:
    layer { name: "t0/Wh" type: "InnerProduct" param { name: "hw" } }
    layer { name: "t1/Wh" type: "InnerProduct" param { name: "hw" } }
"""

from caffe_lint.lint import Claim, RecurrentRule, Severity


class UnevenMultipliers(RecurrentRule):
    code = "CL513"
    name = "uneven-multipliers"
    severity = Severity.WARNING
    claim = Claim.WRONG_GRADIENT
