"""What an in-place layer leaves of the values that it overwrites."""

from collections.abc import Callable
from typing import NamedTuple

from ..net import Layer
from .aliasing import shares_memory
from .backward_reads import Need
from .filler import constant_of
from .table import TABLE
from .values import (
    KnownValues,
    Signs,
    Values,
    adds_nothing,
    drops,
    factor_signs,
    is_frozen,
    power_is_constant,
    slope_signs,
    uses_stored_statistics,
)


class Change(NamedTuple):
    """What is still right after a layer has overwritten its bottom with its top."""

    passing: Need
    """Of the elements through which the layer passes a gradient."""
    blocked: Need
    """Of those through which it passes none."""
    is_repeatable: bool = False
    """Whether doing it once more changes nothing."""
    passes_gradient: bool = True
    """Whether any gradient comes back through the layer at all."""
    passes_negatives: bool = True
    """Whether any comes back through elements that are not positive."""
    is_local: bool = True
    """Whether the gradient of an element depends on nothing but the gradient of the same element."""

    @property
    def is_none(self) -> bool:
        """Whether all values stay as they are."""
        return self.passing is Need.VALUE and self.blocked is Need.VALUE

    def then(self, later: "Change") -> "Change":
        """What is still right after another layer has worked in place behind this one."""
        passing = min(self.passing, later.passing)
        blocked = min(passing, self.blocked, later.blocked)
        return Change(passing, blocked, is_local=self.is_local and later.is_local)


def _throughout(need: Need, *, is_repeatable: bool = False) -> Change:
    return Change(need, need, is_repeatable)


KEPT = _throughout(Need.VALUE, is_repeatable=True)
FLATTENED = Change(Need.VALUE, Need.POSITIVE, is_repeatable=True, passes_negatives=False)
"""What a ReLU does."""

_ANYTHING = _throughout(Need.NOTHING)
_MIXED = Change(Need.NOTHING, Need.NOTHING, is_local=False)
_SETTLED = _throughout(Need.NOTHING, is_repeatable=True)
_SAME_SIGN = _throughout(Need.SIGN)


def change_by(layer: Layer, index: int, values: KnownValues) -> Change | None:
    """What the in-place layer leaves of its bottom of that index; None for a type that nobody knows."""
    if layer.type not in TABLE:
        from .forks.overwrites import CHANGES

        return CHANGES.get(layer.type)
    if layer.type == "Python":
        return None
    rule = _RULES.get(layer.type)
    if rule is not None:
        return rule(layer, values.of(layer.bottoms[index].blob), values)
    if layer.type in _POSITIVE_TYPES and values.of(layer.bottoms[index].blob).signs == Signs.POSITIVE:
        return _SAME_SIGN
    return _MIXED if layer.type in _MIXERS else _ANYTHING


def _dropout(layer: Layer, _before: Values, values: KnownValues) -> Change:
    return Change(Need.SIGN, Need.NOTHING) if drops(layer, values.phase) else KEPT


def _bent(slope: Signs, before: Values) -> Change:
    """ReLU, PReLU and ELU: what is not negative stays, the rest is bent by `slope`."""
    if not before.signs & Signs.NEGATIVE:
        return KEPT
    if slope == Signs.ZERO:
        return FLATTENED
    if slope == Signs.POSITIVE:
        return _SAME_SIGN
    if not slope & Signs.NEGATIVE:
        return _throughout(Need.POSITIVE)
    return _ANYTHING if slope & Signs.POSITIVE else _SETTLED


def _relu(layer: Layer, before: Values, _values: KnownValues) -> Change:
    slope = layer.block.block("relu_param").real("negative_slope")
    return KEPT if slope == 1 else _bent(Signs.of(slope), before)


def _prelu(layer: Layer, before: Values, _values: KnownValues) -> Change:
    slope = slope_signs(layer)
    is_learned_zero = slope == Signs.ZERO and not is_frozen(layer, 0)
    return _bent(Signs.ZERO | Signs.POSITIVE if is_learned_zero else slope, before)


def _elu(layer: Layer, before: Values, _values: KnownValues) -> Change:
    return _bent(Signs.of(layer.block.block("elu_param").real("alpha")), before)


def _squashed(layer: Layer, _before: Values, _values: KnownValues) -> Change:
    """TanH, LRN, and Swish with a positive beta, keep all signs."""
    is_turned = layer.type == "Swish" and layer.block.block("swish_param").real("beta") < 0
    return _ANYTHING if is_turned else _SAME_SIGN


def _scale(layer: Layer, _before: Values, values: KnownValues) -> Change:
    if not adds_nothing(layer):
        return _ANYTHING
    if len(layer.bottoms) > 1:
        is_positive = values.of(layer.bottoms[1].blob).signs == Signs.POSITIVE
        return _SAME_SIGN if is_positive else _ANYTHING
    if is_frozen(layer, 0) and _is_one(layer):
        return KEPT
    return _SAME_SIGN if factor_signs(layer) == Signs.POSITIVE else _ANYTHING


def _is_one(layer: Layer) -> bool:
    param = layer.block.block("scale_param")
    return constant_of(param.block("filler")) == 1 or not param.has("filler")


def _bias(layer: Layer, _before: Values, _values: KnownValues) -> Change:
    return KEPT if adds_nothing(layer) else _ANYTHING


def _power(layer: Layer, before: Values, _values: KnownValues) -> Change:
    param = layer.block.block("power_param")
    power, scale, shift = (param.real(name) for name in ("power", "scale", "shift"))
    if power_is_constant(layer):
        return Change(Need.VALUE, Need.NOTHING, is_repeatable=True, passes_gradient=False)
    if (power, scale, shift) == (1, 1, 0):
        return KEPT
    keeps_sign = scale > 0 and shift == 0 and (power % 2 == 1 or not before.signs & Signs.NEGATIVE)
    return _SAME_SIGN if keeps_sign else _ANYTHING


def _threshold(layer: Layer, _before: Values, _values: KnownValues) -> Change:
    threshold = layer.block.block("threshold_param").real("threshold")
    if not 0 <= threshold < 1:
        return _ANYTHING
    return KEPT if _follows_its_like(layer, "threshold_param", ("threshold",)) else _SETTLED


def _batch_norm(layer: Layer, before: Values, values: KnownValues) -> Change:
    if uses_stored_statistics(layer, values.phase):
        return _ANYTHING
    return KEPT if before.is_normalized else _MIXED


def _mvn(_layer: Layer, before: Values, _values: KnownValues) -> Change:
    return KEPT if before.is_normalized else _SETTLED._replace(is_local=False)


def _clip(layer: Layer, _before: Values, _values: KnownValues) -> Change:
    return KEPT if _follows_its_like(layer, "clip_param", ("min", "max")) else _SETTLED


def _follows_its_like(layer: Layer, block: str, fields: tuple[str, ...]) -> bool:
    """Whether the values come out of a layer that has done the same to them."""
    blob = layer.bottoms[0].blob
    while blob is not None and shares_memory(blob.layer) and blob.layer.bottoms:
        blob = blob.layer.bottoms[0].blob
    if blob is None or blob.layer.type != layer.type:
        return False
    params = [each.block.block(block) for each in (layer, blob.layer)]
    return all(params[0].real(field) == params[1].real(field) for field in fields)


def _copied(_layer: Layer, _before: Values, _values: KnownValues) -> Change:
    """Concat and Slice of one blob, Tile once, Crop to the same size, Im2col of single pixels."""
    return KEPT


Rule = Callable[[Layer, Values, KnownValues], Change]

_MIXERS = frozenset({"Convolution", "Deconvolution", "Softmax"})

_POSITIVE_TYPES = frozenset({"BNLL", "Exp", "Sigmoid", "Softmax"})

_RULES: dict[str, Rule] = {
    "BatchNorm": _batch_norm,
    "Bias": _bias,
    "Clip": _clip,
    "Concat": _copied,
    "Crop": _copied,
    "Dropout": _dropout,
    "ELU": _elu,
    "Im2col": _copied,
    "LRN": _squashed,
    "MVN": _mvn,
    "PReLU": _prelu,
    "Power": _power,
    "ReLU": _relu,
    "Scale": _scale,
    "Slice": _copied,
    "Swish": _squashed,
    "TanH": _squashed,
    "Threshold": _threshold,
    "Tile": _copied,
}
