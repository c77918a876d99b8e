"""Caffe's own recurrent layers: which sequences they work on, and where a net goes on with these."""

from typing import NamedTuple

from ..layers import Inference, constant_at
from ..net import Blob, Layer, Net, Use

NATIVE = frozenset({"LSTM", "RNN"})
"""The types that unroll a cell over all time steps of x (steps, streams, …)."""

STATES = {"LSTM": 2, "RNN": 1}
"""How many states they have: the last bottoms and tops, if the layer exposes them."""


class Markers(NamedTuple):
    """The sequence markers of a recurrent layer: 0 where a sequence begins, 1 where it goes on."""

    layer: Layer
    use: Use
    steps: int
    streams: int
    inference: Inference

    @property
    def caveat(self) -> str:
        """What to add to a statement about a fork's type, which nobody has measured."""
        return "" if self.layer.type in NATIVE else " (so its sources read, it was not run)"

    def at(self, step: int, stream: int) -> float | None:
        """The marker of a step, None if the file does not fix it."""
        return constant_at(self.use.blob, step * self.streams + stream, self.inference)

    @property
    def forgets(self) -> bool:
        """Whether all markers behind the first step are 0, so that no step goes on from another."""
        return all(
            self.at(step, stream) == 0 for step in range(1, self.steps) for stream in range(self.streams)
        )


def markers(layer: Layer, inference: Inference) -> Markers | None:
    """The markers of a recurrent layer; None for another type, or if their number is not known.

    The forks' `Lstm` has them, if at all, one for each row of its input, `batch_size` rows to a step.
    """
    if layer.type not in ("Lstm", *NATIVE) or len(layer.bottoms) < 2:
        return None
    if layer.type in NATIVE and layer not in inference.params:
        return None
    use = layer.bottoms[1]
    dims = [dim for dim in inference.shape(use.blob) or () if dim]
    if layer.type in NATIVE:
        return Markers(layer, use, dims[0], dims[1], inference) if len(dims) == 2 else None
    streams = layer.block.block("lstm_param").integer("batch_size")
    rows = dims[0] if dims else 0
    return Markers(layer, use, rows // streams, streams, inference) if streams and rows >= streams else None


def exposes_states(layer: Layer) -> bool:
    """Whether a native recurrent layer takes its first states from bottoms and shows its last ones."""
    return layer.type in NATIVE and layer.block.block("recurrent_param").boolean("expose_hidden")


_KEEPING_AXES = frozenset(
    {"AbsVal", "BNLL", "BatchNorm", "Bias", "Clip", "Dropout", "ELU", "Eltwise", "Exp", "LRN", "Log", "PReLU"}
    | {"Power", "ReLU", "Scale", "Sigmoid", "Softmax", "Split", "Swish", "TanH", "Threshold"}
)
"""Types whose tops have the axes of bottom 0, with the same meaning."""


def sequences(net: Net, inference: Inference) -> dict[Blob, Blob]:
    """The blobs of (steps, streams, …) that come out of native recurrent layers, each with the first of them.

    Followed through layers that leave the first two axes alone.
    """
    found: dict[Blob, Blob] = {}
    for layer in net.layers:
        if layer.type in NATIVE and layer.tops:
            found[layer.tops[0]] = layer.tops[0]
            continue
        source = next((found[use.blob] for use in layer.bottoms if use.blob in found), None)
        if source is not None and _keeps_sequence(layer, inference):
            found.update(dict.fromkeys(layer.tops, source))
    return found


def _keeps_sequence(layer: Layer, inference: Inference) -> bool:
    if layer.type in _KEEPING_AXES:
        return True
    if layer.type not in ("Concat", "InnerProduct", "Slice"):
        return False
    shape = inference.shape(layer.bottoms[0].blob)
    axis = axis_of(layer, len(shape or ()))
    return axis is not None and (axis >= 2 or (axis == 0 and layer.type != "InnerProduct"))


_OLD_NAMES = {"Concat": "concat_dim", "Slice": "slice_dim"}
_BLOCKS = {
    "Accuracy": "accuracy_param",
    "ArgMax": "argmax_param",
    "Concat": "concat_param",
    "InfogainLoss": "infogain_loss_param",
    "InnerProduct": "inner_product_param",
    "Slice": "slice_param",
    "Softmax": "softmax_param",
    "SoftmaxWithLoss": "softmax_param",
}
"""The block with the axis along which a layer type works."""


def axis_of(layer: Layer, axes: int) -> int | None:
    """The axis along, or from, which a layer works, counted from the front; None if that is not known.

    An ArgMax without an axis works on all from the second on.
    """
    if layer.type not in _BLOCKS or not axes:
        return None
    param = layer.block.block(_BLOCKS[layer.type])
    if layer.type == "ArgMax" and not param.has("axis"):
        return 1
    old = _OLD_NAMES.get(layer.type, "")
    axis = param.integer(old if old and param.has(old) else "axis")
    return axis % axes if -axes <= axis < axes else None
