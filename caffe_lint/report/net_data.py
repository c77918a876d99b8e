"""A net as plain data, in the form that `caffe-lint show --format json` promises (`show.schema.json`)."""

from collections.abc import Sequence
from typing import TypedDict

from ..layers import Inference, Shape, infer_shapes
from ..net import Document, Layer, Net, NetState, ParamSpec
from .recurrent_data import RecurrentData, recurrent_data

Dims = list[int | None] | None


class ParamData(TypedDict):
    """A learned blob of a layer; `owner` is the layer whose blob it is."""

    name: str
    shape: Dims
    owner: str
    lr_mult: float
    decay_mult: float


class LayerData(TypedDict):
    """A layer; `macs` counts multiply-accumulates of one item."""

    name: str
    type: str
    bottoms: list[str]
    tops: list[str]
    line: int
    params: list[ParamData]
    macs: int | None


class StateData(TypedDict):
    """The net in one state."""

    phase: str
    level: int
    stages: list[str]
    layers: list[LayerData]
    blobs: dict[str, Dims]
    recurrent: list[RecurrentData]


class NetData(TypedDict):
    """A net file."""

    path: str
    name: str
    dialects: list[str]
    states: list[StateData]


def net_data(document: Document, chosen: Sequence[NetState] | None = None) -> NetData:
    """Everything that `show` tells about a net, each state for itself.

    Args:
        document: a file that holds a net.
        chosen: the states to tell about; by default those that the file tells apart.
    """
    states = {state: data for net in document.nets(chosen) for state, data in _states(document, net)}
    return {
        "path": document.source.path,
        "name": document.upgraded.name,
        "dialects": list(document.dialects),
        "states": [states[state] for state in sorted(states, key=state_order)],
    }


def state_order(state: NetState) -> tuple[int, tuple[str, ...], bool]:
    """The order in which states are shown: by level, then stages, TRAIN before TEST."""
    return (state.level, state.stages, state.phase == "TEST")


def _states(document: Document, net: Net) -> list[tuple[NetState, StateData]]:
    inference = infer_shapes(net)
    layers = [_layer(document, net, layer, inference) for layer in net.layers]
    blobs = {name: _dims(inference.shape(blob)) for name, blob in net.final_blobs.items()}
    recurrent = recurrent_data(document, net, inference)
    return [
        (
            state,
            {
                "phase": state.phase,
                "level": state.level,
                "stages": list(state.stages),
                "layers": layers,
                "blobs": blobs,
                "recurrent": recurrent,
            },
        )
        for state in net.states
    ]


def _layer(document: Document, net: Net, layer: Layer, inference: Inference) -> LayerData:
    shapes = inference.params.get(layer, (None,) * len(layer.params))
    return {
        "name": layer.name,
        "type": layer.type,
        "bottoms": [use.name for use in layer.bottoms],
        "tops": [top.name for top in layer.tops],
        "line": document.source.position(layer.span.start).line,
        "params": [_param(net, layer, index, shape) for index, shape in enumerate(shapes)],
        "macs": inference.macs.get(layer),
    }


def _param(net: Net, layer: Layer, index: int, shape: Shape) -> ParamData:
    spec = layer.params[index] if index < len(layer.params) else None
    owner = spec.owner.layer if spec is not None and spec.owner is not None else layer
    return {
        "name": spec.name if spec is not None else "",
        "shape": _dims(shape),
        "owner": owner.name,
        "lr_mult": _multiplier(net, spec, "lr_mult"),
        "decay_mult": _multiplier(net, spec, "decay_mult"),
    }


def _multiplier(net: Net, spec: ParamSpec | None, name: str) -> float:
    """Net::AppendParam: a shared blob has the multiplier that any of its entries gives, 1 if none does."""
    if spec is None:
        return 1.0
    sharers = net.sharers[spec.name] if spec.name else [spec]
    return next((sharer.block.real(name) for sharer in sharers if sharer.block.has(name)), 1.0)


def _dims(shape: Shape) -> Dims:
    return None if shape is None else list(shape)
