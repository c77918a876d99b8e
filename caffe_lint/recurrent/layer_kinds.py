"""What the layers of a recurrent step do, as far as the search for steps needs to know."""

from collections.abc import Collection, Iterator
from functools import cache
from typing import NamedTuple

from ..net import Blob, Layer, Use

ACTIVATIONS = frozenset({"Sigmoid", "TanH", "ReLU", "ELU", "PReLU", "HardSigmoid", "Swish"})

LEARNED = {
    "InnerProduct": "inner_product_param",
    "Convolution": "convolution_param",
    "Deconvolution": "convolution_param",
    "Embed": "embed_param",
}
"""Layers that multiply by learned weights, and where their settings stand."""

_INPUTS = {"DummyData": "dummy_data_param", "Input": "input_param"}

UNITS = frozenset({"LSTMUnit", "LstmUnit"})
"""Layers that compute a whole step behind the sum of the gates: Caffe's, and apollocaffe's."""

_ONE_TO_ONE = frozenset({"BatchNorm", "Bias", "Dropout", "Flatten", "Permute", "Reshape", "Split"})
ON_THE_WAY = frozenset({"AbsVal", "Power"})
"""Layers that may stand between a product with weights and what it is for, by mistake or not."""
_COMPUTED = (
    ACTIVATIONS
    | LEARNED.keys()
    | UNITS
    | {"AbsVal", "BatchNorm", "Dropout", "Eltwise", "Power", "Scale", "Softmax"}
)
_LONGEST_PATH = 6
_MOST_SUMMANDS = 60


class _Eltwise(NamedTuple):
    operation: str
    coefficients: tuple[float, ...]


@cache
def _eltwise(layer: Layer) -> _Eltwise:
    param = layer.block.block("eltwise_param")
    return _Eltwise(param.enum("operation"), tuple(param.reals("coeff")) or (1.0,) * len(layer.bottoms))


def operation(layer: Layer) -> str:
    """The operation of an Eltwise, empty for another layer."""
    return _eltwise(layer).operation if layer.type == "Eltwise" else ""


def coefficients(layer: Layer) -> tuple[float, ...]:
    """What an Eltwise multiplies its bottoms by before it adds them (eltwise_layer.cpp)."""
    return _eltwise(layer).coefficients


def is_sum(layer: Layer) -> bool:
    """Whether a layer adds two or more blobs."""
    return layer.type == "Eltwise" and len(layer.bottoms) > 1 and operation(layer) == "SUM"


def is_product(layer: Layer) -> bool:
    """Whether a layer multiplies two blobs: an Eltwise, or a Scale whose factor is a bottom."""
    if len(layer.bottoms) != 2:
        return False
    return layer.type == "Scale" or (layer.type == "Eltwise" and operation(layer) == "PROD")


def is_scaled(layer: Layer) -> bool:
    """Whether a layer multiplies its first bottom by its second, as by markers."""
    return layer.type == "Scale" and len(layer.bottoms) == 2


def is_complement(layer: Layer) -> bool:
    """Whether a layer computes 1 - x."""
    if layer.type != "Power" or not layer.bottoms:
        return False
    param = layer.block.block("power_param")
    return (param.real("power"), param.real("scale"), param.real("shift")) == (1, -1, 1)


def forget_layers() -> None:
    """Let go of the layers of the last net, whose settings were kept until its mistakes were found."""
    _eltwise.cache_clear()
    gate_of.cache_clear()
    makes_pieces.cache_clear()


@cache
def makes_pieces(layer: Layer) -> bool:
    """Whether the tops of a layer may be the pieces of a sequence, in their order: those of one shape may."""
    if layer.type == "Slice":
        return True
    param = _INPUTS.get(layer.type)
    return param is not None and len(layer.tops) > 1 and len(layer.block.block(param).blocks("shape")) == 1


def source(layer: Layer) -> Blob | None:
    """What the first bottom reads."""
    return layer.bottoms[0].blob if layer.bottoms else None


def passes_on(layer: Layer) -> bool:
    """Whether a layer leaves what its first bottom means as it is: copies, scales, shifts, or drops."""
    if not layer.bottoms or layer.type in _ONE_TO_ONE:
        return bool(layer.bottoms)
    if layer.type == "Scale":
        return len(layer.bottoms) == 1 or is_marked(layer)
    return layer.type == "Power" and _is_shift(layer)


def is_marked(layer: Layer) -> bool:
    """Whether a layer multiplies its first bottom by markers, which no step computes."""
    if not is_scaled(layer):
        return False
    factor = layer.bottoms[1].blob
    return factor is None or factor.layer.type not in _COMPUTED


def _is_shift(layer: Layer) -> bool:
    param = layer.block.block("power_param")
    return param.real("power") == 1 and param.real("scale") == 1


def behind(blob: Blob | None) -> Iterator[Blob]:
    """A blob and what it is made of, through layers with one main bottom and through activations."""
    for _ in range(_LONGEST_PATH):
        if blob is None:
            return
        yield blob
        layer = blob.layer
        if not (passes_on(layer) or (layer.type in ACTIVATIONS and layer.bottoms)):
            return
        blob = source(layer)


def is_linear(blob: Blob | None, depth: int = 5) -> bool:
    """Whether a blob is made of products with weights, cut or added up: what goes into an activation."""
    if blob is None or depth == 0:
        return False
    layer = blob.layer
    if layer.type in LEARNED or layer.type == "Slice":
        return bool(layer.bottoms)
    if is_sum(layer):
        return any(is_linear(use.blob, depth - 1) for use in layer.bottoms)
    return passes_on(layer) and is_linear(source(layer), depth - 1)


@cache
def gate_of(use: Use) -> Layer | None:
    """The activation that makes a factor out of products with weights; None if there is no such one."""
    activation: Layer | None = None
    for blob in behind(use.blob):
        layer = blob.layer
        if layer.type in ACTIVATIONS:
            if activation is not None:
                return None
            activation = layer
    return activation if activation is not None and is_linear(source(activation)) else None


def products_before(*blobs: Blob | None, through: Collection[str] = ("SUM",)) -> list[Layer]:
    """The layers with weights whose outputs are added up or cut into blobs, each once, in their order.

    `through` are the operations of Eltwise layers that are passed.
    """
    found: list[Layer] = []
    seen: set[Layer] = set()
    stack = [*blobs[::-1]]
    while stack and len(seen) < _MOST_SUMMANDS:
        blob = stack.pop()
        if blob is None or (layer := blob.layer) in seen:
            continue
        seen.add(layer)
        if layer.type in LEARNED:
            found.append(layer)
        elif operation(layer) in through:
            stack += [use.blob for use in layer.bottoms[::-1]]
        elif layer.type == "Slice" or layer.type in ON_THE_WAY or passes_on(layer):
            stack.append(source(layer))
    return found


def reads_of(product: Layer) -> Iterator[Use]:
    """The bottoms of a product with weights; of x and h that are joined into one, both."""
    for use in product.bottoms[:1]:
        joined = next((blob.layer for blob in behind(use.blob) if blob.layer.type == "Concat"), None)
        yield from joined.bottoms if joined is not None else (use,)


def names(layer: Layer) -> tuple[str, ...]:
    """The names of a layer's learned blobs, without those that have none."""
    return tuple(param.name for param in layer.params if param.name)


def blob_count(layer: Layer) -> int:
    """How many learned blobs a layer has; of one without weights of a known kind, those that it names."""
    if layer.type not in LEARNED:
        return len(layer.params)
    return 1 + layer.block.block(LEARNED[layer.type]).boolean("bias_term")
