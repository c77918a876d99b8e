"""Finds unrolled LSTMs by what their layers compute, never by their names.

A step is recognised at its cell update, an Eltwise sum of two Eltwise products, of which one multiplies two
gates of one Slice and the other multiplies a gate of the same Slice with the cell state of another step.
Steps are linked where one reads the cell state that another makes. Linear in the number of layers.
"""

from collections.abc import Iterator
from typing import NamedTuple

from ..net import Layer, Net, Use
from .model import Step, Unroll
from .products import is_eltwise, with_products

_ACTIVATIONS = frozenset({"Sigmoid", "TanH", "ReLU"})
_LONGEST_PATH = 4


def find_unrolls(net: Net) -> list[Unroll]:
    """The unrolled LSTMs of a net with at least two steps, in the order of their first cell updates."""
    steps = {step.layers["cell"]: step for layer in net.layers if (step := _step_of(layer)) is not None}
    followers: dict[Step, Step] = {}
    starts = []
    for step in steps.values():
        before = _step_before(step, steps)
        # Where several steps go on from one state (one encoder, two decoders), all but the first start anew.
        if before is None or followers.setdefault(before, step) is not step:
            starts.append(step)
    chains = (with_products(list(_chain(step, followers))) for step in starts)
    return [Unroll(steps) for chain in chains for steps in _runs(chain) if len(steps) > 1]


def _chain(step: Step | None, followers: dict[Step, Step]) -> Iterator[Step]:
    while step is not None:
        yield step
        step = followers.get(step)


def _step_before(step: Step, steps: dict[Layer, Step]) -> Step | None:
    blob = step.cell_use.blob
    before = steps.get(blob.origin.layer) if blob is not None else None
    return before if before is not step else None


def _runs(chain: list[Step]) -> Iterator[list[Step]]:
    """The parts of a chain that are LSTMs of their own: one goes on from the state that another ends with.

    They are told apart by weights that at least two steps share, and by what they read as x.
    """
    runs: list[list[Step]] = []
    for step in chain:
        if not (runs and _weights(step) == _weights(runs[-1][-1])):
            runs.append([])
        runs[-1].append(step)
    marks = [{*_weights(run[0]), *(layer for step in run for layer in _inputs(step))} for run in runs]
    if all(len(run) > 1 for run in runs) and sum(map(len, marks)) == len(set().union(*marks)):
        yield from runs
    else:
        yield chain


def _weights(step: Step) -> list[str]:
    return [param.name for _, layer in step.products for param in layer.params[:1]]


def _inputs(step: Step) -> list[Layer]:
    """The layers that make x for a step, or its product if that is made for all steps at once."""
    roles = step.layers
    layer = roles.get("x_product") or roles.get("gate_sum") or roles["gate_slice"]
    makers = [use.blob.layer for use in layer.bottoms if use.blob is not None]
    return [maker for maker in makers if maker is not roles.get("h_product")]


class _Gate(NamedTuple):
    """A gate as it arrives in a product: the Slice it is cut from, and the activation it went through."""

    slice: Layer
    top: int
    activation: Layer | None


def _step_of(layer: Layer) -> Step | None:
    """The step whose cell update `layer` is, if it is one."""
    if not is_eltwise(layer, "SUM") or len(layer.bottoms) != 2:
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
        cell_use = _behind_scale(next(use for use in forget.bottoms if use is not gated))
        parts = {"cell": layer, "remember": remember, "forget": forget, "gate_slice": forget_gate.slice}
        return _complete(parts, cell_use, forget_gate, (gates[0], gates[1]))
    return None


def _behind_scale(use: Use) -> Use:
    """The cell state itself where a Scale resets it by markers."""
    layer = use.blob.layer if use.blob is not None else None
    return layer.bottoms[0] if layer is not None and layer.type == "Scale" and layer.bottoms else use


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


def _is_product(layer: Layer) -> bool:
    return is_eltwise(layer, "PROD") and len(layer.bottoms) == 2
