"""Which losses a net has and which layers run Backward (insert_splits.cpp, InsertSplits; net.cpp, Net::Init).

Gradients are worked out from the end: a layer runs Backward if its tops lead to a loss and something below
or in it learns. A blob that several layers read goes through an implicit Split, which sums their gradients.
"""

from dataclasses import dataclass, field

from ..net import Blob, Layer, Net, Use
from .inference import Inference
from .table import find


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
    contributing: set[Layer] = field(default_factory=set)
    """Layers whose tops lead to a loss."""
    running: set[Layer] = field(default_factory=set)
    """Layers that run Backward."""
    asked: set[Use] = field(default_factory=set)
    """Bottoms for which a gradient is asked; it is worked out in the layers that run."""

    def weight(self, blob: Blob) -> float:
        """The loss weight that the file gives a top, or implies for a loss layer's first top."""
        weights = self.weights.get(blob.layer, ())
        return weights[blob.index] if blob.index < len(weights) else 0

    def is_split(self, blob: Blob) -> bool:
        """Whether an implicit Split stands behind a top: several layers use it, or one and a loss weight."""
        weighted = blob.layer.block.has("loss_weight") and self.weight(blob) != 0
        return len(blob.uses) + weighted > 1


def find_backward(net: Net, inference: Inference) -> Backward:
    """Where the gradients of a net flow; layers of types that are not in the table may learn anything."""
    backward = Backward()
    for layer in net.layers:
        _read_weights(layer, backward)
        _sweep_forward(layer, inference, backward)
    for layer in reversed(net.layers):
        _sweep_backward(layer, backward)
    return backward


def _read_weights(layer: Layer, backward: Backward) -> None:
    record = find(layer.type)
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
    flags = layer.block.fields("propagate_down")
    given = [field.value in ("true", "True", "t", "1") for field in flags]
    below = [use.blob is not None and use.blob.layer in backward.learning for use in layer.bottoms]
    asked = given if len(given) == len(below) else below
    backward.asked.update(use for use, is_asked in zip(layer.bottoms, asked, strict=True) if is_asked)
    if any(below) or _learns(layer, inference):
        backward.learning.add(layer)


def _learns(layer: Layer, inference: Inference) -> bool:
    if layer not in inference.params:
        return True
    rates = [param.block.real("lr_mult") for param in layer.params]
    return any(rates) or len(rates) < len(inference.params[layer])


def _sweep_backward(layer: Layer, backward: Backward) -> None:
    is_lost = [_is_switched_off(top, backward) for top in layer.tops]
    has_loss = layer in backward.weights
    leads = has_loss or any(use.layer in backward.contributing for top in layer.tops for use in top.uses)
    is_skipped = len(is_lost) > 0 and all(is_lost) or not layer.tops and not has_loss
    if leads or find(layer.type) is None:
        backward.contributing.add(layer)
    if not leads or is_skipped:
        backward.asked.difference_update(layer.bottoms)
    elif layer in backward.learning:
        backward.running.add(layer)


def _is_switched_off(top: Blob, backward: Backward) -> bool:
    """Whether no gradient comes back into a top that is used (`blobs_skip_backp` in Net::Init)."""
    if not top.uses or (backward.is_split(top) and backward.weight(top)):
        return False
    return all(use not in backward.asked for use in top.uses)
