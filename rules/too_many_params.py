"""A layer has more `param` entries than learned blobs.

Caffe aborts with "Too many params specified for layer X", for instance when `bias_term: false` is added
and the second entry stays.

Bad:
    layer { type: "InnerProduct" param { } param { } inner_product_param { num_output: 2 bias_term: false } }

Good:
    layer { type: "InnerProduct" param { } inner_product_param { num_output: 2 bias_term: false } }
"""

from caffe_lint.lint import RejectionRule, Severity


class TooManyParams(RejectionRule):
    code = "CL303"
    name = "too-many-params"
    foreign_severity = Severity.NOTE
