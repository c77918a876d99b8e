"""A layer that must look at values gets a blob without any.

A dim of 0 is legal in Caffe, but layers that fill, divide or pool such a blob abort or crash: "Check
failed: data_", "Input dimensions cannot be zero.", or SIGFPE without a message.

Bad (`data` is 2x3x0x8):
    layer { type: "Pooling" bottom: "data" top: "pool1" pooling_param { global_pooling: true } }

Good (`data` is 2x3x8x8):
    layer { type: "Pooling" bottom: "data" top: "pool1" pooling_param { global_pooling: true } }
"""

from caffe_lint.lint import RejectionRule


class EmptyBlob(RejectionRule):
    code = "CL210"
    name = "empty-blob"
