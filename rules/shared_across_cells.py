"""A time step shares its weights with another recurrent cell of the net instead of with its own.

Two directions of a bidirectional net, and layers that stand on each other, each learn weights of their own.
With the name of the other cell's, Caffe shares with that one: if the shapes are equal it loads the net in
silence, and one step computes with weights that are learned for something else; if not, it aborts.

Bad (the steps before have "back_hw"):
    layer { name: "back2/Wh" type: "InnerProduct" param { name: "forth_hw" } }

Good:
    layer { name: "back2/Wh" type: "InnerProduct" param { name: "back_hw" } }
"""

from caffe_lint.lint import RecurrentRule


class SharedAcrossCells(RecurrentRule):
    code = "CL512"
    name = "shared-across-cells"
