"""What is known of the values in a blob without running the net: their signs, whether they are normalised.

A learned factor is taken to keep the sign that its filler gives it.
"""

from collections.abc import Callable
from enum import IntFlag
from functools import partial
from typing import NamedTuple

from ..net import Blob, Layer, Net
from ..net.state import Phase
from ..schema import Block
from .dummy import dummy_fillers


class Signs(IntFlag):
    """The signs that the values of a blob may have."""

    NEGATIVE = 1
    ZERO = 2
    POSITIVE = 4
    ANY = 7

    @classmethod
    def of(cls, value: float) -> "Signs":
        """The sign of a number."""
        return cls.POSITIVE if value > 0 else cls.NEGATIVE if value < 0 else cls.ZERO

    def flipped(self) -> "Signs":
        """The signs of the negated values."""
        turned = {Signs.NEGATIVE: Signs.POSITIVE, Signs.POSITIVE: Signs.NEGATIVE}
        return self.mapped(lambda sign: turned.get(sign, sign))

    def mapped(self, what: "SignMap") -> "Signs":
        """The signs after each value has got the sign that `what` gives to its own."""
        found = Signs(0)
        for sign in (Signs.NEGATIVE, Signs.ZERO, Signs.POSITIVE):
            if sign & self:
                found |= what(sign)
        return found


SignMap = Callable[[Signs], Signs]
"""What becomes of a value, by its sign."""


class Values(NamedTuple):
    """What is known of all values of a blob."""

    signs: Signs = Signs.ANY
    is_normalized: bool = False
    """Whether each channel of each item has mean 0 and variance 1."""


ANYTHING = Values()
_POSITIVE = Values(Signs.POSITIVE)
_NOT_NEGATIVE = Values(Signs.ZERO | Signs.POSITIVE)


class KnownValues:
    """What is known of the values of every blob of a net in one phase."""

    def __init__(self, net: Net, phase: Phase) -> None:
        self.phase = phase
        self._net = net
        self._known: dict[Blob, Values] = {}

    def of(self, blob: Blob | None) -> Values:
        """What is known of a version of a blob; the whole net is looked at when first asked."""
        if not self._known:
            for layer in self._net.layers:
                bottoms = [
                    self._known.get(use.blob, ANYTHING) if use.blob else ANYTHING for use in layer.bottoms
                ]
                for top in layer.tops:
                    self._known[top] = _values_of(layer, top.index, bottoms, self.phase)
        return self._known.get(blob, ANYTHING) if blob is not None else ANYTHING


def phase_of(layer: Layer, phase: Phase) -> Phase:
    """The phase that a layer runs in: the net's, unless the layer says otherwise (layer.hpp, phase_)."""
    if not layer.block.has("phase"):
        return phase
    return "TEST" if layer.block.enum("phase") == "TEST" else "TRAIN"


def uses_stored_statistics(layer: Layer, phase: Phase) -> bool:
    """Whether a BatchNorm normalises by its stored statistics (batch_norm_layer.cpp, LayerSetUp)."""
    param = layer.block.block("batch_norm_param")
    if param.has("use_global_stats"):
        return param.boolean("use_global_stats")
    return phase_of(layer, phase) == "TEST"


def drops(layer: Layer, phase: Phase) -> bool:
    """Whether a Dropout drops anything."""
    ratio = layer.block.block("dropout_param").real("dropout_ratio")
    return phase_of(layer, phase) == "TRAIN" and ratio != 0


def is_frozen(layer: Layer, index: int) -> bool:
    """Whether a learned blob keeps what its filler gives it."""
    return index < len(layer.params) and layer.params[index].block.real("lr_mult") == 0


def filler_signs(filler: Block) -> Signs:
    """The signs of what a filler writes (filler.hpp)."""
    kind = filler.string("type")
    if kind == "constant":
        return Signs.of(filler.real("value"))
    if kind == "positive_unitball":
        return Signs.POSITIVE
    if kind == "uniform":
        least, most = filler.real("min"), filler.real("max")
        if least >= 0:
            return Signs.POSITIVE if least > 0 else Signs.ZERO | Signs.POSITIVE
        return Signs.ANY if most > 0 else Signs.NEGATIVE | Signs.of(most)
    return Signs.ANY


def factor_signs(layer: Layer) -> Signs:
    """The signs of the learned factors of a Scale, which are 1 without a filler (scale_layer.cpp)."""
    param = layer.block.block("scale_param")
    return filler_signs(param.block("filler")) if param.has("filler") else Signs.POSITIVE


def slope_signs(layer: Layer) -> Signs:
    """The signs of the learned slopes of a PReLU, which are 0.25 without a filler (prelu_layer.cpp)."""
    param = layer.block.block("prelu_param")
    return filler_signs(param.block("filler")) if param.has("filler") else Signs.POSITIVE


def adds_nothing(layer: Layer) -> bool:
    """Whether the bias of a Scale or Bias is none, or 0 for ever."""
    if layer.type == "Scale":
        param, name = layer.block.block("scale_param"), "bias_filler"
        if not param.boolean("bias_term"):
            return True
        index = 2 - len(layer.bottoms)
    else:
        param, name, index = layer.block.block("bias_param"), "filler", 0
        if len(layer.bottoms) > 1:
            return False
    return is_frozen(layer, index) and filler_signs(param.block(name)) == Signs.ZERO


def power_is_constant(layer: Layer) -> bool:
    """Whether a Power puts out one number whatever comes in (power_layer.cpp, diff_scale_)."""
    param = layer.block.block("power_param")
    return param.real("power") * param.real("scale") == 0


def _values_of(layer: Layer, top: int, bottoms: list[Values], phase: Phase) -> Values:
    rule = _RULES.get(layer.type)
    if rule is not None:
        return rule(layer, top, bottoms, phase)
    if layer.type in _POSITIVE_TYPES:
        return _POSITIVE
    if layer.type in _SIGN_KEEPERS and bottoms:
        return Values(bottoms[0].signs)
    return ANYTHING


def _with_negatives(bottoms: list[Values], negative: Signs) -> Values:
    before = bottoms[0].signs if bottoms else Signs.ANY
    return Values(before.mapped(lambda sign: negative if sign == Signs.NEGATIVE else sign))


def _bent(layer: Layer, _top: int, bottoms: list[Values], _phase: Phase) -> Values:
    """ReLU, ELU and PReLU: what is not negative stays."""
    if layer.type == "PReLU":
        slopes = slope_signs(layer)
    elif layer.type == "ELU":
        slopes = Signs.of(layer.block.block("elu_param").real("alpha"))
    else:
        slopes = Signs.of(layer.block.block("relu_param").real("negative_slope"))
    return _with_negatives(bottoms, slopes.flipped())


def _dropout(layer: Layer, _top: int, bottoms: list[Values], phase: Phase) -> Values:
    before = bottoms[0] if bottoms else ANYTHING
    return Values(before.signs | Signs.ZERO) if drops(layer, phase) else before


def _batch_norm(layer: Layer, _top: int, bottoms: list[Values], phase: Phase) -> Values:
    is_kept = bottoms and bottoms[0].is_normalized and not uses_stored_statistics(layer, phase)
    return Values(is_normalized=bool(is_kept))


def _mvn(layer: Layer, _top: int, bottoms: list[Values], _phase: Phase) -> Values:
    param = layer.block.block("mvn_param")
    is_kept = bool(bottoms) and bottoms[0].is_normalized
    makes = param.boolean("normalize_variance") and not param.boolean("across_channels")
    return Values(is_normalized=is_kept or makes)


def _power(layer: Layer, _top: int, bottoms: list[Values], _phase: Phase) -> Values:
    param = layer.block.block("power_param")
    power, scale, shift = (param.real(name) for name in ("power", "scale", "shift"))
    if power_is_constant(layer):
        return _POSITIVE if power == 0 else Values(_raised(Signs.of(shift), power))
    signs = bottoms[0].signs if bottoms else Signs.ANY
    signs = signs if scale > 0 else signs.flipped()
    if shift:
        signs = Signs.of(shift) if not signs & ~(Signs.of(shift) | Signs.ZERO) else Signs.ANY
    return Values(_raised(signs, power))


def _raised(signs: Signs, power: float) -> Signs:
    if power % 2 == 1:
        return signs
    # Other than integer powers of negative numbers are no numbers at all.
    return signs.mapped(lambda sign: Signs.ZERO if sign == Signs.ZERO else Signs.POSITIVE)


def _clip(layer: Layer, _top: int, bottoms: list[Values], _phase: Phase) -> Values:
    param = layer.block.block("clip_param")
    least, most = Signs.of(param.real("min")), Signs.of(param.real("max"))
    signs = bottoms[0].signs if bottoms else Signs.ANY
    return Values(signs.mapped(lambda sign: min(max(sign, least), most)))


def _eltwise(layer: Layer, _top: int, bottoms: list[Values], _phase: Phase) -> Values:
    param = layer.block.block("eltwise_param")
    signs = [values.signs for values in bottoms]
    if param.enum("operation") == "PROD":
        product = Signs.POSITIVE
        for each in signs:
            product = product.mapped(partial(_times, others=each))
        return Values(product)
    if param.enum("operation") == "SUM" and min(param.reals("coeff"), default=1) < 0:
        return ANYTHING
    return Values(_summed(signs))


def _times(sign: Signs, others: Signs) -> Signs:
    if sign == Signs.ZERO:
        return Signs.ZERO
    return others if sign == Signs.POSITIVE else others.flipped()


def _summed(signs: list[Signs]) -> Signs:
    both = Signs(0)
    for each in signs:
        both |= each
    return Signs.ANY if both & Signs.NEGATIVE and both & Signs.POSITIVE else both or Signs.ANY


def _joined(_layer: Layer, _top: int, bottoms: list[Values], _phase: Phase) -> Values:
    """Averages and joined blobs: no sign that was not there before, but a sum may be 0."""
    return Values(_summed([values.signs for values in bottoms]))


def _padded(_layer: Layer, _top: int, bottoms: list[Values], _phase: Phase) -> Values:
    return Values(bottoms[0].signs | Signs.ZERO) if bottoms else ANYTHING


def _pooling(layer: Layer, top: int, bottoms: list[Values], phase: Phase) -> Values:
    return _joined(layer, top, bottoms, phase) if top == 0 else _NOT_NEGATIVE


def _scale(layer: Layer, _top: int, bottoms: list[Values], _phase: Phase) -> Values:
    if not bottoms or not adds_nothing(layer):
        return ANYTHING
    factors = bottoms[1].signs if len(bottoms) > 1 else factor_signs(layer)
    return Values(bottoms[0].signs.mapped(lambda sign: _times(sign, factors)))


def _dummy_data(layer: Layer, top: int, _bottoms: list[Values], _phase: Phase) -> Values:
    return Values(filler_signs(dummy_fillers(layer.tops[top])[0]))


def _reduction(layer: Layer, _top: int, bottoms: list[Values], _phase: Phase) -> Values:
    param = layer.block.block("reduction_param")
    is_sum = param.enum("operation") in ("SUM", "MEAN")
    signs = _summed([values.signs for values in bottoms]) if is_sum else Signs.ZERO | Signs.POSITIVE
    factor = Signs.of(param.real("coeff"))
    return Values(signs.mapped(partial(_times, others=factor)))


def _not_negative(_layer: Layer, _top: int, _bottoms: list[Values], _phase: Phase) -> Values:
    return _NOT_NEGATIVE


def _same(_layer: Layer, _top: int, bottoms: list[Values], _phase: Phase) -> Values:
    return bottoms[0] if bottoms else ANYTHING


_POSITIVE_TYPES = frozenset({"BNLL", "Exp", "Sigmoid", "Softmax"})
_SIGN_KEEPERS = frozenset(
    {"BatchReindex", "Crop", "Filter", "Flatten", "LRN", "Reshape", "Slice", "Swish", "TanH", "Tile"}
)

_RULES: dict[str, Callable[[Layer, int, list[Values], Phase], Values]] = {
    "AbsVal": _not_negative,
    "BatchNorm": _batch_norm,
    "Clip": _clip,
    "Concat": _joined,
    "Dropout": _dropout,
    "DummyData": _dummy_data,
    "ELU": _bent,
    "Eltwise": _eltwise,
    "Im2col": _padded,
    "MVN": _mvn,
    "PReLU": _bent,
    "Pooling": _pooling,
    "Power": _power,
    "ReLU": _bent,
    "Reduction": _reduction,
    "Scale": _scale,
    "Split": _same,
    "Threshold": _not_negative,
}
