"""A field that the message does not have.

Caffe aborts with "Message type ... has no field named ...". If another Caffe has the field, the finding
says which; if a name of the same message is near, it is suggested.

Bad:
    convolution_param { num_outputs: 20 kernel_size: 5 }

Good:
    convolution_param { num_output: 20 kernel_size: 5 }
"""

from caffe_lint.lint import SchemaRule


class UnknownField(SchemaRule):
    code = "CL010"
    name = "unknown-field"
