"""Single steps of an unrolled net against the usual one, layer by layer, whether it is a mistake or not."""

from collections.abc import Iterator

from ..net import Layer
from .description import Course, course_of, described, kind_of
from .difference import Difference
from .model import Inner, Node, Outside, Slot, State, Step, Unroll
from .written import other_params, other_settings


def differences(unroll: Unroll) -> list[Difference]:
    """All that single steps have otherwise than most, by step and place in the file."""
    found = [
        *_bottoms(unroll),
        *other_params(unroll),
        *other_settings(unroll),
        *(each for step in unroll.steps for each in _layers(unroll, step)),
    ]
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
    elif use is not None and use.blob is not None and not isinstance(slot, Outside):
        found = f"{found} of {use.blob.layer.type} '{use.blob.layer.name}'"
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
