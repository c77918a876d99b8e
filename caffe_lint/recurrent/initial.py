"""The states that the first step goes on from."""

from collections.abc import Iterator

from ..layers import Shape, constant_of, dummy_fillers
from ..net import Blob, Use
from .defect import Defect, Look, Place, usual
from .layer_kinds import LEARNED
from .model import Inner, Outside, Slot, State, Step, Unroll

_ENOUGH_STEPS = 8
_LONGEST_ITEM = 3
"""Steps x batch x features; pictures have more axes."""
_CHANNELS = 1


def first_reads(unroll: Unroll) -> Iterator[tuple[State, Use, bool]]:
    """Where the first step reads states: the slot, the bottom, and whether it comes from outside."""
    first = unroll.steps[0]
    for role, node in unroll.pattern.items():
        uses, found = first.bottoms.get(role, ()), first.reads.get(role, ())
        for slot, use, read in zip(node.slots, uses, found, strict=False):
            if type(slot) is State and use is not None:
                yield slot, use, type(read) is Outside


def starts_from_zeros(unroll: Unroll) -> bool:
    """Whether the file fixes all states that the first step goes on from to 0: there is nothing to reset."""
    blobs = [use.blob for _, use, is_outside in first_reads(unroll) if is_outside]
    return all(
        blob is not None
        and blob.layer.type == "DummyData"
        and all(constant_of(filler) == 0 for filler in dummy_fillers(blob))
        for blob in blobs
    )


def wrong_initial_states(look: Look) -> Iterator[Defect]:
    """Initial states that are random, have another shape than the state, or are overwritten."""
    seen: set[Blob] = set()
    for slot, use, is_outside in first_reads(look.unroll):
        blob = use.blob
        if blob is None or blob in seen or not is_outside:
            continue
        seen.add(blob)
        found = (
            _input(slot, use, blob, look)
            or _rewritten(use, blob)
            or _random(use, blob)
            or _shape(slot, use, blob, look)
        )
        if found is not None:
            yield found


def _input(slot: State, use: Use, blob: Blob, look: Look) -> Defect | None:
    """A piece of what the steps read as input: the step that should make the state of it is not there."""
    pattern = look.unroll.pattern
    read = {each.layer for node in pattern.values() for each in node.slots if type(each) is Outside}
    if slot.role not in pattern or blob.layer.type != "Slice" or blob.layer not in read:
        return None
    made = pattern[slot.role].layer
    message = (
        f"the first step goes on from '{blob.name}', a piece of what the steps read as input: the "
        f"{made.type} that makes the state of it is missing"
    )
    notes = (
        Place("it is cut here", blob.span),
        Place(f"in another step it is '{made.name}'", made.name_span),
    )
    return Defect("gate-activation", message, use.span, notes)


def _rewritten(use: Use, blob: Blob) -> Defect | None:
    if not blob.is_in_place or blob.origin.layer.bottoms:
        return None
    start = blob.origin
    message = (
        f"the initial state '{start.name}' is overwritten in place by {blob.layer.type} "
        f"'{blob.layer.name}' before the first step reads it: each pass may go on from what the last one left"
    )
    note = Place("the first step reads it here", use.span)
    return Defect("initial-state", message, blob.span, (note, Place("it is made here", start.span)))


def _random(use: Use, blob: Blob) -> Defect | None:
    for filler in dummy_fillers(blob):
        kind = filler.string("type")
        if kind != "constant":
            message = (
                f"the initial state '{blob.name}' is filled by '{kind}': each forward pass begins from other "
                "random numbers"
            )
            note = Place("the first step reads it here", use.span)
            return Defect("initial-state", message, filler.span("type"), (note,))
    return None


def _shape(slot: State, use: Use, blob: Blob, look: Look) -> Defect | None:
    found, expected = look.shape(blob), _expected(slot, use, look)
    if found is None or expected is None or _fits(found, expected) or _is_x(found, expected, look):
        return None
    message = (
        f"the initial state '{blob.name}' is {_shown(found)}, the states of the steps are {_shown(expected)}"
    )
    maker = blob.layer
    block = {"Input": "input_param", "DummyData": "dummy_data_param"}.get(maker.type)
    span = blob.span
    if block is not None and (shapes := maker.block.block(block).blocks("shape")):
        span = shapes[blob.index % len(shapes)].place
    note = Place("the first step reads it here", use.span)
    return Defect("initial-state", message, span, (note,), resizes=(maker,))


def _is_x(found: Shape, expected: Shape, look: Look) -> bool:
    """Whether x and a state have changed places: without names only their shapes tell which is which."""
    first, *others = [[*_read_as_x(step, look)] for step in look.unroll.steps[:_ENOUGH_STEPS]]
    return expected in first and any(found in shapes for shapes in others)


def _read_as_x(step: Step, look: Look) -> Iterator[Shape]:
    """The shapes of what a step multiplies by weights and no step makes."""
    for role, uses in step.bottoms.items():
        node = look.unroll.pattern[role]
        for slot, use in zip(node.slots, uses, strict=True):
            if node.layer.type in LEARNED and type(slot) is Outside and use is not None:
                yield look.shape(use.blob)


def _expected(slot: State, use: Use, look: Look) -> Shape:
    """The shape of the state: by H and by the batch that x has, of pictures as most steps make it."""
    unroll = look.unroll
    found, size = look.shape(use.blob), unroll.hidden_size
    if found is None:
        return None
    if len(found) > _LONGEST_ITEM:
        of_x = [shape[0] for shape in _shapes_of_x(look) if len(shape) == len(found)]
        made = [
            look.shape(step.layers[slot.role].tops[slot.top])
            for step in unroll.steps[1:_ENOUGH_STEPS]
            if slot.role in step.layers
        ]
        # What is cut wrongly in every step has other channels, and is no measure.
        whole = [
            shape
            for shape in made
            if shape is not None and len(shape) == len(found) and size in (None, shape[_CHANNELS])
        ]
        if whole:
            return (usual(of_x or [shape[0] for shape in whole]), *usual(whole)[1:])
        # Behind a state of a wrong batch nothing is known.
        return (usual(of_x), size, *found[2:]) if of_x else None
    batch = _batch(look, len(found))
    return (*batch, size) if size is not None and batch is not None else None


def _batch(look: Look, axes: int) -> tuple[int, ...] | None:
    """All axes but that of the features, by what most steps read and make in front of the state."""
    found = [
        tuple(dim for dim in shape[:-1] if dim is not None)
        for shape in _shapes_of_x(look)
        if len(shape) == axes
    ]
    full = [dims for dims in found if len(dims) == axes - 1]
    return usual(full) if full else None


def _shapes_of_x(look: Look) -> Iterator[tuple[int | None, ...]]:
    """The shapes of what steps read and of what they make of that alone."""
    for step in look.unroll.steps[:_ENOUGH_STEPS]:
        for role, uses in step.bottoms.items():
            for slot, use in zip(look.unroll.pattern[role].slots, uses, strict=True):
                if use is not None and _comes_from_x(slot, look):
                    shape = look.shape(use.blob)
                    if shape is not None:
                        yield shape


def _comes_from_x(slot: Slot, look: Look) -> bool:
    """Whether a bottom reads what no state has a part in."""
    pattern = look.unroll.pattern
    if type(slot) is Outside:
        return True
    if type(slot) is not Inner:
        return False
    node = pattern[slot.role]
    roles = [slot.role, *look.unroll.roles_behind(node)]
    return not any(type(each) is State for behind in roles for each in pattern[behind].slots)


def _fits(found: Shape, expected: Shape) -> bool:
    if found is None or expected is None or len(found) != len(expected):
        return found is None or expected is None
    return all(None in (one, other) or one == other for one, other in zip(found, expected, strict=True))


def _shown(shape: Shape) -> str:
    return " x ".join("?" if dim is None else str(dim) for dim in shape or ())
