"""What DummyData layers fill a blob with, for rules that know which values a reader takes."""

from collections.abc import Iterable

from ..net import Blob
from ..schema import Block
from .aliasing import origin


def dummy_fillers(blob: Blob | None) -> list[Block]:
    """The fillers whose values are in a blob: of DummyData layers, behind layers that keep values.

    What else is in it is not known. Source: dummy_data_layer.cpp, LayerSetUp: there is one filler for all
    tops or one for each; without one, all values are 0.
    """
    blob = origin(blob)
    if blob is None:
        return []
    layer = blob.layer
    if layer.type == "Concat":
        return _joined(use.blob for use in layer.bottoms)
    if layer.type == "Slice":
        whole = _joined(use.blob for use in layer.bottoms[:1])
        return whole if len(whole) == 1 else []
    if layer.type != "DummyData":
        return []
    param = layer.block.block("dummy_data_param")
    fillers = param.blocks("data_filler")
    return [fillers[blob.index % len(fillers)]] if fillers else [param.block("data_filler")]


def _joined(blobs: Iterable[Blob | None]) -> list[Block]:
    return [filler for blob in blobs for filler in dummy_fillers(blob)]
