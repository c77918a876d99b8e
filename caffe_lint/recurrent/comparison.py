"""Single steps of an unrolled net against the usual one, layer by layer, whether it is a mistake or not."""

from collections import Counter
from collections.abc import Iterator
from typing import Literal, NamedTuple

from ..net import Layer
from ..text import Span
from .layer_kinds import operation
from .model import Inner, Node, Outside, Slot, State, Step, Unroll


class Difference(NamedTuple):
    """What one step has otherwise than most.

    An extra layer stands in front of `role`, for a missing one `layer` is a reader that is there. `found` and
    `usual` are types of layers, or what a bottom reads.
    """

    step: int
    kind: Literal["extra", "missing", "type", "bottom"]
    role: str
    layer: Layer
    span: Span
    found: str
    usual: str


class Course(NamedTuple):
    """How the piece that a bottom reads moves: piece `start + drift * step` of `layer`."""

    drift: int
    layer: object
    start: int


def usual_step(unroll: Unroll) -> Step:
    """The first step that is built as most are."""
    root = next(iter(unroll.pattern.values()), None)
    steps = (step for step in unroll.steps if root and step.layers.get(root.role) is root.layer)
    return next(steps, unroll.steps[0])


def direction(unroll: Unroll) -> int:
    """1 if later steps read later pieces of a sequence, -1 if earlier ones, 0 if that is unknown."""
    for node in unroll.pattern.values():
        for slot in range(len(node.slots)):
            course = course_of(unroll, node.role, slot)
            if course is not None and course.drift and isinstance(course.layer, Layer):
                return course.drift
    return 0


def course_of(unroll: Unroll, role: str, slot: int) -> Course | None:
    """What the bottoms of one role read outside of the steps, if most go on alike."""
    read: Counter[Course] = Counter()
    steps = 0
    for step in unroll.steps:
        found = _read(step, role, slot)
        if isinstance(found, Outside):
            steps += 1
            drifts = (1, -1, 0) if len(unroll.steps) > 1 else (0,)
            read.update(Course(drift, found.layer, found.at - drift * step.number) for drift in drifts)
    best = max(read, key=read.__getitem__, default=None)
    return best if best is not None and 2 * read[best] > steps else None


def _read(step: Step, role: str, slot: int) -> Slot | None:
    reads = step.reads.get(role, [])
    return reads[slot] if slot < len(reads) else None


def described(unroll: Unroll, slot: Slot) -> str:
    """What a bottom reads, in words, without the names of outside blobs."""
    if isinstance(slot, Inner):
        node = unroll.pattern.get(slot.role)
        return f"{slot.role} (top {slot.index})" if node and len(node.layer.tops) > 1 else slot.role
    if isinstance(slot, State):
        before = {0: "the same step", 1: "the step before", -1: "the next step"}
        steps = "before" if slot.lag > 0 else "later"
        return f"{_state(unroll, slot)} of {before.get(slot.lag, f'{abs(slot.lag)} steps {steps}')}"
    return "a blob from outside"


def _state(unroll: Unroll, slot: State) -> str:
    """The state by its name, h or c; else the role of the layer that makes what is read."""
    step = usual_step(unroll)
    layer = step.layers.get(slot.role)
    blob = layer.tops[slot.index] if layer is not None and slot.index < len(layer.tops) else None
    return next((name for name, made in step.states.items() if made is blob), slot.role)


def state_names(unroll: Unroll) -> list[str]:
    """h, and c of an LSTM, in this order."""
    return sorted(usual_step(unroll).states, reverse=True)


def differences(unroll: Unroll) -> list[Difference]:
    """All that single steps have otherwise than most, by step and place in the file."""
    found = [*_bottoms(unroll), *(each for step in unroll.steps for each in _layers(unroll, step))]
    return sorted(found, key=lambda each: (each.step, each.span))


def _layers(unroll: Unroll, step: Step) -> Iterator[Difference]:
    own = set(step.layers.values())
    for role, more in step.extra.items():
        if more not in own:
            yield Difference(step.number, "extra", role, more, more.name_span, kind_of(more), "")
    for role, node in unroll.pattern.items():
        layer = step.layers.get(role)
        usual = kind_of(node.layer)
        if layer is None and role not in step.absent:
            reader = _reader(unroll, step, role)
            yield Difference(step.number, "missing", role, reader, reader.name_span, "", usual)
        elif layer is not None and kind_of(layer) != usual:
            yield Difference(step.number, "type", role, layer, layer.type_span, kind_of(layer), usual)


def kind_of(layer: Layer) -> str:
    """The type, and what an Eltwise does."""
    return f"{layer.type} {operation(layer)}".strip()


def _reader(unroll: Unroll, step: Step, role: str) -> Layer:
    """A layer that would read what is missing; else the first layer of the step."""
    for other, node in unroll.pattern.items():
        if other in step.layers and any(isinstance(slot, Inner) and slot.role == role for slot in node.slots):
            return step.layers[other]
    return next(iter(step.layers.values()))


def _bottoms(unroll: Unroll) -> Iterator[Difference]:
    for role, node in unroll.pattern.items():
        for number, slot in enumerate(node.slots):
            course = course_of(unroll, role, number) if isinstance(slot, Outside) else None
            for step in unroll.steps:
                if role in step.layers and number < len(step.reads.get(role, ())):
                    yield from _bottom(unroll, step, node, number, course)


def _bottom(
    unroll: Unroll, step: Step, node: Node, number: int, course: Course | None
) -> Iterator[Difference]:
    slot, read, use = node.slots[number], step.reads[node.role][number], step.bottoms[node.role][number]
    is_first = isinstance(slot, State) and isinstance(read, Outside) and slot.lag > step.number
    if is_first or _stands_for_absent(slot, step) or _is_usual(slot, read, step, course):
        return
    layer = step.layers[node.role]
    span = use.span if use is not None else layer.name_span
    found = "nothing" if use is None else f"'{use.name}'"
    if read is not None and not isinstance(read, Outside):
        found = f"{described(unroll, read)} ({found})"
    usual = described(unroll, slot)
    if course is not None:
        usual = _piece(course, step)
    yield Difference(step.number, "bottom", node.role, layer, span, found, usual)


def _stands_for_absent(slot: Slot, step: Step) -> bool:
    """Whether a first step does without the layer that is usually read there."""
    return isinstance(slot, Inner) and slot.role in step.absent


def _is_usual(slot: Slot, read: Slot | None, step: Step, course: Course | None) -> bool:
    if not isinstance(slot, Outside):
        return slot == read
    if course is None:
        return isinstance(read, Outside)
    expected = Outside(course.layer, course.start + course.drift * step.number)
    return expected == read


def _piece(course: Course, step: Step) -> str:
    at = course.start + course.drift * step.number
    layer = course.layer
    if isinstance(layer, Layer) and 0 <= at < len(layer.tops):
        return f"'{layer.tops[at].name}'"
    return "a blob from outside"
