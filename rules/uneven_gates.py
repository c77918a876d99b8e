"""The Slice of an LSTM step does not cut the four gates evenly.

The step's InnerProducts make 4H units, H for each of the gates i, f, o and g: the slice points must be H,
2H and 3H. If they are not, Caffe aborts, not here but at the Eltwise further down where two gates meet.

Bad (H is 500):
    slice_param { axis: 2 slice_point: 500 slice_point: 1001 slice_point: 1500 }

Good:
    slice_param { axis: 2 slice_point: 500 slice_point: 1000 slice_point: 1500 }
"""

from caffe_lint.lint import RecurrentRule


class UnevenGates(RecurrentRule):
    code = "CL503"
    name = "uneven-gates"
