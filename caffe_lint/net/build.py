"""Wires the layers of a state as Caffe does (insert_splits.cpp, InsertSplits; net.cpp, Net::Init)."""

from collections.abc import Iterable
from itertools import compress

from ..schema import Block
from ..text import Span
from .model import Blob, Layer, Net, ParamSpec, Use
from .state import NetState
from .upgrade import INPUT_LAYER, Upgraded


def build_net(
    upgraded: Upgraded, blocks: list[Block], kept: tuple[bool, ...], states: tuple[NetState, ...]
) -> Net:
    """The net of some states that keep the same layers.

    Args:
        upgraded: the file after Caffe's upgrades.
        blocks: the layers of `upgraded` as typed blocks, in order.
        kept: for each of them, whether it exists in the states.
        states: the states.
    """
    net = Net(upgraded.name, states, [], {}, frozenset(), upgraded.unsized_inputs)
    latest: dict[str, Blob] = {}
    owners: dict[str, ParamSpec] = {}
    for block, field in compress(zip(blocks, upgraded.layers, strict=True), kept):
        layer = Layer(len(net.layers), block.string("name"), block.string("type"), block, field.span)
        layer.stands_for_inputs = field.name == INPUT_LAYER
        _bind_bottoms(layer, latest)
        _make_tops(layer, latest)
        if block.has("param"):
            _name_params(layer, owners)
        net.layers.append(layer)
    _reject_shared_overwrites(net)
    _reject_split_names(net)
    if not all(kept):
        net.absent, net.fed_elsewhere = _absent_tops(blocks, latest)
    return net


def _bind_bottoms(layer: Layer, latest: dict[str, Blob]) -> None:
    for index, (name, span) in enumerate(layer.block.placed_strings("bottom")):
        use = Use(name, layer, index, span, latest.get(name))
        layer.bottoms.append(use)
        if use.blob is not None:
            use.blob.uses.append(use)


def _make_tops(layer: Layer, latest: dict[str, Blob]) -> None:
    for index, (name, span) in enumerate(layer.block.placed_strings("top")):
        blob = Blob(name, layer, index, span)
        earlier = latest.get(name)
        if earlier is not None:
            bottom = layer.bottoms[index] if index < len(layer.bottoms) else None
            if bottom is not None and bottom.blob is earlier:
                blob.previous = earlier
            else:
                blob.duplicate_of = earlier
        latest[name] = blob
        layer.tops.append(blob)


def _reject_shared_overwrites(net: Net) -> None:
    # InsertSplits renames the bottoms of a blob that several layers read, or that has a loss weight; an
    # in-place layer's bottom then differs from its top, which counts as a second producer.
    for blob in net.blobs:
        previous = blob.previous
        if previous is not None and len(previous.uses) + _has_loss_weight(previous) > 1:
            blob.duplicate_of, blob.previous = previous, None


def _reject_split_names(net: Net) -> None:
    # The copies that InsertSplits makes have names of their own, which no other blob may have.
    alike = {blob.name: blob for blob in net.blobs if "_split_" in blob.name}
    for blob in net.blobs if alike else ():
        readers = [None] * _has_loss_weight(blob) + [(use.layer, use.index) for use in blob.uses]
        for number, reader in enumerate(readers if len(readers) > 1 else ()):
            other = alike.get(f"{blob.name}_{blob.layer.name}_{blob.index}_split_{number}")
            if other is not None and (other.layer, other.index) != reader:
                other.duplicate_of = blob


def _has_loss_weight(blob: Blob) -> bool:
    if not blob.layer.block.has("loss_weight"):
        return False
    weights = blob.layer.block.reals("loss_weight")
    return blob.index < len(weights) and weights[blob.index] != 0


def _name_params(layer: Layer, owners: dict[str, ParamSpec]) -> None:
    for index, block in enumerate(layer.block.blocks("param")):
        param = ParamSpec(layer, index, block, block.string("name"))
        if param.name:
            owner = owners.setdefault(param.name, param)
            param.owner = owner if owner is not param else None
        layer.params.append(param)


def _absent_tops(blocks: Iterable[Block], latest: dict[str, Blob]) -> tuple[dict[str, Span], frozenset[str]]:
    absent: dict[str, Span] = {}
    fed: set[str] = set()
    for block in blocks:
        for name, span in block.placed_strings("top"):
            if name not in latest:
                absent.setdefault(name, span)
                if not block.has("bottom"):
                    fed.add(name)
    return absent, frozenset(fed)
