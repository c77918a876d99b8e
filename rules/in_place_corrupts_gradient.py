"""An in-place layer overwrites what Backward still needs, so that gradients are wrong.

Backward starts when all layers have run Forward. A Sigmoid works out its gradient from its output, a
convolution that of its weights from its input: where an in-place layer has changed these values since, the
gradient is wrong, and Caffe says nothing (BVLC/caffe issue 2015). Some types need their own input, and so
cannot be in place themselves: BNLL, Clip, Log, Power, MVN and others. Harmless are, for example, a ReLU
behind almost anything, a Dropout behind a ReLU, and BatchNorm, Scale and ReLU in place in this order.

Bad (the gradient of the layers below is off by five times its size):
    layer { name: "sig" type: "Sigmoid" bottom: "fc1" top: "fc1" }
    layer { name: "drop" type: "Dropout" bottom: "fc1" top: "fc1" }

Good:
    layer { name: "sig" type: "Sigmoid" bottom: "fc1" top: "fc1" }
    layer { name: "drop" type: "Dropout" bottom: "fc1" top: "drop" }
"""

from caffe_lint.lint import Claim, HazardRule


class InPlaceCorruptsGradient(HazardRule):
    code = "CL402"
    name = "in-place-corrupts-gradient"
    claim = Claim.WRONG_GRADIENT
