"""An in-place layer changes values that the next pass finds as they were left.

Caffe fills a DummyData with constant fillers once, a Parameter shows its learned blob, MemoryData the
caller's own array, and an LSTM of one time step goes on from its last output. An in-place layer on them works
on its own output in every further pass (measured for the Scale below: 6, 12, 24, 48 in four passes). On the
top of an Input layer it does so unless the caller fills the input before each pass: that is a note.

Bad:
    layer {
      name: "ones" type: "DummyData" top: "ones"
      dummy_data_param { shape { dim: 4 dim: 3 } data_filler { type: "constant" value: 3 } }
    }
    layer { name: "twice" type: "Scale" bottom: "ones" top: "ones" scale_param { filler { value: 2 } } }

Good:
    layer {
      name: "ones" type: "DummyData" top: "ones"
      dummy_data_param { shape { dim: 4 dim: 3 } data_filler { type: "constant" value: 3 } }
    }
    layer { name: "twice" type: "Scale" bottom: "ones" top: "twice" scale_param { filler { value: 2 } } }
"""

from caffe_lint.lint import Claim, HazardRule


class InPlaceOnLastingBlob(HazardRule):
    code = "CL406"
    name = "in-place-on-lasting-blob"
    claim = Claim.WRONG_FORWARD
