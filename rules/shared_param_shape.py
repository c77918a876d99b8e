"""Layers share a param by name, but their blobs differ in shape.

Caffe aborts with "Cannot share param 'w' owned by layer 'a' with layer 'b'; shape mismatch.". With
`share_mode: PERMISSIVE` on the layer that comes later only the number of elements must agree.

Bad:
    layer { name: "a" type: "InnerProduct" param { name: "w" } inner_product_param { num_output: 2 } }
    layer { name: "b" type: "InnerProduct" param { name: "w" } inner_product_param { num_output: 3 } }

Good:
    layer { name: "a" type: "InnerProduct" param { name: "w" } inner_product_param { num_output: 2 } }
    layer { name: "b" type: "InnerProduct" param { name: "w" } inner_product_param { num_output: 2 } }
"""

from caffe_lint.lint import RejectionRule


class SharedParamShape(RejectionRule):
    code = "CL301"
    name = "shared-param-shape"
