"""Reads single steps of an unrolled LSTM or RNN, and refuses whatever Caffe's own layer does not compute."""

from collections.abc import Mapping
from typing import NamedTuple

from ..layers import Inference
from ..net import Blob, Layer
from .layer_kinds import behind
from .model import Step, Unroll
from .roll_terms import WHOLE, RollError, Term, Walk, is_plain_product, is_plain_sum

ACTIVATIONS = {"i": "Sigmoid", "f": "Sigmoid", "o": "Sigmoid", "g": "TanH", "h": "TanH"}
"""What each gate goes through; `h` stands for the only one of an RNN."""

LSTM_GATES = ("i", "f", "o", "g")
"""The order of the gates in the blobs of Caffe's LSTM layer and in its LSTMUnit (lstm_unit_layer.cpp)."""

_KINDS = ("lstm", "lstm-unit", "rnn")


class States(NamedTuple):
    """The states of a cell, step by step: h, and c of an LSTM; the first step goes on from `c_start`."""

    hidden: tuple[Blob, ...]
    cells: tuple[Blob, ...] = ()
    c_start: Blob | None = None


class StepReading(NamedTuple):
    """What a step adds up for each gate, the cell state that it goes on from, and the markers of that."""

    terms: Mapping[str, tuple[Term, ...]]
    c_before: Blob | None
    c_cont: Blob | None


def states_of(unroll: Unroll) -> States:
    """The states that detection found.

    Raises:
        RollError: if the cell is none that Caffe has a layer for, or a step lacks a state.
    """
    if unroll.cell not in _KINDS:
        message = f"this is a cell of the kind '{unroll.cell}', and Caffe has layers for LSTM and RNN only"
        raise RollError(message, _any_layer(unroll.steps[0]).name_span)
    hidden = _complete(unroll, "h")
    if unroll.cell == "rnn":
        return States(hidden)
    return States(hidden, _complete(unroll, "c"), _c_start(unroll.steps[0]))


def _complete(unroll: Unroll, state: str) -> tuple[Blob, ...]:
    found = []
    for step in unroll.steps:
        blob = step.states.get(state)
        if blob is None:
            layer = _any_layer(step)
            raise RollError(f"step {step.number} is damaged: it makes no {state}", layer.name_span)
        found.append(blob)
    return tuple(found)


def _c_start(first: Step) -> Blob | None:
    """The cell state that the first step goes on from: what it multiplies by the forget gate."""
    if (unit := first.layers.get("unit")) is not None:
        return unit.bottoms[0].blob
    forget, gate = (first.layers.get(role) for role in ("forget", "f_gate"))
    blobs = [use.blob for use in forget.bottoms] if forget is not None else []
    return next((blob for blob in blobs if all(each.layer is not gate for each in behind(blob))), None)


def _any_layer(step: Step) -> Layer:
    return next(iter(step.layers.values()))


def units_of(unroll: Unroll, hidden: Blob, inference: Inference) -> int:
    """H, by the shape of h if it is known.

    Raises:
        RollError: if it is unknown, or if h has other axes than step x batch x units.
    """
    shape = inference.shape(hidden)
    if shape is not None and (len(shape) != 3 or shape[0] != 1):
        message = f"h of step 0, '{hidden.name}', has other axes than Caffe's layer: 1 x batch x units"
        raise RollError(message, hidden.layer.name_span)
    units = unroll.hidden_size if shape is None or shape[2] is None else shape[2]
    if units is None:
        raise RollError(f"the size of '{hidden.name}' is unknown", hidden.layer.name_span)
    return units


class StepReader:
    """Reads the steps of one cell."""

    def __init__(self, states: States, walk: Walk) -> None:
        self.states = states
        self.walk = walk

    def read(self, number: int) -> StepReading:
        """One step, counted from 0.

        Raises:
            RollError: if it computes something else than a step of Caffe's layer.
        """
        hidden = self.states.hidden[number]
        self.walk.visited.add(hidden.layer)
        if not self.states.cells:
            return StepReading({"h": self._gate("h", hidden, number)}, None, None)
        if hidden.layer.type == "LSTMUnit":
            return self._unit(hidden.layer, number)
        return self._lstm(number)

    def _unit(self, layer: Layer, number: int) -> StepReading:
        """lstm_unit_layer.cpp: bottoms c, gates, cont."""
        c, gates, cont = (use.blob for use in layer.bottoms)
        before = self._before(number)
        found = self.walk.value(c)
        if before is not None and found is not before:
            raise self._not_going_on(number, layer)
        size = self.walk.units
        terms = {
            gate: tuple(self.walk.terms(gates, (size * at, size * (at + 1)), _what(gate, number)))
            for at, gate in enumerate(LSTM_GATES)
        }
        return StepReading(terms, found, cont)

    def _lstm(self, number: int) -> StepReading:
        """h = o * tanh(c) and c = f * c_before + i * g."""
        hidden, cell = self.states.hidden[number], self.states.cells[number]
        blobs = {"o": self._output_gate(hidden, cell, number)}
        remember, forget = self._summands(cell, number)
        blobs["i"], blobs["g"] = self._remembered(remember, number)
        before = cont = None
        if forget is not None:
            before, blobs["f"], cont = self._forgotten(forget, number)
        terms = {gate: self._gate(gate, blobs[gate], number) for gate in LSTM_GATES if gate in blobs}
        return StepReading(terms, before, cont)

    def _output_gate(self, hidden: Blob, cell: Blob, number: int) -> Blob:
        for tanh, gate in self._factors(hidden.layer):
            if tanh.layer.type == "TanH" and self.walk.value(tanh.layer.bottoms[0].blob) is cell:
                self.walk.visited.add(tanh.layer)
                return gate
        message = f"h of step {number}, '{hidden.name}', is no product of a gate and TanH of c, '{cell.name}'"
        raise RollError(message, hidden.layer.name_span)

    def _factors(self, layer: Layer) -> list[tuple[Blob, Blob]]:
        """The two factors of a product, in both orders; nothing for another layer."""
        blobs = [self.walk.value(use.blob) for use in layer.bottoms] if is_plain_product(layer) else []
        first, second = blobs if len(blobs) == 2 else (None, None)
        return [] if first is None or second is None else [(first, second), (second, first)]

    def _summands(self, cell: Blob, number: int) -> tuple[Layer, Layer | None]:
        """The products i * g and f * c; a first step may do without c."""
        layer = cell.layer
        self.walk.visited.add(layer)
        if number == 0 and is_plain_product(layer):
            return layer, None
        blobs = [self.walk.value(use.blob) for use in layer.bottoms] if is_plain_sum(layer) else []
        products = [blob.layer for blob in blobs if blob is not None and is_plain_product(blob.layer)]
        if len(blobs) != 2 or len(products) != 2:
            message = f"c of step {number}, '{cell.name}', is no sum of two products, f * c and i * g"
            raise RollError(message, layer.name_span)
        before = self._before(number)
        for remember, forget in (products, products[::-1]):
            if any(self.walk.unscaled(state)[0] is before for state, _ in self._factors(forget)):
                return remember, forget
        raise self._not_going_on(number, layer)

    def _before(self, number: int) -> Blob | None:
        """The cell state that a step has to go on from."""
        if number:
            return self.states.cells[number - 1]
        return self.walk.unscaled(self.states.c_start)[0]

    def _not_going_on(self, number: int, layer: Layer) -> RollError:
        before = f"the cell state of step {number - 1}" if number else "the cell state before it"
        return RollError(f"step {number} does not go on from {before} at '{layer.name}'", layer.name_span)

    def _remembered(self, layer: Layer, number: int) -> tuple[Blob, Blob]:
        self.walk.visited.add(layer)
        for first, second in self._factors(layer):
            if first.layer.type == "Sigmoid":
                return first, second
        message = f"step {number} has no input gate (a Sigmoid) in '{layer.name}'"
        raise RollError(message, layer.name_span)

    def _forgotten(self, layer: Layer, number: int) -> tuple[Blob | None, Blob, Blob | None]:
        """What is kept, the forget gate, and the markers of one of them."""
        self.walk.visited.add(layer)
        before = self._before(number)
        for kept, by in self._factors(layer):
            state, cont = self.walk.unscaled(kept)
            if state is before:
                gate, gate_cont = self.walk.unscaled(by)
                if cont is not None and gate_cont is not None:
                    raise RollError(f"step {number} resets c twice in '{layer.name}'", layer.name_span)
                if gate is not None:
                    return state, gate, cont or gate_cont
        raise self._not_going_on(number, layer)

    def _gate(self, gate: str, blob: Blob, number: int) -> tuple[Term, ...]:
        """What a gate adds up before its activation."""
        layer, wanted = blob.layer, ACTIVATIONS[gate]
        if layer.type != wanted:
            found = f"'{blob.name}' comes out of {layer.type} '{layer.name}'"
            raise RollError(f"{_what(gate, number)} wants {wanted}: {found}", layer.name_span)
        self.walk.visited.add(layer)
        return tuple(self.walk.terms(layer.bottoms[0].blob, WHOLE, _what(gate, number)))


def _what(gate: str, number: int) -> str:
    return f"gate {gate} of step {number}" if gate != "h" else f"h of step {number}"
