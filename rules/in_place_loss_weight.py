"""An in-place layer overwrites a loss weight: training goes wrong from the second iteration on.

Caffe writes the loss weight of a top into its gradient, once, when it builds the net. Backward of an in-place
layer puts the gradient of its bottom into the same memory. The next iteration takes that for the weight: the
loss that is reported and all gradients are wrong (measured: losses of 27.1, 4.9, 1.0 where the loss is 27.1).

Bad:
    layer { name: "sig" type: "Sigmoid" bottom: "fc1" top: "fc1" loss_weight: 1 }

Good:
    layer { name: "sig" type: "Sigmoid" bottom: "fc1" top: "sig" loss_weight: 1 }
"""

from caffe_lint.lint import Claim, HazardRule


class InPlaceLossWeight(HazardRule):
    code = "CL405"
    name = "in-place-loss-weight"
    claim = Claim.WRONG_GRADIENT
