"""V1 layers written in today's form, in the text of the file."""

from collections.abc import Iterator

from ..schema import Block
from ..text import Edit, Field, Message
from ..text.pieces import Piece, is_compact, on_own_lines, wrapped
from .document import Document
from .renewal import (
    NotRenewableError,
    Opened,
    Page,
    ParamFields,
    Part,
    closed,
    edit_of,
    opened,
    page_of,
    renamed_piece,
)
from .rewrite import quoted
from .upgrade_v1 import DATA_BLOCKS, PARAM_FIELDS, TRANSFORM_FIELDS


def renew_v1(document: Document) -> tuple[Edit, ...]:
    """The edits that make each of `layers` a `layer`.

    Raises:
        NotRenewableError: if a layer says something that Caffe's upgrade loses, or is of an unknown type.
    """
    return tuple(_edits(page_of(document), document))


def _edits(page: Page, document: Document) -> Iterator[Edit]:
    for field in document.root.fields:
        if field.name == "layers":
            yield Edit(*field.name_span, "layer")
            for entry in field.elements():
                yield edit_of(*entry.value_span, _renewed(page, entry))


def _renewed(page: Page, entry: Field) -> str:
    """The text of a V1 layer, brackets included, in today's form."""
    layer = opened(page, entry)
    v1_type = _type_name(page, entry)
    pieces: list[Piece] = []
    params, place = ParamFields(), None
    for part in layer.parts:
        if part.field.name in PARAM_FIELDS:
            place = len(pieces) if place is None else place
            params.add(page, part)
        elif part.field.name == "type":
            pieces.append(renamed_piece(part, "type", quoted(_new_type(page, part.field, v1_type))))
        else:
            pieces.append(part.piece)
    if place is not None:
        pieces[place:place] = params.blocks(page, layer.layout)
    return closed(page, layer, _transformed(page, layer, pieces, DATA_BLOCKS.get(v1_type)))


def _type_name(page: Page, entry: Field) -> str:
    assert isinstance(entry.value, Message)
    return Block(entry.value, page.schema.message("V1LayerParameter"), page.schema, entry).enum("type")


def _new_type(page: Page, field: Field, v1_type: str) -> str:
    if v1_type not in page.schema.v1_types:
        raise NotRenewableError(field.span, f"no layer of today is known to be what '{v1_type}' was")
    return page.schema.v1_types[v1_type]


def _transformed(page: Page, layer: Opened, pieces: list[Piece], data_block: str | None) -> list[Piece]:
    """The pieces of a layer, the transformation of images moved from its data block to `transform_param`.

    UpgradeNetDataTransformation.
    """
    inner = [part for part in layer.parts if part.field.name == data_block]
    if not inner or not isinstance(inner[0].field.value, Message):
        return pieces
    block = opened(page, inner[0].field)
    moved = [part.piece for part in block.parts if part.field.name in TRANSFORM_FIELDS]
    if not moved:
        return pieces
    kept = [part.piece for part in block.parts if part.field.name not in TRANSFORM_FIELDS]
    text = page.text[block.field.start : block.field.value_start] + closed(page, block, kept)
    place = pieces.index(inner[0].piece)
    changed = [*pieces]
    changed[place] = inner[0].piece._replace(text=text)
    for part in layer.parts:
        if part.field.name == "transform_param":
            changed[pieces.index(part.piece)] = _extended(page, part, moved)
            return changed
    block_of_them = wrapped(
        "transform_param", moved, *layer.layout, page.newline, compactly=is_compact(moved)
    )
    return [*changed[: place + 1], block_of_them, *changed[place + 1 :]]


def _extended(page: Page, transform: Part, moved: list[Piece]) -> Piece:
    """A `transform_param` with more fields."""
    block = opened(page, transform.field)
    names = {piece.text.split(":")[0].strip() for piece in moved}
    for part in block.parts:
        if part.field.name in names:
            message = f"'{part.field.name}' stands in two places, of which Caffe reads the other one"
            raise NotRenewableError(part.field.span, message)
    own = [part.piece for part in block.parts]
    if any(piece.begins_line for piece in own) or not is_compact(moved):
        moved = [on_own_lines(piece, block.layout.indent, page.newline) for piece in moved]
    text = page.text[block.field.start : block.field.value_start] + closed(page, block, [*own, *moved])
    return transform.piece._replace(text=text)
