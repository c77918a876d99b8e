"""Finds unrolled LSTMs by what their layers compute, never by their names.

A step is recognised at its cell update, an Eltwise sum of two Eltwise products, of which one multiplies two
gates of one Slice and the other multiplies a gate of the same Slice with the cell state of another step.
Steps are linked where one reads the cell state that another makes. Linear in the number of layers.
"""

from collections.abc import Iterator
from typing import NamedTuple

from ..net import Layer, Net, Use
from .model import Step, Unroll

_ACTIVATIONS = frozenset({"Sigmoid", "TanH", "ReLU"})
_LONGEST_PATH = 4


def find_unrolls(net: Net) -> list[Unroll]:
    """The unrolled LSTMs of a net with at least two steps, in the order of their first layers."""
    steps = {step.layers["cell"]: step for layer in net.layers if (step := _step_of(layer)) is not None}
    followers = {before: step for step in steps.values() if (before := _step_before(step, steps)) is not None}
    unrolls = []
    for step in steps.values():
        if _step_before(step, steps) is None:
            chain = list(_chain(step, followers))
            if len(chain) > 1:
                unrolls.append(Unroll(_with_products(chain)))
    return unrolls


def _chain(step: Step | None, followers: dict[Step, Step]) -> Iterator[Step]:
    while step is not None:
        yield step
        step = followers.get(step)


def _step_before(step: Step, steps: dict[Layer, Step]) -> Step | None:
    blob = step.cell_use.blob
    before = steps.get(blob.origin.layer) if blob is not None else None
    return before if before is not step else None


class _Gate(NamedTuple):
    """A gate as it arrives in a product: the Slice it is cut from, and the activation it went through."""

    slice: Layer
    top: int
    activation: Layer | None


def _step_of(layer: Layer) -> Step | None:
    """The step whose cell update `layer` is, if it is one."""
    if not _is_eltwise(layer, "SUM") or len(layer.bottoms) != 2:
        return None
    products = [
        use.blob.layer for use in layer.bottoms if use.blob is not None and _is_product(use.blob.layer)
    ]
    if len(products) != 2:
        return None
    for remember, forget in (products, products[::-1]):
        gates = [_gate(use) for use in remember.bottoms]
        if gates[0] is None or gates[1] is None or gates[0].slice is not gates[1].slice:
            continue
        kept = [
            (use, gate) for use in forget.bottoms if (gate := _gate(use)) and gate.slice is gates[0].slice
        ]
        if len(kept) != 1:
            continue
        gated, forget_gate = kept[0]
        cell_use = next(use for use in forget.bottoms if use is not gated)
        parts = {"cell": layer, "remember": remember, "forget": forget, "gate_slice": forget_gate.slice}
        return _complete(parts, cell_use, forget_gate, (gates[0], gates[1]))
    return None


def _complete(
    parts: dict[str, Layer], cell_use: Use, forget: _Gate, pair: tuple[_Gate, _Gate]
) -> Step | None:
    """The step with its output: `h`, the product of the last gate and an activation of the cell state."""
    for cell_use_of_tanh in parts["cell"].tops[0].uses:
        tanh = cell_use_of_tanh.layer
        if tanh.type not in _ACTIVATIONS or not tanh.tops:
            continue
        for use in tanh.tops[0].uses:
            output = _output_gate(use, forget.slice)
            if output is not None:
                gates = _named_gates(pair, forget, output)
                hidden = {"cell_tanh": tanh, "hidden": use.layer}
                return Step({**parts, **gates, **hidden}, cell_use)
    return None


def _output_gate(use: Use, gate_slice: Layer) -> _Gate | None:
    if not _is_product(use.layer):
        return None
    for other in use.layer.bottoms:
        gate = _gate(other) if other is not use else None
        if gate is not None and gate.slice is gate_slice:
            return gate
    return None


def _named_gates(pair: tuple[_Gate, _Gate], forget: _Gate, output: _Gate) -> dict[str, Layer]:
    """The activations by gate; of the two that are multiplied, i is the one with the Sigmoid."""
    first, second = sorted(
        pair, key=lambda gate: (gate.activation is None or gate.activation.type != "Sigmoid", gate.top)
    )
    named = {"i_gate": first, "f_gate": forget, "o_gate": output, "g_gate": second}
    return {role: gate.activation for role, gate in named.items() if gate.activation is not None}


def _gate(use: Use) -> _Gate | None:
    """Trace a factor back through activations and scalings to the Slice that cuts it."""
    blob, activation = use.blob, None
    for _ in range(_LONGEST_PATH):
        if blob is None:
            return None
        layer = blob.layer
        if layer.type == "Slice":
            return _Gate(layer, blob.index, activation)
        if not layer.bottoms or not (layer.type in _ACTIVATIONS or layer.type == "Scale"):
            return None
        if layer.type != "Scale":
            activation = layer
        blob = layer.bottoms[0].blob
    return None


def _with_products(chain: list[Step]) -> list[Step]:
    """The steps with the layers in front of their Slices: the sum and the products with x and with h."""
    outputs = {step.layers["hidden"] for step in chain}
    sources = [_products_before(step.layers["gate_slice"]) for step in chain]
    # The first step reads an initial state that nothing marks as h: there the position of the others counts.
    positions = [
        index for products in sources for index, layer in enumerate(products) if _reads(layer, outputs)
    ]
    usual = max(set(positions), key=positions.count) if positions else -1
    return [
        _with_roles(step, products, outputs, usual) for step, products in zip(chain, sources, strict=True)
    ]


def _products_before(gate_slice: Layer) -> list[Layer]:
    source = gate_slice.bottoms[0].blob if gate_slice.bottoms else None
    if source is None:
        return []
    parts = [use.blob for use in source.layer.bottoms] if _is_eltwise(source.layer, "SUM") else [source]
    return [blob.layer for blob in parts if blob is not None and blob.layer.type == "InnerProduct"]


def _with_roles(step: Step, products: list[Layer], outputs: set[Layer], usual: int) -> Step:
    layers = dict(step.layers)
    gate_slice = layers["gate_slice"]
    source = gate_slice.bottoms[0].blob if gate_slice.bottoms else None
    if source is not None and _is_eltwise(source.layer, "SUM"):
        layers["gate_sum"] = source.layer
    hidden = [layer for layer in products if _reads(layer, outputs)]
    if not hidden and -len(products) <= usual < len(products):
        hidden = [products[usual]]
    if hidden:
        layers["h_product"] = hidden[0]
        others = [layer for layer in products if layer is not hidden[0]]
        layers |= {"x_product": others[-1]} if others else {}
    return Step(dict(sorted(layers.items(), key=lambda item: item[1].index)), step.cell_use)


def _reads(layer: Layer, outputs: set[Layer]) -> bool:
    blob = layer.bottoms[0].blob if layer.bottoms else None
    if blob is not None and blob.layer.type == "Scale" and blob.layer.bottoms:
        blob = blob.layer.bottoms[0].blob
    return blob is not None and blob.layer in outputs


def _is_product(layer: Layer) -> bool:
    return _is_eltwise(layer, "PROD") and len(layer.bottoms) == 2


def _is_eltwise(layer: Layer, operation: str) -> bool:
    return layer.type == "Eltwise" and layer.block.block("eltwise_param").enum("operation") == operation
