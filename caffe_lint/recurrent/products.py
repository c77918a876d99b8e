"""Tells the products of an LSTM step apart: which InnerProduct holds the weights of h, which those of x."""

from collections import Counter
from typing import NamedTuple

from ..net import Layer
from .model import Step

_PASSED = frozenset({"Dropout", "Reshape", "Scale", "Split"})
_LONGEST_PATH = 4


class _Others(NamedTuple):
    """What is known from the steps whose product of h reads the output of a step."""

    h_names: set[str]
    x_names: set[str]
    x_sources: set[Layer | None]
    h_index: int


def with_products(chain: list[Step]) -> list[Step]:
    """The steps with the layers in front of their Slices: the sum and the products with x and with h."""
    outputs = {step.layers["hidden"] for step in chain}
    candidates = [_products_before(step.layers["gate_slice"]) for step in chain]
    counts = Counter(layer for products in candidates for layer in products)
    # A product that several steps read is none of theirs: that of an input that stays the same.
    candidates = [[layer for layer in products if counts[layer] == 1] for products in candidates]
    found = [next((layer for layer in products if _reads(layer, outputs)), None) for products in candidates]
    others = _known([(products, h) for products, h in zip(candidates, found, strict=True) if h is not None])
    return [
        _with_roles(step, products, h or _most_likely(products, others))
        for step, products, h in zip(chain, candidates, found, strict=True)
    ]


def _products_before(gate_slice: Layer) -> list[Layer]:
    source = gate_slice.bottoms[0].blob if gate_slice.bottoms else None
    if source is None:
        return []
    parts = [use.blob for use in source.layer.bottoms] if is_eltwise(source.layer, "SUM") else [source]
    return [blob.layer for blob in parts if blob is not None and blob.layer.type == "InnerProduct"]


def _reads(product: Layer, outputs: set[Layer]) -> bool:
    layer: Layer | None = product
    for _ in range(_LONGEST_PATH):
        layer = _source(layer) if layer is not None else None
        if layer is None or layer in outputs or layer.type not in _PASSED:
            break
    return layer in outputs


def _source(layer: Layer) -> Layer | None:
    blob = layer.bottoms[0].blob if layer.bottoms else None
    return blob.layer if blob is not None else None


def _known(pairs: list[tuple[list[Layer], Layer]]) -> _Others:
    of_x = [layer for products, h in pairs for layer in products if layer is not h]
    indices = Counter(products.index(h) for products, h in pairs)
    return _Others(
        {name for _, h in pairs for name in _names(h)},
        {name for layer in of_x for name in _names(layer)},
        {_source(layer) for layer in of_x},
        indices.most_common(1)[0][0] if indices else 1,
    )


def _names(layer: Layer) -> set[str]:
    return {param.name for param in layer.params if param.name}


def _most_likely(products: list[Layer], others: _Others) -> Layer | None:
    """The product of h in a step that reads an initial state, which nothing marks as h."""

    def likeness(layer: Layer) -> int:
        names = _names(layer)
        return (
            2 * bool(names & others.h_names)
            - 2 * bool(names & others.x_names)
            - (_source(layer) in others.x_sources)
        )

    def rank(layer: Layer) -> tuple[int, bool]:
        return (likeness(layer), products.index(layer) == others.h_index)

    best = max(products, key=rank, default=None)
    return best if best is not None and (len(products) > 1 or likeness(best) >= 0) else None


def _with_roles(step: Step, products: list[Layer], h_product: Layer | None) -> Step:
    layers = dict(step.layers)
    gate_sum = _source(layers["gate_slice"])
    if gate_sum is not None and is_eltwise(gate_sum, "SUM"):
        layers["gate_sum"] = gate_sum
    if h_product is not None:
        layers["h_product"] = h_product
    rest = [layer for layer in products if layer is not h_product]
    if rest:
        layers["x_product"] = rest[-1]
    return Step(dict(sorted(layers.items(), key=lambda item: item[1].index)), step.cell_use)


def is_eltwise(layer: Layer, operation: str) -> bool:
    """Whether a layer is an Eltwise with that operation."""
    return layer.type == "Eltwise" and layer.block.block("eltwise_param").enum("operation") == operation
