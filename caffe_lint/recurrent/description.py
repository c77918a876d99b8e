"""What an unrolled net is in words: its usual step, what bottoms read, and which way time runs."""

from collections import Counter
from typing import NamedTuple

from ..net import Layer
from .layer_kinds import operation
from .model import Inner, Outside, Slot, State, Step, Unroll


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
        return f"{slot.role} (top {slot.top})" if node and len(node.layer.tops) > 1 else slot.role
    if isinstance(slot, State):
        before = {0: "the same step", 1: "the step before", -1: "the next step"}
        steps = "before" if slot.lag > 0 else "later"
        return f"{_state(unroll, slot)} of {before.get(slot.lag, f'{abs(slot.lag)} steps {steps}')}"
    return "a blob from outside"


def _state(unroll: Unroll, slot: State) -> str:
    """The state by its name, h or c; else the role of the layer that makes what is read."""
    step = usual_step(unroll)
    layer = step.layers.get(slot.role)
    blob = layer.tops[slot.top] if layer is not None and slot.top < len(layer.tops) else None
    return next((name for name, made in step.states.items() if made is blob), slot.role)


def state_names(unroll: Unroll) -> list[str]:
    """h, and c of an LSTM, in this order."""
    return sorted(usual_step(unroll).states, reverse=True)


def kind_of(layer: Layer) -> str:
    """The type, and what an Eltwise does."""
    return f"{layer.type} {operation(layer)}".strip()
