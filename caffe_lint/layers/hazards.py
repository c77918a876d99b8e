"""Overwrites that make Caffe compute something else than the net says, in place or through an alias.

Caffe accepts a layer in place wherever its bottom has no other reader, and knows nothing of aliases. What
such a layer overwrites may still be read: in Forward through another name of the memory, in Backward by
whoever made the value or used it (BVLC/caffe issue 2015), and in the next pass where it stays in memory.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from ..net import Blob, Layer, Net, Use
from ..net.state import Phase
from ..text import Span
from .aliasing import shares_memory
from .backward import Backward
from .backward_reads import Need, Read, backward_reads, gradients_of, is_in_place
from .dummy import dummy_fillers
from .in_place_fault import in_place_fault
from .inference import Inference
from .memory import Memory, MemoryMap, shares_gradient
from .overwriting import KEPT, Change, change_by
from .table import TABLE
from .values import KnownValues, Signs, drops, filler_signs

HazardKind = Literal[
    "in-place-not-supported",
    "in-place-corrupts-gradient",
    "alias-overwritten",
    "in-place-loss-weight",
    "in-place-on-lasting-blob",
]
"""The name of the rule that reports the hazard."""


class Hazard(NamedTuple):
    """An overwrite that does harm: `blob` is the top that is written over its own bottom."""

    kind: HazardKind
    blob: Blob
    message: str
    notes: tuple[tuple[str, Span], ...] = ()
    is_certain: bool = True
    """Whether it does harm whatever the program around the net does."""


def find_hazards(net: Net, inference: Inference, backward: Backward | None, phase: Phase) -> list[Hazard]:
    """The harmful overwrites of a net in one phase, at most one for each in-place top, in run order.

    Args:
        net: the net.
        inference: its shapes.
        backward: where gradients flow; None if the net is not trained in this phase.
        phase: TRAIN or TEST.
    """
    rejected = {rejection.layer for rejection in inference.rejections}
    tops = [top for layer in net.layers if layer not in rejected for top in layer.tops if top.is_in_place]
    if not tops:
        return []
    search = _Search(net, inference, backward or Backward(), phase)
    found: dict[Blob, Hazard] = {}
    for hazard in search.run(tops):
        found.setdefault(hazard.blob, hazard)
    return [found[top] for top in tops if top in found]


def depends_on_phase(net: Net) -> bool:
    """Whether a layer leaves other values in TRAIN than in TEST."""
    return any(layer.type in ("BatchNorm", "Dropout") for layer in net.layers)


class _Search:
    def __init__(self, net: Net, inference: Inference, backward: Backward, phase: Phase) -> None:
        self._net = net
        self._inference = inference
        self._backward = backward
        self._values = KnownValues(net, phase)
        self._memory = MemoryMap(net)
        self._changes: dict[Blob, Change | None] = {}

    def run(self, tops: list[Blob]) -> Iterator[Hazard]:
        """The hazards, the worst of each top first."""
        faults = [fault for top in tops if (fault := self._own_fault(top))]
        yield from (fault for fault in faults if fault.kind == "in-place-not-supported")
        yield from self._stale_reads()
        yield from faults
        yield from self._lost_for_backward()
        yield from (hazard for top in tops if (hazard := self._kept_gradient(top)))
        yield from self._lost_loss_weights()
        yield from self._lasting()

    def _own_fault(self, top: Blob) -> Hazard | None:
        layer = top.layer
        fault = in_place_fault(top, self._inference, self._backward, self._values)
        if fault is None:
            return None
        reason = f"{fault.reason}{_as_read(layer)}"
        head = f"{layer.type} '{layer.name}' does not work in place on '{top.name}': {reason}"
        if fault.is_in_gradient:
            return Hazard("in-place-corrupts-gradient", top, f"{head}; gradients are wrong", _maker(top))
        return Hazard("in-place-not-supported", top, f"{head}; its output is wrong", _maker(top))

    def _change(self, top: Blob) -> Change | None:
        if top not in self._changes:
            self._changes[top] = change_by(top.layer, top.index, self._values)
        return self._changes[top]

    def _stale_reads(self) -> Iterator[Hazard]:
        """Layers that read a blob after it has been overwritten under another name."""
        for memory in self._memory.overwritten:
            for blob in memory.blobs:
                later = memory.after(self._memory.content(blob))
                for use in blob.uses if later else ():
                    yield from self._stale_read(later, use)
                if later and not blob.uses and _is_alias(blob.layer):
                    yield from self._stale_output(later, blob)

    def _stale_output(self, later: list[Blob], blob: Blob) -> Iterator[Hazard]:
        """An output of the net that has been overwritten under another name."""
        write = next(
            (write for write in later if (change := self._change(write)) and not change.is_none), None
        )
        if write is not None:
            message = (
                f"{_worker(write)} overwrites '{blob.name}' too, which lies in the same memory: "
                "this output of the net is something else"
            )
            notes = (*self._alias_note(write), (f"'{blob.name}' is an output", blob.span))
            yield Hazard("alias-overwritten", write, message, notes)

    def _stale_read(self, later: list[Blob], use: Use) -> Iterator[Hazard]:
        """A read of a blob that has been overwritten before by one of the writes into its memory."""
        if use.layer.type == "Silence" or _is_alias(use.layer):
            return
        for write in later:
            change = self._change(write) if write.layer.index < use.layer.index else None
            if change is None:
                return
            if not change.is_none and not _absorbs(use.layer, change):
                message = (
                    f"{_worker(write)} overwrites '{use.name}' too, which lies in the same memory: "
                    f"'{use.layer.name}' reads it afterwards and computes something else"
                )
                notes = (*self._alias_note(write), (f"'{use.layer.name}' reads what is left", use.span))
                yield Hazard("alias-overwritten", write, message, notes)
                return

    def _lost_for_backward(self) -> Iterator[Hazard]:
        """Layers whose Backward reads what has been overwritten since."""
        for layer in self._net.layers:
            if layer in self._backward.running:
                for read in backward_reads(layer, self._inference, self._backward):
                    yield from self._lost_read(layer, read)

    def _lost_read(self, layer: Layer, read: Read) -> Iterator[Hazard]:
        blob = layer.tops[read.which] if read.is_top else layer.bottoms[read.which].blob
        if blob is None:
            return
        change, culprit = KEPT, None
        for write in self._memory.of(blob).after(self._memory.content(blob)):
            if write.layer.index <= layer.index:
                continue
            found = self._change(write)
            if found is None:
                break
            is_only_path = read.is_top and self._leads_only_to(blob, write)
            if is_only_path and self._hides(found, change, read, blob):
                return
            change = change.then(found)
            kept = change.passing if is_only_path and read.is_local else change.blocked
            if kept < read.need and culprit is None:
                culprit = write
        if culprit is not None:
            yield self._lost(layer, read, culprit)

    def _hides(self, found: Change, before: Change, read: Read, blob: Blob) -> bool:
        """Whether no gradient comes back for which it matters what has become of the values of a top."""
        if found.passes_negatives:
            return not found.passes_gradient
        if read.is_of_negatives:
            return before.is_local and before.passing >= Need.SIGN
        is_positive = self._values.of(blob).signs == Signs.POSITIVE
        return before.is_local and read.is_local and read.need is Need.POSITIVE and is_positive

    def _kept_gradient(self, top: Blob) -> Hazard | None:
        """A layer that is not to pass a gradient down, but leaves that of its top where it is."""
        layer, backward = top.layer, self._backward
        is_kept_back = layer in backward.running and layer.bottoms[top.index] not in backward.asked
        if not is_kept_back or backward.asked.isdisjoint(top.uses):
            return None
        maker = self._taker_below(top)
        if maker is None or not self._teaches(maker.layer):
            return None
        message = (
            f"{_worker(top)} passes the gradient of its top down as it is, against its 'propagate_down': "
            f"both lie in one memory, and the gradient of '{maker.layer.name}' is wrong"
        )
        return Hazard("in-place-corrupts-gradient", top, message, _maker(top))

    def _taker_below(self, top: Blob) -> Blob | None:
        """The blob below whose gradient lies in the memory of that of an in-place top, and is used."""
        blob = top.previous
        while blob is not None and not self._takes_gradient(blob):
            if blob.is_in_place:
                blob = blob.previous
            elif blob.layer.type != "Flatten" and blob.layer.bottoms and shares_gradient(blob.layer):
                blob = blob.layer.bottoms[0].blob
            else:
                blob = None
        return blob

    def _takes_gradient(self, blob: Blob) -> bool:
        """Whether somebody uses the gradient of a blob; that of a Parameter's top is its learned blob's."""
        return blob.layer in self._backward.running or blob.layer.type == "Parameter"

    def _teaches(self, layer: Layer) -> bool:
        """Whether something learns from the gradients that a layer works out."""
        gradients = gradients_of(layer, self._inference, self._backward)
        return bool(gradients.asked or gradients.learns)

    def _leads_only_to(self, blob: Blob, write: Blob) -> bool:
        """Whether all gradient of a layer comes to its top through that of an in-place top further down."""
        siblings = (top for top in blob.layer.tops if top is not blob)
        if any(
            self._backward.weight(top) or not self._backward.asked.isdisjoint(top.uses) for top in siblings
        ):
            return False
        while True:
            asked = [use for use in blob.uses if use in self._backward.asked]
            if len(asked) != 1 or self._backward.weight(blob):
                return False
            layer, index = asked[0].layer, asked[0].index
            if layer is write.layer:
                return True
            if is_in_place(layer, index):
                blob = layer.tops[index]
            elif _is_alias(layer) and len(layer.tops) == 1:
                blob = layer.tops[0]
            else:
                return False

    def _lost(self, layer: Layer, read: Read, write: Blob) -> Hazard:
        what = "output" if read.is_top else "input"
        message = (
            f"{_worker(write)} overwrites the {what} of {layer.type} '{layer.name}', which reads it again in "
            f"Backward{_as_read(layer)}: the gradient of '{layer.name}' is wrong"
        )
        span = layer.tops[read.which].span if read.is_top else layer.bottoms[read.which].span
        notes = ((f"'{layer.name}' needs this value in Backward", span), *self._alias_note(write))
        return Hazard("in-place-corrupts-gradient", write, message, notes)

    def _lost_loss_weights(self) -> Iterator[Hazard]:
        """In-place layers whose Backward overwrites the constant that stands for a loss weight."""
        for layer in self._backward.weights:
            if not layer.block.has("loss_weight"):
                continue
            for top in layer.tops:
                if self._backward.weight(top) and not top.uses:
                    yield from self._lost_loss_weight(top)

    def _lost_loss_weight(self, weighted: Blob) -> Iterator[Hazard]:
        blob: Blob | None = weighted
        while blob is not None and (blob is weighted or len(blob.uses) == 1):
            layer = blob.layer
            if not blob.is_in_place:
                is_shared = bool(layer.bottoms) and shares_gradient(layer) and layer in self._backward.running
                blob = layer.bottoms[0].blob if is_shared else None
                continue
            if self._overwrites_gradient(layer, blob.index):
                message = (
                    f"{_worker(blob)} overwrites the loss weight of '{weighted.name}', which Caffe keeps as "
                    "its gradient: from the second iteration on loss and gradients are wrong"
                )
                notes = ((f"'{weighted.name}' has its loss weight here", _weight_span(weighted)),)
                yield Hazard("in-place-loss-weight", blob, message, notes)
                return
            blob = blob.previous

    def _overwrites_gradient(self, layer: Layer, index: int) -> bool:
        """Whether a layer's Backward leaves something else in the gradient of its in-place top."""
        if layer not in self._backward.running or layer.bottoms[index] not in self._backward.asked:
            return False
        if layer.type == "Dropout":
            return drops(layer, self._values.phase)
        if layer.type == "ReLU":
            return layer.block.block("relu_param").real("negative_slope") != 1
        return layer.type not in ("Bias", "Concat", "Slice", "Tile")

    def _lasting(self) -> Iterator[Hazard]:
        """In-place layers on values that are still there in the next pass."""
        for memory in self._memory.overwritten:
            lasting = self._why_lasting(memory.origin)
            if lasting is None:
                continue
            for write in memory.writes[1:]:
                change = self._change(write)
                if change is None:
                    break
                is_settled = change.is_repeatable and not _is_read_before(write, memory)
                if not change.is_none and not (lasting.is_filled_once and is_settled):
                    yield self._compounding(write, memory.origin, lasting)
                    break

    def _why_lasting(self, blob: Blob) -> "_Lasting | None":
        layer = blob.layer
        if layer.type == "DummyData":
            is_constant = dummy_fillers(blob)[0].string("type") == "constant"
            return _Lasting("fills it once, before the first pass") if is_constant else None
        if layer.type == "LSTM" and blob.index == 0:
            shape = self._inference.shape(blob)
            exposes = layer.block.block("recurrent_param").boolean("expose_hidden")
            if shape and shape[0] == 1 and not exposes and not _always_starts_anew(layer):
                return _Lasting("goes on from it in the next pass", is_filled_once=False)
        return _LASTING.get(layer.type)

    def _compounding(self, write: Blob, origin: Blob, lasting: "_Lasting") -> Hazard:
        maker = f"{origin.layer.type} '{origin.layer.name}'"
        message = (
            f"{_worker(write)} overwrites '{origin.name}' for good: {maker} {lasting.reason}, "
            "so that each pass starts from what the last one has left"
        )
        notes = ((f"'{origin.name}' comes from here", origin.span), *self._alias_note(write))
        return Hazard("in-place-on-lasting-blob", write, message, notes, is_certain=lasting.is_certain)

    def _alias_note(self, write: Blob) -> tuple[tuple[str, Span], ...]:
        """Where the memory got the name under which it is overwritten, if that is another one."""
        blob = write.origin
        if not _is_alias(blob.layer):
            return ()
        bottom = blob.layer.bottoms[0]
        note = f"{blob.layer.type} '{blob.layer.name}' makes '{blob.name}' another name for '{bottom.name}'"
        return ((note, blob.span),)


class _Lasting(NamedTuple):
    """Why the values of a blob are still there in the next pass."""

    reason: str
    is_filled_once: bool = True
    """Whether nothing but in-place layers ever changes them."""
    is_certain: bool = True


_LASTING = {
    "Parameter": _Lasting("shows what it has learned"),
    "MemoryData": _Lasting("shows the caller's own array"),
    "Input": _Lasting("keeps it unless the caller fills it before every pass", is_certain=False),
}


def _is_read_before(write: Blob, memory: Memory) -> bool:
    """Whether another layer reads what is to be overwritten, which the next pass does not find any more."""
    todo, readers = [memory.origin], []
    for blob in todo:
        for use in blob.uses:
            if use.layer is write.layer or use.layer.index > write.layer.index:
                continue
            shown = [top for top in use.layer.tops if top.previous is blob or _is_alias(use.layer)]
            todo += shown
            readers += [] if shown else [use]
    return bool(readers)


def _always_starts_anew(layer: Layer) -> bool:
    """Whether the markers of a recurrent layer are 0, so that it never goes on from a state."""
    fillers = dummy_fillers(layer.bottoms[1].blob) if len(layer.bottoms) > 1 else []
    return bool(fillers) and all(filler_signs(filler) == Signs.ZERO for filler in fillers)


def _absorbs(reader: Layer, change: Change) -> bool:
    """Whether a reader puts out the same as before the change: a ReLU behind a ReLU."""
    if reader.type != "ReLU" or reader.block.block("relu_param").real("negative_slope") != 0:
        return False
    return change.passing is Need.VALUE and change.blocked >= Need.POSITIVE


def _is_alias(layer: Layer) -> bool:
    return bool(layer.bottoms) and shares_memory(layer)


def _as_read(layer: Layer) -> str:
    """What to say of facts about a type of a fork, which nobody has measured."""
    return "" if layer.type in TABLE else " (so its sources read, it was not run)"


def _worker(top: Blob) -> str:
    return f"{top.layer.type} '{top.layer.name}', in place on '{top.name}',"


def _maker(top: Blob) -> tuple[tuple[str, Span], ...]:
    previous = top.previous
    return (
        ()
        if previous is None
        else ((f"{previous.layer.type} '{previous.layer.name}' makes '{top.name}'", previous.span),)
    )


def _weight_span(blob: Blob) -> Span:
    return blob.layer.block.span("loss_weight")
