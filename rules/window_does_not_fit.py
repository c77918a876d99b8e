"""A kernel that does not fit into the blob it moves over.

Kernel, stride, pad and dilation leave no place for a single window, or let one lie in the padding alone.
Caffe aborts where the output blob would get a negative size ("shape[i] >= 0"), with the name of no layer;
a stride of 0 kills it by a division by zero.

Bad (`data` is 2x3x8x8):
    layer { type: "Pooling" bottom: "data" top: "pool1" pooling_param { kernel_size: 33 } }

Good:
    layer { type: "Pooling" bottom: "data" top: "pool1" pooling_param { kernel_size: 3 } }
"""

from caffe_lint.lint import RejectionRule


class WindowDoesNotFit(RejectionRule):
    code = "CL204"
    name = "window-does-not-fit"
