"""A layer has more or fewer bottoms or tops than its type takes.

Caffe aborts with "X Layer takes N bottom blob(s) as input." or "X Layer produces N top blob(s) as
output.".

Bad:
    layer { name: "loss" type: "EuclideanLoss" bottom: "score" top: "loss" }

Good:
    layer { name: "loss" type: "EuclideanLoss" bottom: "score" bottom: "target" top: "loss" }
"""

from caffe_lint.lint import RejectionRule


class WrongNumberOfBlobs(RejectionRule):
    code = "CL104"
    name = "wrong-number-of-blobs"
