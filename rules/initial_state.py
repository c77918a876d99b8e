"""The state that the first time step goes on from is random, overwritten, or of the wrong shape.

Caffe fills a DummyData anew in each forward pass, unless its filler is constant: with a random filler the
same input gives another output every time. A constant one it fills once only: what an in-place layer makes
of it is what the next pass begins with. If the shape is not that of the states, Caffe aborts where the state
meets the gates, or takes the first step for another number of sequences.

Bad:
    layer {
      name: "h0" type: "DummyData" top: "h0"
      dummy_data_param { data_filler { type: "gaussian" std: 0.5 } shape { dim: 1 dim: 2 dim: 4 } }
    }

Good:
    layer {
      name: "h0" type: "DummyData" top: "h0"
      dummy_data_param { data_filler { value: 0 } shape { dim: 1 dim: 2 dim: 4 } }
    }
"""

from caffe_lint.lint import RecurrentRule


class InitialState(RecurrentRule):
    code = "CL508"
    name = "initial-state"
