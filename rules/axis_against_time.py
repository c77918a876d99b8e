"""A layer of an unrolled LSTM works along another axis than the rest of its step.

Blobs of a time step are steps x batch x features (1xBxH): an InnerProduct must leave the first two axes
alone (`axis: 2`). With `axis: 1` it multiplies the whole batch as one vector: Caffe aborts where the
result meets the other blobs of the step, or where the weights are shared; if all layers agree, it mixes
the sequences of the batch.

Bad:
    layer { name: "Mh" type: "InnerProduct" inner_product_param { num_output: 2000 axis: 1 } }

Good:
    layer { name: "Mh" type: "InnerProduct" inner_product_param { num_output: 2000 axis: 2 } }
"""

from caffe_lint.lint import RecurrentRule


class AxisAgainstTime(RecurrentRule):
    code = "CL504"
    name = "axis-against-time"
