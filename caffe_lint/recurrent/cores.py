"""Recognises single steps of recurrent nets by what they compute, never by names.

A core is the part of a step that leaves no doubt: of an LSTM the new cell state, a sum of two products of
which one keeps the state of the step before, and the output. Steps that are damaged have no core; they are
found by what surrounds them.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..net import Blob, Layer, Net, Use
from .layer_kinds import (
    ACTIVATIONS,
    UNITS,
    behind,
    coefficients,
    gate_of,
    is_complement,
    is_product,
    is_sum,
    names,
    operation,
    products_before,
    reads_of,
    source,
)

_Output = tuple[Layer, Layer, Layer]
"""The activation of a cell state, the product with a gate that makes the output, and the gate."""


class Core(NamedTuple):
    """A step as far as it is recognised: its layers by role, what it makes, and the state that it reads."""

    kind: str
    roles: dict[str, Layer]
    states: dict[str, Blob]
    before: Use | None
    """None for a first step that goes on from no state."""
    products: tuple[Layer, ...] = ()
    """The layers with weights in front of its gates, each once; of a step without gates all."""


def find_cores(net: Net) -> Iterator[Core]:
    """The LSTM and GRU steps of a net, in run order."""
    for layer in net.layers:
        if layer.type in UNITS:
            core = _unit(layer)
        elif layer.type in ("Eltwise", "Scale") and len(layer.bottoms) == 2 and layer.tops:
            core = (_lstm(layer) or _gru(layer)) if is_sum(layer) else _first_lstm(layer)
        else:
            continue
        if core is not None:
            yield core._replace(products=tuple(products_before(*_raw_gates(core))))


def _unit(layer: Layer) -> Core | None:
    """lstm_unit_layer.cpp: bottoms c, gates, cont; tops c, h. apollocaffe's unit has no cont."""
    if len(layer.bottoms) < 2 or len(layer.tops) != 2:
        return None
    caffe = layer.type == "LSTMUnit"
    c, h = layer.tops if caffe else layer.tops[::-1]
    state = layer.bottoms[0 if caffe else 1]
    return Core("lstm-unit", {"unit": layer}, {"h": h, "c": c}, state)


def _lstm(cell: Layer) -> Core | None:
    """`c = f * c_before + i * g` with `h = o * tanh(c)` behind it."""
    products = [use.blob.layer for use in cell.bottoms if use.blob is not None and is_product(use.blob.layer)]
    if len(products) != 2:
        return None
    outputs = list(_outputs(cell.tops[0]))
    for remember, forget in (products, products[::-1]):
        pair = [gate_of(use) for use in remember.bottoms]
        if pair[0] is None or pair[1] is None:
            continue
        kept = [(use, gate_of(use)) for use in forget.bottoms]
        for (_, f), (state, other) in (kept, kept[::-1]):
            output = None
            if f is not None and other is None:
                output = _nearest(outputs, f) if outputs else _output_of_old(state.blob, f)
            if f is not None and output is not None:
                tanh, hidden, o = output
                i, g = _input_and_candidate(pair[0], pair[1])
                roles = {"i_gate": i, "f_gate": f, "o_gate": o, "g_gate": g, "forget": forget}
                roles |= {"remember": remember, "cell": cell, "cell_tanh": tanh, "hidden": hidden}
                return Core("lstm", roles, {"h": hidden.tops[0], "c": cell.tops[0]}, state)
    return None


def _first_lstm(cell: Layer) -> Core | None:
    """`c = i * g`, where there is no state to keep."""
    if not is_product(cell):
        return None
    pair = [gate_of(use) for use in cell.bottoms]
    outputs = list(_outputs(cell.tops[0])) if pair[0] is not None and pair[1] is not None else []
    if not outputs or pair[0] is None or pair[1] is None:
        return None
    tanh, hidden, o = _nearest(outputs, pair[0])
    i, g = _input_and_candidate(pair[0], pair[1])
    roles = {"i_gate": i, "o_gate": o, "g_gate": g, "remember": cell, "cell_tanh": tanh, "hidden": hidden}
    return Core("lstm", roles, {"h": hidden.tops[0], "c": cell.tops[0]}, None)


def _input_and_candidate(first: Layer, second: Layer) -> tuple[Layer, Layer]:
    """i is the one with the Sigmoid; if both have one, the one that is cut first."""
    if (first.type == "Sigmoid") == (second.type == "Sigmoid"):
        places = [blob.index if (blob := source(layer)) is not None else 0 for layer in (first, second)]
        return (first, second) if places[0] <= places[1] else (second, first)
    return (first, second) if first.type == "Sigmoid" else (second, first)


def _nearest(outputs: list[_Output], gate: Layer) -> _Output:
    """The output whose gate sees what another gate of the step sees: a later step may read c by mistake."""
    if len(outputs) == 1:
        return outputs[0]
    seen = _seen(gate)
    return min(outputs, key=lambda output: len(seen ^ _seen(output[2])))


def _seen(gate: Layer) -> set[Blob]:
    products = products_before(source(gate))
    return {use.blob for product in products for use in reads_of(product) if use.blob is not None}


def _output_of_old(state: Blob | None, gate: Layer) -> _Output | None:
    """The output of a step that takes the cell state of the step before for its own."""
    found = (output for blob in behind(state) for output in _outputs(blob))
    return next((output for output in found if _seen(output[2]) == _seen(gate)), None)


def _outputs(cell: Blob) -> Iterator[_Output]:
    """The activation of the cell state, its product with a gate, and the gate; the likeliest first."""
    found = []
    for use in cell.uses:
        tanh = use.layer
        if tanh.type not in ACTIVATIONS or not tanh.tops:
            continue
        for reader in tanh.tops[0].uses:
            hidden = reader.layer
            if is_product(hidden) and hidden.tops:
                (other,) = (each for each in hidden.bottoms if each is not reader)
                gate = gate_of(other)
                if gate is not None:
                    found.append((tanh, hidden, gate))
    # Where the next step goes on from tanh(c), its product of that with f looks like an output.
    return iter(sorted(found, key=lambda each: _is_summand(each[1])) if len(found) > 1 else found)


def _is_summand(product: Layer) -> bool:
    """Whether a product is added to another one, as a cell state is."""
    return any(
        is_sum(use.layer)
        and all(each.blob is not None and is_product(each.blob.layer) for each in use.layer.bottoms)
        for use in product.tops[0].uses
    )


def _gru(update: Layer) -> Core | None:
    """`h = z * h_before + (1 - z) * n`, or with the same outcome `h_before + z * (n - h_before)`."""
    found = _interpolation(update) or _difference(update)
    if found is None:
        return None
    state, candidate, roles = found
    gate = gate_of(candidate)
    if gate is None or not _has_reset(gate) or (kept := gate_of(state)) is gate or _has_reset(kept):
        return None
    roles = {"g_gate": gate, **roles, "hidden": update}
    return Core("gru", roles, {"h": update.tops[0]}, state)


def _interpolation(update: Layer) -> tuple[Use, Use, dict[str, Layer]] | None:
    products = [
        use.blob.layer for use in update.bottoms if use.blob is not None and is_product(use.blob.layer)
    ]
    if len(products) != 2 or coefficients(update) != (1, 1):
        return None
    for one, other in (products, products[::-1]):
        for z, kept in (one.bottoms, one.bottoms[::-1]):
            for rest, added in (other.bottoms, other.bottoms[::-1]):
                complement = rest.blob.layer if rest.blob is not None else None
                if complement is None or not is_complement(complement) or z.blob is None:
                    continue
                gate = gate_of(z)
                if gate is None or source(complement) is not z.blob:
                    continue
                # z may keep the state or the new value: the new one is the one that sees the reset state.
                new = gate_of(added)
                roles = {"z_gate": gate, "complement": complement}
                if new is not None and _has_reset(new):
                    return kept, added, {**roles, "kept": one, "added": other}
                return added, kept, {**roles, "kept": other, "added": one}
    return None


def _difference(update: Layer) -> tuple[Use, Use, dict[str, Layer]] | None:
    for state, moved in (update.bottoms, update.bottoms[::-1]):
        product = moved.blob.layer if moved.blob is not None else None
        if product is None or not is_product(product) or state.blob is None:
            continue
        for z, difference in (product.bottoms, product.bottoms[::-1]):
            layer = difference.blob.layer if difference.blob is not None else None
            if layer is None or len(layer.bottoms) != 2 or operation(layer) != "SUM":
                continue
            if sorted(coefficients(layer)) != [-1, 1]:
                continue
            signs = coefficients(layer)
            plus, minus = (layer.bottoms[signs.index(sign)] for sign in (1, -1))
            gate = gate_of(z)
            if gate is None or minus.blob is not state.blob:
                continue
            roles = {"z_gate": gate, "difference": layer, "added": product}
            new = gate_of(state)
            return (plus, state, roles) if new is not None and _has_reset(new) else (state, plus, roles)
    return None


def _has_reset(gate: Layer | None) -> bool:
    """Whether a gate sees a product of another gate: the reset state, or its product with weights."""
    return gate is not None and any(_is_reset(blob) for blob in _inputs(source(gate)))


def _is_reset(blob: Blob) -> bool:
    layer = blob.layer
    if not is_product(layer):
        return False
    gates = (gate_of(use) for use in layer.bottoms)
    return any(gate is not None and gate.type == "Sigmoid" for gate in gates)


def _inputs(blob: Blob | None) -> Iterator[Blob]:
    """The summands of a blob, and what products with weights read to make them."""
    if blob is None:
        return
    if is_sum(blob.layer):
        for use in blob.layer.bottoms:
            yield from _part(use.blob)
    else:
        yield from _part(blob)


def _part(blob: Blob | None) -> Iterator[Blob]:
    yield from behind(blob)
    for product in products_before(blob):
        read = source(product)
        if read is not None and read.layer.type == "Concat":
            for use in read.layer.bottoms:
                yield from behind(use.blob)
        yield from behind(read)


def gates_of(core: Core) -> Iterable[Layer]:
    """The activations of a core's gates."""
    return (layer for role, layer in core.roles.items() if role.endswith("_gate"))


def _raw_gates(core: Core) -> Iterator[Blob | None]:
    if core.kind == "lstm-unit":
        unit = core.roles["unit"]
        yield unit.bottoms[1 if unit.type == "LSTMUnit" else 0].blob
    else:
        yield from (source(gate) for gate in gates_of(core))


def weights_of(core: Core) -> frozenset[str]:
    """The names of the weights of a step, without those of biases."""
    return frozenset(name for product in core.products for name in names(product)[:1])
