"""Cell states that an in-place layer overwrites before the next step reads them."""

from collections.abc import Iterator

from ..net import Layer
from .defect import Defect, Overwriting, Place, in_steps
from .model import Step, Unroll


def overwritten_cells(unroll: Unroll) -> Iterator[Defect]:
    """In-place layers between the cell update of one step and the step that continues from it.

    Caffe loads such a net: the next step then reads tanh(c) where it should read c.
    """
    pairs = zip(unroll.steps, unroll.steps[1:], strict=False)
    overwritten = [
        (number, step, after) for number, (step, after) in enumerate(pairs) if _is_overwritten(step, after)
    ]
    if not overwritten:
        return
    number, step, after = overwritten[0]
    layer = _overwriting(after)
    where = in_steps([number for number, _, _ in overwritten], unroll)
    message = (
        f"{layer.type} '{layer.name}' works in place on the cell state '{step.cell.name}' {where}: the next "
        f"step goes on from the output of {layer.type} instead of c; give the layer a top of its own"
    )
    notes = [
        Place("the cell state is made here", step.cell.span),
        Place(f"step {number + 1} reads the overwritten value here", after.cell_use.span),
    ]
    notes += [
        Place(f"the same in step {number}", _overwriting(after).tops[0].span)
        for number, _, after in overwritten[1:]
    ]
    remedy = tuple(
        Overwriting(after.cell_use.blob, after.cell_use)
        for _, step, after in overwritten
        if after.cell_use.blob is not None and _is_read_by_step_only(step, after)
    )
    # Where others read it too, nobody knows which of the two values they are to have.
    is_certain = len(remedy) == len(overwritten)
    place = layer.tops[0].span
    yield Defect("cell-state-overwritten", message, place, tuple(notes), remedy=remedy if is_certain else ())


def _is_overwritten(step: Step, after: Step) -> bool:
    return after.cell_use.blob is not step.cell


def _is_read_by_step_only(step: Step, after: Step) -> bool:
    blob = after.cell_use.blob
    if blob is None or blob.previous is not step.cell or blob.layer is not step.layers["cell_tanh"]:
        return False
    others = [use.layer for use in blob.uses if use is not after.cell_use]
    return others == [step.layers["hidden"]]


def _overwriting(after: Step) -> Layer:
    """The in-place layer whose output the next step takes for the cell state."""
    blob = after.cell_use.blob
    assert blob is not None, "a step is linked to the one before by what it reads"
    return blob.layer
