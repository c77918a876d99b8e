"""An HDF5Data layer without a batch size.

It has no default, and Caffe does not ask for one as it does for other data layers: the net gets blobs without
items, and the first forward pass aborts with "Check failed: data_".

Bad:
    layer { name: "data" type: "HDF5Data" top: "data" hdf5_data_param { source: "files.txt" } }

Good:
    layer { name: "data" type: "HDF5Data" top: "data" hdf5_data_param { source: "files.txt" batch_size: 64 } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext
from caffe_lint.net import Layer


class NoBatch(LayerRule):
    code = "CL614"
    name = "no-batch"
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset({"HDF5Data"})

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        param = layer.block.block("hdf5_data_param")
        if param.integer("batch_size") == 0:
            is_given = "is 0" if param.has("batch_size") else "is not given, which is 0"
            message = f"'batch_size' of '{layer.name}' {is_given}: the first forward pass aborts"
            yield self.report(context, message, param.span("batch_size"))
