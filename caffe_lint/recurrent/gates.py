"""Slices that do not cut the gates of a step evenly, or not in the order of the other steps."""

from collections.abc import Iterator
from itertools import pairwise

from ..net import Layer
from ..text import Span
from .defect import Defect, Look, Place, repeated, usual
from .layer_kinds import LEARNED
from .model import Inner, Node, Slot, Step, Unroll, unnumbered

Cut = tuple[int, ...]


def uneven_gates(look: Look) -> Iterator[Defect]:
    """Slice points of gate slices other than H, 2H, …; equal ones in several steps are one defect."""
    for node in look.unroll.pattern.values():
        if node.layer.type == "Slice":
            yield from _compare(look.unroll, node)


def _compare(unroll: Unroll, node: Node) -> Iterator[Defect]:
    layers = [(step, layer) for step, layer in unroll.layers_with(node.role) if layer.type == "Slice"]
    cuts = [(step, layer, _points(layer)) for step, layer in layers]
    total = _total(unroll, node)
    count = usual(len(layer.tops) for _, layer in layers)
    size = total // count if total and total % count == 0 else None
    if size is not None and _cuts_gates(unroll, node):
        expected = tuple(size * number for number in range(1, count))
    else:
        # What is no whole set of gates may be cut anywhere, but in all steps alike.
        expected = usual(points for _, _, points in cuts)
    found: dict[Cut, list[tuple[int, Layer]]] = {}
    for step, layer, points in cuts:
        if points not in (expected, ()) and expected:
            found.setdefault(points, []).append((step, layer))
    for points, places in found.items():
        yield _defect(points, expected, places, total)


def _points(layer: Layer) -> Cut:
    return tuple(layer.block.block("slice_param").integers("slice_point"))


def _cuts_gates(unroll: Unroll, node: Node) -> bool:
    """Whether each piece goes into a gate of its own."""
    readers = [
        other.role
        for other in unroll.pattern.values()
        for slot in other.slots
        if isinstance(slot, Inner) and slot.role == node.role
    ]
    ends = ("_gate", "_sum", "_peephole", "power", "dropout")
    return all(
        (role.endswith(ends) and role != "gate_sum") or unnumbered(role).endswith("_gate") for role in readers
    )


def _total(unroll: Unroll, node: Node) -> int | None:
    """How many units come in: what the layers with weights in front of the Slice put out in most steps."""
    outputs = [
        layer.block.block(LEARNED[layer.type]).integer("num_output")
        for role in _summands(unroll, node)
        for _, layer in unroll.layers_with(role)
        if layer.type in LEARNED
    ]
    return usual(outputs) if outputs else None


def _summands(unroll: Unroll, node: Node) -> Iterator[str]:
    """The roles of the layers with weights whose outputs are added up into what a node reads, uncut."""
    for slot in node.slots:
        before = unroll.pattern[slot.role] if isinstance(slot, Inner) else None
        if before is not None and before.layer.type in LEARNED:
            yield before.role
        elif before is not None and before.layer.type != "Slice":
            yield from _summands(unroll, before)


def _defect(points: Cut, expected: Cut, places: list[tuple[int, Layer]], total: int | None) -> Defect:
    (step, layer), *rest = places
    message = f"the gates of step {step} are cut at {_listed(points)}"
    if total is not None and list(points) == sorted(points) and points[-1] < total:
        widths = [after - before for before, after in pairwise((0, *points, total))]
        message += f" into {_listed(widths)} of {total} units"
    if len({after - before for before, after in pairwise((0, *expected))}) == 1:
        message += f": gates of {expected[0]} units need slice points {_listed(expected)}"
    else:
        message += f", those of the other steps at {_listed(expected)}"
    notes = repeated((number, _span(other, points, expected)) for number, other in rest)
    resizes = tuple(layer for _, layer in places)
    return Defect("uneven-gates", message, _span(layer, points, expected), notes, resizes)


def _listed(numbers: list[int] | Cut) -> str:
    return ", ".join(map(str, numbers))


def _span(layer: Layer, points: Cut, expected: Cut) -> Span:
    """The first slice point that is not where it belongs; the whole block if points are missing."""
    fields = layer.block.block("slice_param").fields("slice_point")
    if len(points) != len(expected):
        return layer.block.span("slice_param")
    return next(
        field.span for field, point, right in zip(fields, points, expected, strict=True) if point != right
    )


def gate_orders(look: Look) -> Iterator[Defect]:
    """Steps that take their gates from other pieces of the Slice than the rest."""
    unroll = look.unroll
    for step in unroll.steps:
        wrong = [
            (role, number, found, expected)
            for role, node in unroll.pattern.items()
            for number, (slot, found) in enumerate(zip(node.slots, step.reads.get(role, ()), strict=False))
            if isinstance(found, Inner)
            if (expected := _expected_piece(slot, found.role, step, unroll)) not in (None, found.top)
        ]
        if not wrong:
            continue
        role, number, (cut_by, index), expected = wrong[0]
        use = step.bottoms[role][number]
        assert use is not None, "what reads something stands somewhere"
        cut = step.layers[cut_by]
        message = (
            f"the gates of step {step.number} come in another order: "
            f"'{use.layer.name}' takes piece {index} of "
            f"'{cut.name}', in the other steps it is piece {expected}"
        )
        usual_layer = unroll.pattern[role].layer
        notes = [Place(f"'{usual_layer.name}' takes piece {expected}", usual_layer.name_span)]
        notes += [
            Place(
                f"'{step.layers[other].name}' takes piece {read.top} instead of {right}",
                step.layers[other].name_span,
            )
            for other, _, read, right in wrong[1:]
        ]
        place = cut.tops[index].span if index < len(cut.tops) else cut.name_span
        yield Defect("gate-order", message, place, tuple(notes))


def _expected_piece(slot: Slot, cut_by: str, step: Step, unroll: Unroll) -> int | None:
    """Which top of a layer the usual step reads in a slot, through layers that this step does not have."""
    slots = [slot]
    for each in slots:  # grows on the way, so that the nearest is found first
        if isinstance(each, Inner) and each.role == cut_by:
            return each.top
        if isinstance(each, Inner) and each.role not in step.layers:
            slots += unroll.pattern[each.role].slots
    return None
