"""Which losses a net has and which layers run Backward (insert_splits.cpp, InsertSplits; net.cpp, Net::Init).

Gradients are worked out from the end: a layer runs Backward if its tops lead to a loss and something below
or in it learns. A blob that several layers read goes through an implicit Split, which sums their gradients.
"""

from dataclasses import dataclass, field

from ..net import Blob, Layer, Net, Use
from .inference import Inference
from .table import find

_SCRATCH_IN_FORWARD = frozenset({"HingeLoss"})
"""Types whose Forward uses the gradient of bottom 0 as a buffer."""

_WRITES_UNASKED = frozenset(
    {"BatchNorm", "Flatten", "Im2col", "LRN", "LSTM", "LSTMUnit", "MVN", "Reshape", "RNN", "Scale", "Softmax"}
)
"""Types whose Backward writes the gradient of bottom 0, or shares its memory, without a look at
`propagate_down`."""

_NEVER_FORCED = {
    "ContrastiveLoss": 2,
    "HingeLoss": 1,
    "InfogainLoss": 1,
    "LSTM": 1,
    "MultinomialLogisticLoss": 1,
    "RNN": 1,
    "SigmoidCrossEntropyLoss": 1,
    "SoftmaxWithLoss": 1,
}
"""The bottom of which `force_backward` asks no gradient."""


@dataclass(eq=False, repr=False, slots=True)
class Backward:
    """The losses of a net, and where gradients flow."""

    weights: dict[Layer, tuple[float, ...]] = field(default_factory=dict)
    """The loss weights of the tops of each loss (automatic tops included), as the file says or implies."""
    cleared: dict[Layer, Blob] = field(default_factory=dict)
    """Losses of which a weighted top is used: InsertSplits takes all their weights, and gives on only those
    of tops that are used. The top is the first of these."""
    learning: set[Layer] = field(default_factory=set)
    """Layers that learn, or stand above one that does."""
    surely_learning: set[Layer] = field(default_factory=set)
    """Those of them of which it is certain: all layers down to one that learns are of known types."""
    contributing: set[Layer] = field(default_factory=set)
    """Layers whose tops lead to a loss, or may: a layer of an unknown type may be one."""
    running: set[Layer] = field(default_factory=set)
    """Layers that run Backward."""
    asked: set[Use] = field(default_factory=set)
    """Bottoms for which a gradient is asked; it is worked out in the layers that run."""
    is_forced: bool = False
    """Whether gradients are worked out for all learned blobs, those with `lr_mult: 0` too."""
    useful: set[Use] = field(default_factory=set)
    """Those of them below which something learns from it: the statistics of a BatchNorm do not."""

    def weight(self, blob: Blob) -> float:
        """The loss weight that the file gives a top, or implies for a loss layer's first top."""
        weights = self.weights.get(blob.layer, ())
        return weights[blob.index] if blob.index < len(weights) else 0

    def leaks(self, use: Use) -> bool:
        """Whether a bottom for which no gradient is asked gets one all the same, added to that of others.

        The Split behind a blob sums what its tops hold as gradients, whoever wrote it (split_layer.cpp).
        """
        blob = use.blob
        if use.index or use in self.asked or blob is None or not self.is_split(blob):
            return False
        if blob.layer not in self.running:
            return False
        if use.layer.type in _SCRATCH_IN_FORWARD:
            return True
        return use.layer in self.running and _writes_unasked(use.layer)

    def is_split(self, blob: Blob) -> bool:
        """Whether an implicit Split stands behind a top: several layers use it, or one and a loss weight."""
        weighted = blob.layer.block.has("loss_weight") and self.weight(blob) != 0
        return len(blob.uses) + weighted > 1


def find_backward(net: Net, inference: Inference) -> Backward:
    """Where the gradients of a net flow: nowhere without a known loss, unless `force_backward` is set.

    Layers of types that are not in the table may learn anything.
    """
    backward = Backward()
    for layer in net.layers:
        _read_weights(layer, inference, backward)
    if not (backward.weights or net.forces_backward):
        return backward
    for layer in net.layers:
        _sweep_forward(layer, inference, backward)
    for layer in reversed(net.layers):
        _sweep_backward(layer, inference, backward)
    if net.forces_backward:
        _force(net, backward)
    _find_useful(net, inference, backward)
    return backward


def _force(net: Net, backward: Backward) -> None:
    """Ask all layers for all gradients that they allow to be asked (Layer::AllowForceBackward)."""
    backward.is_forced = True
    for layer in net.layers:
        backward.running.add(layer)
        refused = _NEVER_FORCED.get(layer.type)
        backward.asked.update(use for use in layer.bottoms if use.index != refused)


def _find_useful(net: Net, inference: Inference, backward: Backward) -> None:
    # With force_backward it is the gradients of the inputs that are wanted.
    taught = {layer for layer in net.layers if net.forces_backward and not layer.bottoms}
    for layer in net.layers:
        useful = [use for use in layer.bottoms if use in backward.asked and _maker(use) in taught]
        backward.useful.update(useful)
        if useful or (layer.type != "BatchNorm" and _learns(layer, inference)):
            taught.add(layer)


def _maker(use: Use) -> Layer | None:
    return use.blob.layer if use.blob is not None else None


def _read_weights(layer: Layer, inference: Inference, backward: Backward) -> None:
    record = inference.record(layer)
    if layer.block.has("loss_weight"):
        weights = tuple(layer.block.reals("loss_weight"))
        used = [top for top, weight in zip(layer.tops, weights, strict=False) if weight and top.uses]
        if used:
            backward.cleared[layer] = used[0]
    else:
        # loss_layer.cpp, LossLayer::LayerSetUp
        weights = (1.0,) if record is not None and record.loss else ()
    if any(weights):
        backward.weights[layer] = weights


def _sweep_forward(layer: Layer, inference: Inference, backward: Backward) -> None:
    given = layer.block.booleans("propagate_down")
    below = [use.blob is not None and use.blob.layer in backward.learning for use in layer.bottoms]
    asked = given if len(given) == len(below) else below
    backward.asked.update(use for use, is_asked in zip(layer.bottoms, asked, strict=True) if is_asked)
    if any(below) or _learns(layer, inference):
        backward.learning.add(layer)
    surely = any(use.blob is not None and use.blob.layer in backward.surely_learning for use in layer.bottoms)
    if find(layer.type) is not None and (surely or _surely_learns(layer, inference)):
        backward.surely_learning.add(layer)


def _learns(layer: Layer, inference: Inference) -> bool:
    if layer not in inference.params:
        return True
    rates = [param.block.real("lr_mult") for param in layer.params]
    return any(rates) or len(rates) < len(inference.params[layer])


def _surely_learns(layer: Layer, inference: Inference) -> bool:
    return bool(inference.params.get(layer)) and _learns(layer, inference)


def _sweep_backward(layer: Layer, inference: Inference, backward: Backward) -> None:
    readers = [use.layer for top in layer.tops for use in top.uses]
    has_loss = layer in backward.weights or inference.record(layer) is None
    is_switched_off = all(_is_switched_off(top, backward) for top in layer.tops)
    if has_loss or any(reader in backward.contributing for reader in readers):
        backward.contributing.add(layer)
        if not is_switched_off or (has_loss and not layer.tops):
            if layer in backward.learning:
                backward.running.add(layer)
            return
    backward.asked.difference_update(layer.bottoms)


def _is_switched_off(top: Blob, backward: Backward) -> bool:
    """Whether no gradient comes back into a top that is used (`blobs_skip_backp` in Net::Init)."""
    if not top.uses or (backward.is_split(top) and backward.weight(top)):
        return False
    return all(use not in backward.asked for use in top.uses)


def _writes_unasked(layer: Layer) -> bool:
    if layer.type == "LRN":
        return layer.block.block("lrn_param").enum("norm_region") == "ACROSS_CHANNELS"
    if layer.type in ("Concat", "Slice"):
        return len(layer.bottoms) == len(layer.tops) == 1
    return layer.type in _WRITES_UNASKED
