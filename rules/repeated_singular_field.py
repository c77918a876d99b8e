"""A field that may stand only once in its message stands there again.

Caffe aborts with "Non-repeated field ... is specified multiple times"; it does not let the last one win.

Bad:
    layer { name: "relu1" type: "ReLU" type: "TanH" }

Good:
    layer { name: "relu1" type: "ReLU" }
"""

from caffe_lint.lint import SchemaRule


class RepeatedSingularField(SchemaRule):
    code = "CL011"
    name = "repeated-singular-field"
