"""How the outputs of the steps are used: as they are, all of them in the order of time, or the last one."""

from collections import Counter
from collections.abc import Iterator, Set
from itertools import pairwise

from ..net import Blob, Layer
from .axes import axis_of, time_slices, wrong_time_cuts
from .defect import Defect, Look, Place, repeated, usual
from .layer_kinds import LEARNED, is_marked, names
from .model import Step

_OF_BATCH = "batch"


def wrong_outputs(look: Look) -> Iterator[Defect]:
    """Outputs that are left out, taken twice, overwritten, or joined out of order or along another axis."""
    steps = _outputs(look)
    for concat, numbers in _joins(steps):
        yield from _order(concat, numbers, look)
        yield from _axis(concat, numbers, look)
        yield from _overwritten(concat, steps)
    yield from _last(look)
    yield from _too_much(look)


def _joins(steps: dict[Blob, Step]) -> Iterator[tuple[Layer, list[int]]]:
    """The Concats of outputs, and the steps of their bottoms."""
    seen: dict[Layer, None] = {}
    for blob in steps:
        seen |= dict.fromkeys(use.layer for use in blob.uses if use.layer.type == "Concat")
    for concat in seen:
        found = [_step_of(use.blob, steps) for use in concat.bottoms]
        numbers = [step.number for step in found if step is not None]
        if len(numbers) == len(found) and len(set(numbers)) > 1:
            yield concat, numbers


def _step_of(blob: Blob | None, steps: dict[Blob, Step]) -> Step | None:
    """The step whose output a blob is, or has been until a layer in place overwrote it."""
    while blob is not None and blob not in steps:
        blob = blob.previous
    return steps[blob] if blob is not None else None


def _outputs(look: Look) -> dict[Blob, Step]:
    """h of each step and what is made of it alone, or of it and the h of another cell, as the output."""
    taken = _layers_of_cells(look)
    steps = {step.hidden: step for step in look.unroll.steps if step.hidden is not None}
    queue = list(steps)
    for blob in queue:
        for use in blob.uses:
            layer = use.layer
            is_joined = layer.type in ("Concat", "Eltwise") and len(layer.bottoms) == 2
            if not (len(layer.bottoms) == 1 or is_joined) or len(layer.tops) != 1:
                continue
            top, mine = layer.tops[0], sum(each.blob in steps for each in layer.bottoms)
            is_free = layer not in taken or layer in steps[blob].layers.values()
            if mine == 1 and is_free and top not in steps:
                steps[top] = steps[blob]
                queue.append(top)
    return steps


def _layers_of_cells(look: Look) -> Set[Layer]:
    return {layer for step in look.unroll.steps for layer in step.layers.values()} | look.foreign_layers


def _order(concat: Layer, numbers: list[int], look: Look) -> Iterator[Defect]:
    steps = len(look.unroll.steps)
    # Where only some of the outputs are used, that may be meant; one that is missing among all is not.
    if steps < 3 or len(numbers) < max(steps - 1, 2) or len(numbers) > steps + 1:
        return
    moves = Counter((after > before) - (after < before) for before, after in pairwise(numbers))
    direction = -1 if moves[-1] > moves[1] else 1
    expected = list(range(steps))[::direction]
    if numbers == expected:
        return
    resized = (concat,) if len(numbers) != steps else ()
    counts = Counter(numbers)
    twice = [number for number in expected if counts[number] > 1]
    absent = [number for number in expected if not counts[number]]
    if twice:
        at = len(numbers) - 1 - numbers[::-1].index(twice[0])
        at = next(
            (
                place
                for place, number in enumerate(numbers)
                if number == twice[0] and place < len(expected) and expected[place] != number
            ),
            at,
        )
        message = f"'{concat.name}' joins the output of step {twice[0]} twice"
        message += f" and leaves out step {absent[0]}" if absent else ""
        yield Defect("left-out-step", message, concat.bottoms[at].span, resizes=resized)
    elif absent:
        if len(absent) > 1:
            return
        blob = look.unroll.steps[absent[0]].hidden
        notes = (Place("this output is left out", blob.span),) if blob is not None else ()
        message = (
            f"'{concat.name}' joins the outputs of {len(numbers)} of {steps} steps: "
            f"step {absent[0]} is left out"
        )
        yield Defect("left-out-step", message, concat.name_span, notes, resizes=resized)
    else:
        at = next(place for place, number in enumerate(numbers) if number != expected[place])
        message = (
            f"'{concat.name}' joins the outputs out of order: step {numbers[at]} "
            f"stands where step {expected[at]} "
            "belongs"
        )
        yield Defect("left-out-step", message, concat.bottoms[at].span)


def _overwritten(concat: Layer, steps: dict[Blob, Step]) -> Iterator[Defect]:
    """Outputs that a layer of the next step has changed in place before they are joined.

    Where that happens to most of them, outputs may be masked on purpose.
    """
    changed = [
        (step, use) for use in concat.bottoms if use.blob not in steps and (step := _step_of(use.blob, steps))
    ]
    for step, use in changed[:1] if 2 * len(changed) < len(concat.bottoms) else ():
        assert use.blob is not None, "it has been the output of a step"
        layer = use.blob.layer
        message = (
            f"'{layer.name}' works in place on the output of step {step.number}, which '{concat.name}' joins"
        )
        places = [(other.number, each.blob.span) for other, each in changed[1:] if each.blob is not None]
        notes = (Place("here the changed output is read", use.span), *repeated(places))
        yield Defect("step-out-of-line", message, use.blob.span, notes)


def _last(look: Look) -> Iterator[Defect]:
    """The last output but one is the only one that is used, and nothing reads the last one."""
    taken = _layers_of_cells(look)
    outputs = [step.hidden for step in look.unroll.steps]
    uses = [
        [use for use in blob.uses if use.layer not in taken] if blob is not None else [] for blob in outputs
    ]
    last = outputs[-1]
    if len(outputs) < 3 or last is None or last.uses or not uses[-2] or any(uses[:-2]):
        return
    weights = {name for layer in taken for name in names(layer)}
    (use, *_), number = uses[-2], len(outputs) - 1
    if is_marked(use.layer) or not weights.isdisjoint(names(use.layer)):
        return  # what the last step should go on from, and does not
    message = (
        f"'{use.layer.name}' reads the output of step {number - 1}, and nothing that of the last, {number}"
    )
    yield Defect("left-out-step", message, use.span, (Place("this output is left out", last.span),))


def _too_much(look: Look) -> Iterator[Defect]:
    """A layer between the output of one step and what reads those of all the others as they are."""
    steps = look.unroll.steps
    own = {layer for step in steps for layer in (*step.layers.values(), *step.extra.values())}
    readers = [_readers(step.hidden, own) for step in steps]
    expected = usual(_kinds(layers) for layers in readers)
    odd = [(step, layers) for step, layers in zip(steps, readers, strict=True) if _kinds(layers) != expected]
    for step, layers in odd if len(odd) == 1 and len(steps) > 2 and expected else ():
        for layer in layers:
            if layer.type in LEARNED or not len(layer.bottoms) == 1 == len(layer.tops):
                continue
            if any(use.layer in own for use in layer.tops[0].uses):
                continue  # `wrong_states` finds what the next step reads
            rest = [other for other in layers if other is not layer]
            if _kinds([*rest, *_readers(layer.tops[0], own)]) == expected != _kinds(rest):
                what = f"a layer behind its output, {layer.type} '{layer.name}'"
                message = f"step {step.number} has {what}, that the other steps have not"
                yield Defect("step-out-of-line", message, layer.name_span)


def _readers(blob: Blob | None, own: set[Layer]) -> list[Layer]:
    """The layers that read an output and are no part of the cell."""
    return [use.layer for use in blob.uses if use.layer not in own] if blob is not None else []


def _kinds(readers: list[Layer]) -> frozenset[Layer | str]:
    """What reads an output: the Concat that is one for all steps, and the types of the others."""
    return frozenset(layer if layer.type == "Concat" else layer.type for layer in readers)


def _axis(concat: Layer, numbers: list[int], look: Look) -> Iterator[Defect]:
    if len(numbers) < len(look.unroll.steps) or any(wrong_time_cuts(look)):
        return
    axis = axis_of(concat)
    shape = look.shape(look.unroll.steps[0].hidden)
    ones = [at for at, dim in enumerate(shape[:2]) if dim == 1] if shape is not None else []
    cuts = time_slices(look.unroll)
    time = ones[0] if len(ones) == 1 else axis_of(cuts[0]) if cuts else None
    if time is None or axis == time or (shape is not None and len(shape) != 3):
        return
    size = f" (each output is {' x '.join(map(str, shape))})" if shape is not None else ""
    message = f"'{concat.name}' joins the outputs along axis {axis}, the time is axis {time}{size}"
    yield Defect(
        "axis-against-time", message, concat.block.block("concat_param").span("axis"), resizes=(concat,)
    )
