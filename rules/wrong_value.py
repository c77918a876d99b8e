"""A value of the wrong kind, out of range, or no name of its enum.

Caffe aborts with a parse error ("Expected integer, got ...", "Unknown enumeration value of ...").

Bad:
    pooling_param { pool: max kernel_size: 2.0 }

Good:
    pooling_param { pool: MAX kernel_size: 2 }
"""

from caffe_lint.lint import SchemaRule


class WrongValue(SchemaRule):
    code = "CL012"
    name = "wrong-value"
