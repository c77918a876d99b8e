"""A whole cell as Caffe's own layer has it, out of steps that were read one by one and now have to agree."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from ..layers import Inference, dummy_fillers
from ..net import Blob, Layer
from .defect import usual
from .model import Unroll
from .roll_steps import States, StepReader, StepReading, states_of, units_of
from .roll_terms import FEATURES, Part, RollError, Source, Term, Walk


class Gate(NamedTuple):
    """What a gate adds up before its activation; `static` is None where nothing is the same in all steps."""

    x: Part
    h: Part
    static: Part | None
    biases: tuple[Part, ...]


class Output(NamedTuple):
    """How an RNN makes its output of its state, step by step or for all steps at once (`sequence`).

    Steps whose output nobody reads may do without.
    """

    part: Part
    bias: Part | None
    steps: tuple[Blob | None, ...]
    sequence: Blob | None


class Cell(NamedTuple):
    """A cell; `x` and `cont` are what its steps read, in their order.

    `starts` are the states before the first step, h and then c of an LSTM; None where a first step has no
    product with them.
    `visited` are the layers that were read, which may be of use to others as well.
    """

    type: str
    units: int
    gates: tuple[Gate, ...]
    x: tuple[Source, ...]
    cont: tuple[Blob | None, ...]
    static: Blob | None
    starts: tuple[Blob | None, ...]
    begins_from_zeros: bool
    hidden: tuple[Blob, ...]
    cells: tuple[Blob, ...]
    output: Output | None
    visited: frozenset[Layer]


def read_cell(unroll: Unroll, inference: Inference) -> Cell:
    """The cell of an unrolled LSTM or RNN.

    Raises:
        RollError: if a step is not what Caffe's own layer computes.
    """
    states = states_of(unroll)
    walk = Walk(inference, units_of(unroll, states.hidden[0], inference), states.hidden)
    reader = StepReader(states, walk)
    later = [reader.read(number) for number in range(1, len(states.hidden))]
    steps = [reader.read(0), *later]
    rows = _Rows(steps, states, walk)
    x, static = rows.inputs()
    _check_static(static, inference)
    output = None if states.cells else _output(states.hidden, rows.keys_of_h, walk)
    return Cell(
        "LSTM" if states.cells else "RNN",
        walk.units,
        tuple(rows.gates(static is not None)),
        x,
        tuple(rows.conts()),
        static,
        *rows.starts(),
        states.hidden,
        states.cells,
        output,
        frozenset(walk.visited),
    )


class _Rows:
    """The terms of all steps, gate by gate: which is that of h, and whether all steps have the same."""

    def __init__(self, steps: Sequence[StepReading], states: States, walk: Walk) -> None:
        self.steps = steps
        self.hidden = states.hidden
        self.walk = walk
        # The first step need not have all gates; the second shows what there is.
        self.first = min(1, len(steps) - 1)
        self.sample = steps[self.first]
        self.names = tuple(self.sample.terms)
        self.before = [self._start_of_h() if not self.first else None, *states.hidden[:-1]]
        self.keys_of_h = {gate: self._key_of_h(gate) for gate in self.names}
        for gate in self.names:
            self._check_shared(gate)

    def _start_of_h(self) -> Blob | None:
        """What the only step reads as h: the one thing of the shape of h that is no piece of a sequence."""
        shape = self.walk.inference.shape(self.hidden[0])
        sources = (term.source for terms in self.sample.terms.values() for term in terms)
        found = {
            source.blob
            for source in sources
            if source.sequence is None and shape and self.walk.inference.shape(source.blob) == shape
        }
        return found.pop() if len(found) == 1 else None

    def _key_of_h(self, gate: str) -> object:
        """The weights that most steps multiply with the h of the step before."""
        found = []
        for before, step in zip(self.before[self.first :], self.steps[self.first :], strict=True):
            keys = [term.part.key for term in step.terms[gate] if before and term.source.blob is before]
            found += keys[:1]
        if not found:
            layer = self.hidden[self.first].layer
            message = f"gate {gate} of step {self.first} does not read h of the step before"
            raise RollError(message, layer.name_span)
        return usual(found)

    def _check_shared(self, gate: str) -> None:
        sets = [frozenset(term.part.key for term in step.terms[gate]) for step in self.steps[self.first :]]
        expected = usual(sets)
        for number, step in enumerate(self.steps):
            terms = step.terms.get(gate, ())
            for term in terms:
                self._check_term(term, gate, number, expected)
            missing = expected - {term.part.key for term in terms}
            if len(terms) != len(expected) - len(missing) or (number and missing):
                place = terms[0].product if terms else self.hidden[number].layer
                message = (
                    f"gate {gate} of step {number} adds up {len(terms)} products, other steps {len(expected)}"
                )
                raise RollError(message, place.name_span)
            if missing - {self.keys_of_h[gate]}:
                raise RollError(f"gate {gate} of step 0 does not read x", self.hidden[number].layer.name_span)

    def _check_term(self, term: Term, gate: str, number: int, expected: frozenset[object]) -> None:
        span = term.product.name_span
        if term.part.key not in expected:
            raise RollError(
                f"gate {gate} of step {number} has weights of its own in '{term.product.name}'", span
            )
        is_h, source = term.part.key == self.keys_of_h[gate], term.source.blob
        if is_h and number and source is not self.hidden[number - 1]:
            name = source.name if source is not None else "?"
            message = f"gate {gate} of step {number} reads '{name}' in '{term.product.name}', not h of step"
            raise RollError(f"{message} {number - 1}, '{self.hidden[number - 1].name}'", span)
        if not is_h and term.source.cont is not None:
            message = f"gate {gate} of step {number} scales what '{term.product.name}' reads"
            raise RollError(message, span)

    def _others(self, step: StepReading, gate: str) -> dict[object, Term]:
        return {
            term.part.key: term for term in step.terms.get(gate, ()) if term.part.key != self.keys_of_h[gate]
        }

    def inputs(self) -> tuple[tuple[Source, ...], Blob | None]:
        """What the steps read as x, and what all of them read besides."""
        found: set[tuple[Source, ...]] = set()
        for gate in self.names:
            for key in self._others(self.sample, gate):
                terms = [self._others(step, gate).get(key) for step in self.steps]
                # A first step without a forget gate reads for it what it reads for the others.
                found.add(tuple(term.source for term in terms if term is not None))
        whole = {sources for sources in found if len(sources) == len(self.steps)}
        partial = {sources for sources in found - whole if not any(sources == full[1:] for full in whole)}
        changing = {sources for sources in whole if len(set(sources)) > 1}
        steady = whole - changing
        if not changing:
            changing = {sources for sources in steady if not self._is_static(sources[0])}
            steady -= changing
        if partial or len(changing) != 1 or len(steady) > 1:
            layer = next(iter(self.sample.terms[self.names[0]])).product
            message = f"the gates read {len(found)} inputs besides h: Caffe's layer has x and a static one"
            raise RollError(message, layer.name_span)
        (x,) = changing
        self._check_axes(x)
        for source in x:
            if source.blob is not None and source.sequence is not None:
                self.walk.visited.add(source.blob.layer)
        static = next((sources[0] for sources in steady), None)
        return x, None if static is None else self._static_blob(static)

    def _is_static(self, source: Source) -> bool:
        """Whether what all steps read has no axis of time: so is the static input of Caffe's layer."""
        terms = (term for terms in self.sample.terms.values() for term in terms)
        return source.is_steady or any(term.source == source and term.axis != FEATURES for term in terms)

    def _static_blob(self, source: Source) -> Blob:
        if source.blob is None or source.sequence is not None:
            layer = self.hidden[0].layer
            raise RollError("the static input is a piece of a blob", layer.name_span)
        return source.blob

    def _check_axes(self, x: tuple[Source, ...]) -> None:
        for number, step in enumerate(self.steps):
            for gate, terms in step.terms.items():
                for term in terms:
                    is_steady = term.part.key != self.keys_of_h[gate] and term.source not in x
                    if not is_steady and term.axis != FEATURES:
                        message = (
                            f"'{term.product.name}' of step {number} works along axis {term.axis}, "
                            f"Caffe's layer along axis {FEATURES}"
                        )
                        raise RollError(message, term.product.name_span)

    def gates(self, has_static: bool) -> Iterator[Gate]:
        """The parts of the weights, by those of the second step, in the order of the step."""
        step = self.sample
        x, _ = self.inputs()
        own = x[self.first]
        for gate in self.names:
            terms = step.terms[gate]
            biases = tuple(term.bias for term in terms if term.bias is not None)
            (h,) = [term.part for term in terms if term.part.key == self.keys_of_h[gate]]
            others = list(self._others(step, gate).values())
            of_x = [term for term in others if term.source == own]
            static = [term for term in others if term.source != own]
            if len(of_x) != 1 or len(static) != has_static:
                message = f"gate {gate} does not read what the other gates read"
                raise RollError(message, terms[0].product.name_span)
            yield Gate(of_x[0].part, h, static[0].part if static else None, biases)

    def conts(self) -> Iterator[Blob | None]:
        """The markers of each step; None for one that goes on whatever they say."""
        for number, step in enumerate(self.steps):
            found = {
                self._marker(term.source.cont)
                for gate, terms in step.terms.items()
                for term in terms
                if term.part.key == self.keys_of_h[gate]
            }
            if step.c_before is not None:
                found.add(self._marker(step.c_cont))
            if len(found) > 1:
                message = f"step {number} does not reset all of h and c by the same markers"
                raise RollError(message, self.hidden[number].layer.name_span)
            marker = next(iter(found), None)
            if marker is not None and self.walk.piece(marker) is not None:
                self.walk.visited.add(marker.layer)
            yield marker

    def _marker(self, blob: Blob | None) -> Blob | None:
        blob = self.walk.value(blob)
        if not is_constant(blob, 1.0):
            return blob
        self._visit_constant(blob)
        return None

    def starts(self) -> tuple[tuple[Blob | None, ...], bool]:
        """The states before the first step, and whether all of them are zero."""
        step = self.steps[0]
        of_h = {
            term.source.blob
            for gate, terms in step.terms.items()
            for term in terms
            if term.part.key == self.keys_of_h[gate]
        }
        if len(of_h) > 1:
            layer = self.hidden[0].layer
            raise RollError("the gates of step 0 read different states", layer.name_span)
        blobs = [next(iter(of_h), None)]
        if len(self.names) > 1:
            blobs.append(step.c_before)
        for blob in blobs:
            self._visit_constant(blob)
        is_zero = all(blob is None or is_constant(blob, 0.0) for blob in blobs)
        if None in blobs and not is_zero:
            layer = self.hidden[0].layer
            raise RollError("step 0 goes on from one state of two", layer.name_span)
        return tuple(blobs), is_zero

    def _visit_constant(self, blob: Blob | None) -> None:
        if blob is not None and blob.layer.type == "DummyData":
            self.walk.visited.add(blob.layer)


def is_constant(blob: Blob | None, value: float) -> bool:
    """Whether all numbers of a blob are one that a filler gives it."""
    fillers = dummy_fillers(blob)
    return bool(fillers) and all(
        filler.string("type") == "constant" and filler.real("value") == value for filler in fillers
    )


def _check_static(static: Blob | None, inference: Inference) -> None:
    shape = inference.shape(static)
    if static is not None and shape is not None and len(shape) > 2 and shape[0] == 1:
        message = (
            f"the static input '{static.name}' has an axis of time, Caffe's layer wants batch x features"
        )
        raise RollError(message, static.layer.name_span)


def _output(hidden: Sequence[Blob], keys: dict[str, object], walk: Walk) -> Output:
    """The product and the TanH behind h (rnn_layer.cpp): of each step, or of all steps joined."""
    joined = joined_in_order(hidden)
    if joined is not None and (found := list(_readouts(joined, walk))):
        walk.visited.add(joined.layer)
        term, top = found[0]
        return Output(term.part, term.bias, (), top)
    every = [
        [each for each in _readouts(blob, walk) if each[0].part.key not in keys.values()] for blob in hidden
    ]
    terms = [found[0][0] for found in every if found]
    if not terms:
        message = (
            f"h of step 0, '{hidden[0].name}', goes into no product with a TanH behind it, as the output of "
            "Caffe's RNN layer does"
        )
        raise RollError(message, hidden[0].layer.name_span)
    for term in terms:
        if term.part.key != terms[0].part.key:
            name = term.product.name
            raise RollError(f"the output '{name}' has weights of its own", term.product.name_span)
    return Output(
        terms[0].part, terms[0].bias, tuple(found[0][1] if found else None for found in every), None
    )


def _readouts(blob: Blob, walk: Walk) -> Iterator[tuple[Term, Blob]]:
    for use in chain(*(alias.uses for alias in aliases(blob))):
        product = use.layer
        if product.type != "InnerProduct" or not product.tops:
            continue
        for behind in product.tops[0].uses:
            if behind.layer.type == "TanH" and behind.layer.tops:
                (term,) = walk.terms(product.tops[0], (0, None), f"the output '{behind.layer.name}'")
                walk.visited |= {product, behind.layer}
                if term.axis == FEATURES:
                    yield term, behind.layer.tops[0]


def aliases(blob: Blob) -> Iterator[Blob]:
    """A blob, and the tops of explicit Splits that hold the same."""
    yield blob
    for use in blob.uses:
        if use.layer.type == "Split":
            for top in use.layer.tops:
                yield from aliases(top)


def joined_in_order(steps: Sequence[Blob]) -> Blob | None:
    """The Concat over time of exactly these blobs in this order, if there is one."""
    for alias in aliases(steps[0]):
        for use in alias.uses:
            layer = use.layer
            if layer.type != "Concat" or use.index != 0 or len(layer.bottoms) != len(steps):
                continue
            param = layer.block.block("concat_param")
            axis = param.integer("concat_dim" if param.has("concat_dim") else "axis")
            if axis != 0:
                continue
            if all(origin(use.blob) is blob for use, blob in zip(layer.bottoms, steps, strict=True)):
                return layer.tops[0]
    return None


def origin(blob: Blob | None) -> Blob | None:
    """The blob that explicit Splits copy."""
    while blob is not None and blob.layer.type == "Split" and blob.layer.bottoms:
        blob = blob.layer.bottoms[0].blob
    return blob
