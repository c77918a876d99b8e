"""Markers that begin a new sequence for one part of the state and not for the other."""

from collections.abc import Iterator

from ..net import Layer
from .defect import Defect, Look, Place
from .layer_kinds import is_marked, source


def half_resets(look: Look) -> Iterator[Defect]:
    """An LSTM whose markers reset h and never c: the old sequence goes on in the cell state."""
    unroll = look.unroll
    if unroll.cell != "lstm":
        return
    marked = [role for role, node in unroll.pattern.items() if is_marked(node.layer)]
    of_cell = [role for role in marked if _is_of_cell(look, role)]
    of_hidden = [role for role in marked if role not in of_cell]
    if not of_hidden or of_cell:
        return
    forget = unroll.pattern.get("forget")
    if forget is None:
        return
    marker = unroll.pattern[of_hidden[0]].layer
    first = next((step.layers["forget"] for step in unroll.steps if "forget" in step.layers), forget.layer)
    message = (
        f"the markers reset h at '{marker.name}', but nothing resets the cell "
        f"state: '{first.name}' keeps c where a "
        "new sequence begins, in all steps"
    )
    note = Place("the markers reset h here", marker.name_span)
    yield Defect("continuation", message, first.name_span, (note,))


def _is_of_cell(look: Look, role: str) -> bool:
    """Whether a marker scales the cell state or the forget gate."""
    unroll = look.unroll
    for step in unroll.steps[1:]:
        layer = step.layers.get(role)
        if layer is not None:
            return _feeds_forget(layer, step.layers.get("forget")) or _reads_cell(layer, step.number, look)
    return False


def _feeds_forget(layer: Layer, forget: Layer | None) -> bool:
    return any(use.layer is forget for top in layer.tops for use in top.uses)


def _reads_cell(layer: Layer, number: int, look: Look) -> bool:
    blob = source(layer)
    return blob is not None and blob is look.unroll.steps[number - 1].cell
