"""The change to a net where one native layer takes the place of a cell: what goes, what is read."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from ..layers import Inference
from ..net import Blob, Layer, Net, Use
from .roll_cell import Cell, aliases, joined_in_order
from .roll_terms import RollError, Source, Walk


class Feed(NamedTuple):
    """How a bottom over all steps is made: a blob as it is, several joined, or pieces of one put in order.

    `joined` holds names of blobs, and constants for markers that are none; `pieces` are the numbers of those
    that are taken, where `whole` is cut into `of`.
    """

    whole: str = ""
    joined: tuple["str | Constant", ...] = ()
    pieces: tuple[int, ...] = ()
    of: int = 0


class Constant(NamedTuple):
    """Markers that are no blob: this value in so many steps."""

    value: float
    steps: int


class Plan(NamedTuple):
    """The change to one net; layers are named by where they begin in the file.

    `taken` are the names of single steps that others read, with the numbers of the steps; `sequence` is the
    name of all steps together, empty if nobody asks for it. `last_states` are the tops of h and c behind the
    last step, None where nobody reads them. `unread` are tops that nobody reads any more.
    """

    removed: frozenset[int]
    kept: frozenset[int]
    x: Feed
    cont: Feed
    static: str
    starts: tuple[str, ...]
    sequence: str
    is_output: bool
    taken: tuple[tuple[int, str], ...]
    last_states: tuple[str | None, ...]
    unread: tuple[str, ...]
    after: int
    before: int
    batch: int | None


def plan_roll(net: Net, cell: Cell, inference: Inference) -> Plan:
    """The change to a net that a native layer in the place of a cell means.

    Raises:
        RollError: if something else reads what a native layer does not give, or cannot stand where it has to.
    """
    return _Planner(net, cell, inference).plan()


class _Planner:
    def __init__(self, net: Net, cell: Cell, inference: Inference) -> None:
        self.net = net
        self.cell = cell
        self.walk = Walk(inference, cell.units)
        steps = cell.hidden if cell.output is None else cell.output.steps
        self.steps = [(number, blob) for number, blob in enumerate(steps) if blob is not None]
        self.sequence = cell.output.sequence if cell.output is not None else None
        if len(self.steps) == len(cell.hidden):
            self.sequence = joined_in_order([blob for _, blob in self.steps])
        self.shape = inference.shape(cell.hidden[0])

    def plan(self) -> Plan:
        """All of it."""
        states = self._last_states_before_removal()
        x, xs = self._feed([(source.blob, source) for source in self.cell.x])
        cont, conts = self._markers()
        inputs = [*xs, *conts, *([self.cell.static] if self.cell.static else [])]
        removed = self._removed(inputs, exposed=not self.cell.begins_from_zeros)
        last = self._last_states(states, removed)
        exposed = not self.cell.begins_from_zeros or any(last)
        if exposed:
            inputs += self._starts()
            removed = self._removed(inputs, exposed=True)
        taken = list(self._taken(removed))
        if exposed and self.cell.cells:
            last, taken = self._last_output(last, taken)
        after, before = self._place(inputs, removed)
        sequence = self.sequence
        return Plan(
            frozenset(layer.span.start for layer in removed),
            frozenset(layer.span.start for layer in self.net.layers if layer not in removed),
            x,
            cont,
            self.cell.static.name if self.cell.static else "",
            tuple(blob.name for blob in self._starts()) if exposed else (),
            sequence.name if sequence else "",
            sequence is not None and not sequence.uses,
            tuple(taken),
            last if exposed else (),
            tuple(self._unread(removed, inputs)),
            after,
            before,
            self.shape[1] if self.shape else None,
        )

    def _starts(self) -> list[Blob]:
        """The states before the first step, where the layer is to read them."""
        starts = [blob for blob in self.cell.starts if blob is not None]
        if len(starts) < len(self.cell.starts):
            layer = self.cell.hidden[0].layer
            raise RollError("step 0 reads no state before it, and the last states are read", layer.name_span)
        return starts

    def _feed(self, items: Sequence[tuple[Blob | None, Source]]) -> tuple[Feed, list[Blob]]:
        """x over all steps, and the blobs that it is made of."""
        sources = [source for _, source in items]
        sequence = sources[0].sequence
        if sequence is not None and all(source.sequence is sequence for source in sources):
            numbers = tuple(source.at for source in sources)
            if numbers == tuple(range(sources[0].of)):
                return Feed(sequence.name), [sequence]
            if any(source.blob is None for source in sources):
                return Feed(sequence.name, pieces=numbers, of=sources[0].of), [sequence]
        blobs = [source.blob for source in sources if source.blob is not None]
        if len(blobs) < len(sources):
            layer = self.cell.hidden[0].layer
            raise RollError("the steps read pieces of several sequences", layer.name_span)
        return Feed(joined=tuple(blob.name for blob in blobs)), blobs

    def _markers(self) -> tuple[Feed, list[Blob]]:
        """The markers over all steps; where a step has none it goes on, but the first one from zeros."""
        conts = self.cell.cont
        pieces = [self.walk.piece(blob) if blob is not None else None for blob in conts]
        first = pieces[0]
        if first is not None and first.sequence is not None:
            wanted = [first._replace(blob=piece.blob, at=at) for at, piece in enumerate(pieces) if piece]
            if pieces == wanted and first.of == len(conts):
                return Feed(first.sequence.name), [first.sequence]
        values: list[Blob | float] = [
            blob if blob is not None else float(at > 0 or not self.cell.begins_from_zeros)
            for at, blob in enumerate(conts)
        ]
        joined: list[str | Constant] = []
        for value, same in groupby(values):
            many = list(same)
            joined += [Constant(value, len(many))] if isinstance(value, float) else [value.name] * len(many)
        return Feed(joined=tuple(joined)), [value for value in values if isinstance(value, Blob)]

    def _forced(self) -> set[Layer]:
        """The layers that make what the native layer makes."""
        blobs = [*self.cell.hidden, *self.cell.cells, *(blob for _, blob in self.steps)]
        if self.sequence is not None:
            blobs.append(self.sequence)
        forced = {blob.layer for blob in blobs}
        copies = (alias for blob in blobs if blob is not self.sequence for alias in aliases(blob))
        return forced | {alias.layer for alias in copies}

    def _removed(self, inputs: Iterable[Blob], *, exposed: bool) -> set[Layer]:
        """All layers that nobody needs any more, of those that make up the cell."""
        protected = {blob.layer for blob in inputs}
        if exposed:
            protected |= {blob.layer for blob in self.cell.starts if blob is not None}
        removed = self._forced()
        candidates = sorted(self.cell.visited - protected - removed, key=lambda layer: -layer.index)
        silences = [layer for layer in self.net.layers if layer.type == "Silence"]
        size = 0
        while size < len(removed):
            size = len(removed)
            for layer in candidates:
                uses = [use for top in layer.tops for use in top.uses]
                if uses and all(use.layer in removed for use in uses):
                    removed.add(layer)
            removed |= {layer for layer in silences if layer.bottoms and _reads_only(layer, removed)}
        return removed

    def _last_states_before_removal(self) -> tuple[tuple[Blob, ...], ...]:
        """The states that a layer can give behind its last step, h first; of an LSTM h is an output too."""
        hidden, cells = self.cell.hidden, self.cell.cells
        return (hidden, cells) if cells else (hidden,)

    def _last_states(
        self, states: tuple[tuple[Blob, ...], ...], removed: set[Layer]
    ) -> tuple[str | None, ...]:
        found: list[str | None] = []
        for blobs in states:
            if blobs is self.cell.hidden and self.cell.cells:
                found.append(None)
                continue
            *before, last = blobs
            for number, blob in enumerate(before):
                for use in _outside(blob, removed):
                    message = (
                        f"the state '{blob.name}' of step {number} is read by '{use.layer.name}', "
                        "and Caffe's layer gives it to nobody"
                    )
                    raise RollError(message, use.layer.name_span)
            names = [alias.name for alias in aliases(last) if _is_needed(alias, removed)]
            if len(names) > 1:
                message = f"the last state '{last.name}' has several copies that others read"
                raise RollError(message, last.layer.name_span)
            found.append(names[0] if names else None)
        return tuple(found)

    def _taken(self, removed: set[Layer]) -> Iterator[tuple[int, str]]:
        for number, blob in self.steps:
            for alias in aliases(blob):
                if _is_needed(alias, removed):
                    yield number, alias.name

    def _last_output(
        self, last: tuple[str | None, ...], taken: list[tuple[int, str]]
    ) -> tuple[tuple[str | None, ...], list[tuple[int, str]]]:
        """The last h as a top of the layer where nothing reads it: that top passes no gradients."""
        unread = {alias.name for alias in aliases(self.cell.hidden[-1]) if not alias.uses}
        for number, name in taken:
            if name in unread:
                return (name, *last[1:]), [each for each in taken if each != (number, name)]
        return last, taken

    def _unread(self, removed: set[Layer], inputs: Sequence[Blob]) -> Iterator[str]:
        for layer in self.net.layers:
            if layer in removed:
                continue
            for top in layer.tops:
                if top.uses and top not in inputs and all(use.layer in removed for use in top.uses):
                    yield top.name

    def _place(self, inputs: Sequence[Blob], removed: set[Layer]) -> tuple[int, int]:
        """Behind the start of which layer the native one may stand, and before that of which."""
        made = max(inputs, key=lambda blob: blob.layer.index)
        outputs = [
            blob
            for blob in (*(blob for _, blob in self.steps), *self.cell.cells[-1:], self.sequence)
            if blob is not None
        ]
        if self.cell.output is not None:
            outputs.append(self.cell.hidden[-1])
        readers = [use.layer for blob in outputs for use in _outside(blob, removed)]
        reader = min(readers, key=lambda layer: layer.index, default=None)
        if reader is not None and reader.index <= made.layer.index:
            message = (
                f"'{reader.name}' reads an output of a step, and '{made.name}', which another step reads, "
                f"is made at or behind it by '{made.layer.name}': one layer cannot stand at both places"
            )
            raise RollError(message, reader.name_span)
        limit = reader.index if reader is not None else len(self.net.layers)
        self._check_versions(inputs, limit, removed)
        return made.layer.span.start, reader.span.start if reader is not None else 2**63

    def _check_versions(self, inputs: Sequence[Blob], limit: int, removed: set[Layer]) -> None:
        """That no layer in between writes what the native layer reads."""
        for blob in inputs:
            for layer in self.net.layers[blob.layer.index + 1 : limit]:
                if layer in removed or all(top.name != blob.name for top in layer.tops):
                    continue
                message = f"'{layer.name}' overwrites '{blob.name}' before all steps of the cell have read it"
                raise RollError(message, layer.name_span)


def _reads_only(layer: Layer, removed: set[Layer]) -> bool:
    return all(use.blob is not None and use.blob.layer in removed for use in layer.bottoms)


def _outside(blob: Blob, removed: set[Layer]) -> Iterator[Use]:
    for alias in aliases(blob):
        yield from (use for use in alias.uses if use.layer not in removed)


def _is_needed(blob: Blob, removed: set[Layer]) -> bool:
    """Whether a blob is read by layers that stay, or is an output of the net."""
    return not blob.uses or any(use.layer not in removed for use in blob.uses)
