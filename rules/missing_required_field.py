"""A message lacks a field that it must have.

Caffe aborts with "Message missing required fields" and no line.

Bad:
    clip_param { min: 0 }

Good:
    clip_param { min: 0 max: 6 }
"""

from caffe_lint.lint import SchemaRule


class MissingRequiredField(SchemaRule):
    code = "CL013"
    name = "missing-required-field"
