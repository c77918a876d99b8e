"""Which tops are no memory of their own: a second name, or another shape, for what lies elsewhere."""

from ..net import Blob, Layer

KEEPING_VALUES = frozenset({"Flatten", "Reshape", "Split"})
"""Types whose tops hold the values of the bottom in the same order."""


def origin(blob: Blob | None) -> Blob | None:
    """The top that has the values of a blob first, in front of layers that keep them."""
    while blob is not None and blob.layer.type in KEEPING_VALUES and blob.layer.bottoms:
        blob = blob.layer.bottoms[0].blob
    return blob


def shares_memory(layer: Layer) -> bool:
    """Whether the tops of a layer, without working in place, lie in the memory of a bottom or of a param.

    Sources: split_layer.cpp, flatten_layer.cpp and reshape_layer.cpp; slice_layer.cpp with one top and
    concat_layer.cpp with one bottom; parameter_layer.hpp, whose top is the learned blob.
    """
    if layer.type in ("Concat", "Slice"):
        return len(layer.bottoms) == len(layer.tops) == 1
    return layer.type in KEEPING_VALUES or layer.type == "Parameter" or keeps_axes(layer)


def keeps_axes(layer: Layer) -> bool:
    """Whether a layer is a Permute (permute_layer.cpp of weiliu89/caffe) that leaves all axes in place."""
    if layer.type != "Permute":
        return False
    order = layer.block.block("permute_param").integers("order")
    return order == list(range(len(order)))
