"""A net as a networkx graph, for pictures, reachability and isomorphism."""

import networkx

from .model import Layer, Net


def net_graph(net: Net) -> "networkx.MultiDiGraph[Layer]":
    """Layers as nodes (attributes `name`, `type`), one edge from producer to consumer for each bottom.

    An edge has the key `(blob name, bottom index)` and the attribute `blob`, the version that is read.
    """
    graph: networkx.MultiDiGraph[Layer] = networkx.MultiDiGraph(name=net.name)
    for layer in net.layers:
        graph.add_node(layer, name=layer.name, type=layer.type)
    for use in net.uses:
        if use.blob is not None:
            graph.add_edge(use.blob.layer, use.layer, key=(use.name, use.index), blob=use.blob)
    return graph
