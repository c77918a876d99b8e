"""Old `input` fields written as an Input layer, in the text of the file.

Follows util/upgrade_proto.cpp, UpgradeNetInput.
"""

from ..text import Edit, Field, Message
from ..text.pieces import Piece, is_compact, put, wrapped
from .document import Document
from .renewal import (
    DEFAULT_UNIT,
    Page,
    Part,
    edit_of,
    opened,
    page_of,
    renamed_elements,
    renamed_piece,
)

_SIZES = ("input_shape", "input_dim")


def renew_inputs(document: Document) -> tuple[Edit, ...]:
    """The edits that make one Input layer of `input` and its sizes, in front of all layers.

    The layers must be of today's form, and the sizes be as many as Caffe reads.
    """
    page = page_of(document)
    whole = opened(page, Field("", 0, 0, len(page.text), document.root))
    old = [part for part in whole.parts if part.field.name in ("input", *_SIZES)]
    kept = [part for part in whole.parts if part not in old]
    is_led = (
        next(part.field.name for part in whole.parts if part in old or part.field.name == "layer") != "layer"
    )
    mark = old[0].field if is_led else next(part.field for part in kept if part.field.name == "layer")
    place = sum(part.field.start < mark.start for part in kept)
    pieces = [part.piece for part in kept]
    pieces[place:place] = [_layer(page, old, _unit(page, kept))]
    return (_least_edit(page.text, put(whole.body, pieces, page.newline)),)


def _least_edit(old: str, new: str) -> Edit:
    """The edit that makes one text of another, without what both begin and end with."""
    shorter = min(len(old), len(new))
    start = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    behind = next((at for at in range(shorter - start) if old[-at - 1] != new[-at - 1]), shorter - start)
    return edit_of(start, len(old) - behind, new[start : len(new) - behind])


def _unit(page: Page, kept: list[Part]) -> str:
    """How much deeper the fields of the file's layers stand than the layers."""
    layers = (opened(page, part.field) for part in kept if isinstance(part.field.value, Message))
    return next((layer.layout.unit for layer in layers if "\n" in layer.body.head), DEFAULT_UNIT)


def _layer(page: Page, old: list[Part], unit: str) -> Piece:
    """The Input layer, called as Caffe calls it."""
    pieces = [part.piece for part in old]
    compactly = is_compact(pieces)
    outer = pieces[0].indent if pieces[0].begins_line else ""
    above = pieces[0].leading
    old = [old[0]._replace(piece=pieces[0]._replace(leading=" ")), *old[1:]]
    tops = [
        piece for part in old if part.field.name == "input" for piece in renamed_elements(page, part, "top")
    ]
    shapes = _shapes(page, old, outer + 2 * unit, unit)
    param = wrapped("input_param", shapes, outer + unit, unit, page.newline, compactly=compactly)
    made = [Piece(" ", text, "", begins_line=False) for text in ('name: "input"', 'type: "Input"')]
    fields = [*made, *tops, param]
    layer = wrapped("layer", fields, outer, unit, page.newline, compactly=compactly)
    return layer._replace(leading=above, begins_line=pieces[0].begins_line)


def _shapes(page: Page, old: list[Part], indent: str, unit: str) -> list[Piece]:
    """The sizes as they are to stand in `input_param`; four numbers without a comment stand on one line."""
    given = [part for part in old if part.field.name == "input_shape"]
    if given:
        return [renamed_piece(part, "shape") for part in given]
    dims = [
        piece
        for part in old
        if part.field.name == "input_dim"
        for piece in renamed_elements(page, part, "dim")
    ]
    quads = [dims[start : start + 4] for start in range(0, len(dims), 4)]
    return [
        wrapped(
            "shape", quad, indent, unit, page.newline, compactly=not any(piece.comments for piece in quad)
        )
        for quad in quads
    ]
