"""Steps that read another state, or another piece of a sequence, than the step before made for them."""

from collections.abc import Iterator
from typing import NamedTuple

from ..net import Blob, Layer, Use
from .defect import Defect, Kind, Look, Overwriting, Place, in_steps, repeated, usual
from .layer_kinds import ACTIVATIONS, LEARNED, is_scaled
from .model import Inner, Node, Outside, Slot, State, Step, Unroll


class Odd(NamedTuple):
    """A bottom that reads something else than those of the other steps."""

    step: Step
    node: Node
    use: Use
    expected: Slot
    found: Slot


def odd_bottoms(unroll: Unroll) -> Iterator[Odd]:
    """The bottoms that do not read what the same bottom reads in most steps; pieces are not compared."""
    for step in unroll.steps:
        for role, found_slots in step.reads.items():
            node = unroll.pattern[role]
            for expected, found, use in zip(node.slots, found_slots, step.bottoms[role], strict=True):
                if (
                    found is None
                    or use is None
                    or found == expected
                    or type(found) is Outside is type(expected)
                ):
                    continue
                if step.number == 0 and type(expected) is State:
                    continue
                yield Odd(step, node, use, expected, found)


def wrong_states(look: Look) -> Iterator[Defect]:
    """Steps that read the state of another step, or h where c belongs."""
    reported: set[int] = set()
    for odd in odd_bottoms(look.unroll):
        defect = _state_defect(odd, look.unroll)
        # Behind a wrong state of its own, the rest of a step shows again what is known.
        if defect is not None and (type(odd.found) is State or odd.step.number not in reported):
            reported.add(odd.step.number)
            yield defect


def _state_defect(odd: Odd, unroll: Unroll) -> Defect | None:
    if type(odd.expected) is State:
        return _instead_of_state(odd, odd.expected, unroll)
    if type(odd.expected) is Inner:
        return _instead_of_own(odd, odd.expected, unroll)
    if type(odd.found) in (State, Inner) and odd.use.layer.name:
        return _defect(
            odd, f"'{odd.use.name}' of the cell itself", "the other steps read what comes from outside", None
        )
    return None


def _instead_of_state(odd: Odd, expected: State, unroll: Unroll) -> Defect | None:
    found, step, name = odd.found, odd.step, odd.use.name
    if _is_overwriting(odd, unroll):
        return None
    wanted = f"{_state(expected.role, unroll)} of {_step_at(step, expected.lag)}"
    right = _blob(unroll, step.number - expected.lag, expected)
    if type(found) is State:
        what = _state_read(found, odd, unroll)
    elif type(found) is Inner:
        what = f"'{name}' of the step itself"
    elif (extra := _extra_behind(right, odd.use)) is not None:
        return _too_much(extra, right, step.number - expected.lag, odd.use)
    else:
        what = f"'{name}', which no step makes"
    return _defect(odd, what, f"the other steps read {wanted}", right)


def _instead_of_own(odd: Odd, expected: Inner, unroll: Unroll) -> Defect | None:
    found, step = odd.found, odd.step
    layer = step.layers.get(expected.role)
    right = layer.tops[expected.top] if layer is not None and expected.top < len(layer.tops) else None
    if type(found) is State and (
        found.role == expected.role or (right is not None and found.role in ("cell", "hidden"))
    ):
        wanted = f"the other steps read {_state(expected.role, unroll)} of their own"
        return _defect(odd, _state_read(found, odd, unroll), wanted, right)
    extra = _extra_behind(right, odd.use) if type(found) is Outside else None
    if extra is not None and extra not in step.extra.values():
        return _too_much(extra, right, step.number, odd.use)
    return None


def _state_read(found: State, odd: Odd, unroll: Unroll) -> str:
    return f"{_state(found.role, unroll)} of {_step_at(odd.step, found.lag)}, '{odd.use.name}'"


def _extra_behind(right: Blob | None, use: Use) -> Layer | None:
    """The layer that stands between a state and its reader, where the others read the state itself."""
    layer = use.blob.layer if use.blob is not None else None
    if layer is None or right is None or len(layer.bottoms) != 1 or layer.bottoms[0].blob is not right:
        return None
    return layer if layer.type not in LEARNED and layer.type not in ACTIVATIONS else None


def _too_much(extra: Layer, state: Blob | None, number: int, reader: Use) -> Defect:
    behind = f" behind '{state.name}'" if state is not None else ""
    message = f"step {number} has a layer{behind}, {extra.type} '{extra.name}', that the other steps have not"
    return Defect("step-out-of-line", message, extra.name_span, (Place("it is read here", reader.span),))


def _defect(odd: Odd, what: str, wanted: str, right: Blob | None) -> Defect:
    message = f"step {odd.step.number} reads {what} in '{odd.use.layer.name}', {wanted}"
    notes = (Place(f"that would be '{right.name}'", right.span),) if right is not None else ()
    return Defect("state-wiring", message, odd.use.span, notes)


def _blob(unroll: Unroll, number: int, slot: State) -> Blob | None:
    if not 0 <= number < len(unroll.steps):
        return None
    layer = unroll.steps[number].layers.get(slot.role)
    return layer.tops[slot.top] if layer is not None and slot.top < len(layer.tops) else None


def _state(role: str, unroll: Unroll) -> str:
    if role == "cell":
        return "the cell state c"
    if role == "hidden":
        return "the output h"
    if role == "unit" or role not in unroll.pattern:
        return "the state"
    return f"the {unroll.pattern[role].layer.type} '{role}'"


def _step_at(step: Step, lag: int) -> str:
    if lag == 1:
        return "the step before"
    return f"step {step.number - lag}" + (f", {lag} steps ago" if lag > 1 else "")


# --- the cell state, overwritten


def overwritten_cells(look: Look) -> Iterator[Defect]:
    """Activations of the cell state that the next step reads instead of it, in place or not.

    Caffe loads such a net: the next step then goes on from tanh(c) where it should go on from c.
    """
    unroll = look.unroll
    found: dict[bool, list[tuple[Step, Use, Layer]]] = {}
    for step in unroll.steps[1:]:
        for use in _readers_of_cell(step):
            layer = use.blob.layer if use.blob is not None else None
            if layer is not None and layer.type in ACTIVATIONS and _cell_of(use, step, unroll) is not None:
                is_in_place = layer.tops[0].name == layer.bottoms[0].name
                found.setdefault(is_in_place, []).append((step, use, layer))
                break
    for is_in_place, places in found.items():
        yield _overwritten(places, unroll, is_in_place=is_in_place)


def _readers_of_cell(step: Step) -> Iterator[Use]:
    """Where a step keeps the cell state of the step before."""
    for role in ("forget", "unit"):
        for use in step.bottoms.get(role, ()):
            if use is None or use.blob is None:
                continue
            maker = use.blob.layer
            yield maker.bottoms[0] if is_scaled(maker) else use


def _cell_of(use: Use, step: Step, unroll: Unroll) -> Blob | None:
    """The cell state of the step before, if what is read is an activation of it."""
    before = unroll.steps[step.number - 1].cell
    blob = use.blob
    while blob is not None and blob.layer.type in ACTIVATIONS and blob.layer.bottoms:
        blob = blob.layer.bottoms[0].blob
        if blob is not None and blob is before:
            return blob
    return None


def _is_overwriting(odd: Odd, unroll: Unroll) -> bool:
    """Whether `overwritten_cells` reports it."""
    is_cell = type(odd.expected) is State and odd.expected.role in ("cell", "unit")
    return is_cell and _cell_of(odd.use, odd.step, unroll) is not None


def _overwritten(places: list[tuple[Step, Use, Layer]], unroll: Unroll, *, is_in_place: bool) -> Defect:
    step, use, layer = places[0]
    before = unroll.steps[step.number - 1]
    cell = before.cell
    assert cell is not None, "what is overwritten is a cell state"
    where = in_steps([each.number - 1 for each, _, _ in places], unroll)
    if not is_in_place:
        message = (
            f"step {step.number} goes on from '{use.name}', the output of "
            f"{layer.type} '{layer.name}', instead of "
            f"the cell state '{cell.name}'"
        )
        notes = (
            Place("the cell state is made here", cell.span),
            *repeated((s.number, u.span) for s, u, _ in places[1:]),
        )
        return Defect("cell-state-overwritten", message, use.span, notes)
    message = (
        f"{layer.type} '{layer.name}' works in place on the cell state '{cell.name}' {where}: the next "
        f"step goes on from the output of {layer.type} instead of c; give the layer a top of its own"
    )
    notes = (
        Place("the cell state is made here", cell.span),
        Place(f"step {step.number} reads the overwritten value here", use.span),
        *repeated((each.number - 1, other.tops[0].span) for each, _, other in places[1:]),
    )
    remedy = tuple(
        Overwriting(use.blob, use)
        for each, use, _ in places
        if use.blob is not None and _is_read_by_step_only(use, unroll.steps[each.number - 1])
    )
    # Where others read it too, nobody knows which of the two values they are to have.
    is_certain = len(remedy) == len(places)
    span = layer.tops[0].span
    return Defect("cell-state-overwritten", message, span, notes, remedy=remedy if is_certain else ())


def _is_read_by_step_only(use: Use, before: Step) -> bool:
    blob = use.blob
    if blob is None or blob.previous is not before.cell or blob.layer is not before.layers.get("cell_tanh"):
        return False
    readers = [other.layer for other in blob.uses if other is not use]
    return readers == [before.layers.get("hidden")]


# --- pieces of sequences


def wrong_pieces(look: Look) -> Iterator[Defect]:
    """Steps that read the piece of a sequence that belongs to another step."""
    unroll = look.unroll
    for node in unroll.pattern.values():
        for number, slot in enumerate(node.slots):
            if type(slot) is Outside:
                yield from _compare_pieces(look, node, number)


def _compare_pieces(look: Look, node: Node, number: int) -> Iterator[Defect]:
    unroll = look.unroll
    found = [
        (step, slots[number], step.bottoms[node.role][number])
        for step in unroll.steps
        if len(slots := step.reads.get(node.role, [])) > number
    ]
    # A layer that two steps read is one of the first; that the other reads it is a wrong state.
    own = {use.layer: step for step, _, use in reversed(found) if use is not None}
    pieces = [
        (step, slot, use)
        for step, slot, use in found
        if type(slot) is Outside and use is not None and own[use.layer] is step
    ]
    layers = [slot.layer for _, slot, _ in pieces]
    source = usual(layers) if layers else None
    if source is None or 2 * layers.count(source) <= len(layers):
        yield from _read_twice(pieces, node)
        return
    slope, base = _line([(step.number, slot.at) for step, slot, _ in pieces if slot.layer == source])
    for step, slot, use in pieces:
        is_marker = _is_marker(node, use)
        kind = _kind(node, use)
        if slot.layer != source:
            if slope == 0 and step.number:
                message = (
                    f"step {step.number} reads '{use.name}' in '{use.layer.name}', "
                    f"the other steps read another blob"
                )
                yield Defect(kind, message, use.span)
        elif slot.at != base + slope * step.number:
            whose = (slot.at - base) * slope
            of_step = f", which belongs to step {whose}" if slope and 0 <= whose < len(unroll.steps) else ""
            what = "the marker" if is_marker else "the piece"
            message = f"step {step.number} reads {what} '{use.name}' in '{use.layer.name}'{of_step}"
            yield Defect(kind, message, use.span)


def _is_marker(node: Node, use: Use) -> bool:
    return is_scaled(node.layer) or (node.role == "unit" and use.index == 2)


def _kind(node: Node, use: Use) -> Kind:
    return "continuation" if _is_marker(node, use) else "step-out-of-line"


def _line(pieces: list[tuple[int, int]]) -> tuple[int, int]:
    """How the number of the piece goes on from step to step, 1, -1 or 0, and that of step 0."""
    return usual((slope, at - slope * step) for slope in (1, -1, 0) for step, at in pieces)


def _read_twice(pieces: list[tuple[Step, Outside, Use]], node: Node) -> Iterator[Defect]:
    """Two steps that read one blob, where each has a blob of its own."""
    readers: dict[Blob, list[tuple[Step, Use]]] = {}
    for step, _, use in pieces:
        if use.blob is not None:
            readers.setdefault(use.blob, []).append((step, use))
    if len(readers) < len(pieces) - 1 or len(pieces) < 3:
        return
    for blob, (first, *rest) in readers.items():
        for step, use in rest:
            message = (
                f"step {step.number} reads '{blob.name}' in '{use.layer.name}' as "
                f"step {first[0].number} does: each step has "
                "an input of its own"
            )
            note = Place("the other step reads it here", first[1].span)
            yield Defect(_kind(node, use), message, use.span, (note,))
