"""A time step of an unrolled recurrent net has weights of its own.

Caffe shares learned blobs between layers only if their `param` entries have the same name. A step without
the name, or with a misspelt one, loads in silence: it starts from other random weights, learns by itself,
and the net is no recurrent net any more.

Bad:
    layer { name: "t0/Mh" type: "InnerProduct" param { name: "Mhw" } }
    layer { name: "t1/Mh" type: "InnerProduct" param { name: "Mwh" } }

Good:
    layer { name: "t0/Mh" type: "InnerProduct" param { name: "Mhw" } }
    layer { name: "t1/Mh" type: "InnerProduct" param { name: "Mhw" } }
"""

from caffe_lint.lint import RecurrentRule


class UnsharedWeights(RecurrentRule):
    code = "CL501"
    name = "unshared-weights"
