"""V0 layers written in today's form, in the text of the file.

What Caffe's upgrade drops (upgrade_proto.cpp, UpgradeV0Net) makes a file stay as it is.
"""

from collections.abc import Iterator
from typing import NamedTuple

from ..text import Edit, Field, Message
from ..text.pieces import Piece, comments_of, is_compact, on_own_lines, wrapped
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
from .rewrite import named, quoted
from .upgrade_v0 import (
    BLOCKS,
    FIELDS,
    PADDING,
    TRANSFORM_FIELDS,
    inner_of,
    v0_type_of,
    with_paddings,
)
from .upgrade_v1 import PARAM_FIELDS

_IN_NET = frozenset({"name", "layers", "input", "input_dim", "force_backward"})
"""What UpgradeV0Net takes over."""


class _Sorted(NamedTuple):
    """The pieces of a V0 layer by where they go."""

    first: list[Piece]
    """Name and type."""
    params: ParamFields
    own: list[Piece]
    transform: list[Piece]
    rest: list[Piece]


def renew_v0(document: Document) -> tuple[Edit, ...]:
    """The edits that make each V0 layer a `layer`, padding layers merged into those behind them.

    Raises:
        NotRenewableError: if the file says something that Caffe's upgrade loses.
        RefusedError: if Caffe refuses to upgrade it.
    """
    for field in document.root.fields:
        if field.name not in _IN_NET:
            raise NotRenewableError(field.name_span, f"Caffe loses '{field.name}' when it upgrades this file")
    return tuple(_edits(page_of(document), document))


def _edits(page: Page, document: Document) -> Iterator[Edit]:
    whole = Field("", 0, 0, len(page.text), document.root)
    pieces = {part.field.start: part.piece for part in opened(page, whole).parts}
    for entry, padding in with_paddings(document.net_settings.fields("layers")):
        piece = pieces.get(entry.start)
        if v0_type_of(entry) == PADDING:
            if piece is None:
                raise NotRenewableError(entry.value_span, "a padding layer stands in a list")
            yield _without(page, entry, piece)
            continue
        if piece is not None:
            yield Edit(*entry.name_span, "layer")
        yield edit_of(*entry.value_span, _renewed(page, entry, padding))
    for field in document.root.fields:
        if field.name == "layers" and not isinstance(field.value, Message):
            yield Edit(*field.name_span, "layer")


def _without(page: Page, entry: Field, piece: Piece) -> Edit:
    """The edit that takes a layer out and leaves its comments."""
    comments = comments_of(piece.text + piece.trailing)
    lines = "".join(f"{piece.indent}{comment}{page.newline}" for comment in comments)
    if piece.has_own_lines:
        return edit_of(entry.start - len(piece.indent), entry.end + len(piece.trailing), lines)
    separator = page.newline if lines else ""
    return edit_of(entry.start, entry.end + len(piece.trailing), separator + lines)


def _renewed(page: Page, entry: Field, padding: Field | None) -> str:
    """The text of a V0 layer, brackets included, in today's form."""
    outer = opened(page, entry)
    inner_part = next((part for part in outer.parts if part.field.name == "layer"), None)
    if inner_part is None:
        raise NotRenewableError(entry.name_span, "a V1 layer among V0 layers loses all that it says")
    inner = opened(page, inner_part.field)
    found = _sort(page, entry, inner, outer)
    if padding is not None:
        found.own.append(_pad(padding, inner))
    ends = [_end_of(part, padding) for part in outer.parts if part is not inner_part]
    v0_type, layout = v0_type_of(entry), outer.layout
    pieces = [*found.first, *ends, *found.params.blocks(page, layout)]
    for name, held in ((BLOCKS.get(v0_type, ""), found.own), ("transform_param", found.transform)):
        if held:
            pieces.append(wrapped(name, held, *layout, page.newline, compactly=is_compact(held)))
    pieces += found.rest
    opening = inner_part.piece.text[: inner_part.field.value_start - inner_part.field.start]
    above = comments_of(inner_part.piece.leading + opening) + comments_of(inner.body.head)
    below = comments_of(inner.body.footer + inner_part.piece.trailing)
    return closed(page, outer, _with_comments(page, pieces, above, below, layout.indent))


def _sort(page: Page, entry: Field, inner: Opened, outer: Opened) -> _Sorted:
    """The fields of the inner layer under their names of today."""
    v0_type = v0_type_of(entry)
    found = _Sorted([], ParamFields(), [], [], [])
    for part in inner.parts:
        name = part.field.name
        if name == "type":
            new_type = page.schema.v1_types[page.schema.v0_types[v0_type]]
            found.first.append(_placed(page, renamed_piece(part, "type", quoted(new_type)), outer))
        elif name == "name":
            found.first.append(_placed(page, part.piece, outer))
        elif name in PARAM_FIELDS:
            found.params.add(page, part)
        elif name in FIELDS and v0_type in FIELDS[name][1]:
            found.own.append(renamed_piece(part, FIELDS[name][0]))
        elif name in TRANSFORM_FIELDS:
            found.transform.append(renamed_piece(part, TRANSFORM_FIELDS[name]))
        elif name == "blobs" or (name, v0_type) == ("hdf5_output_param", "hdf5_output"):
            found.rest.append(_placed(page, part.piece, outer))
        else:
            message = f"'{name}' means nothing to a layer of type '{v0_type}': Caffe loses it"
            raise NotRenewableError(part.field.name_span, message)
    return found


def _placed(page: Page, piece: Piece, outer: Opened) -> Piece:
    """A piece of the inner layer, as far out as the `layer` around it was."""
    is_free = piece.begins_line or piece.comments or "\n" in piece.text
    return on_own_lines(piece, outer.layout.indent, page.newline) if is_free else piece


def _pad(padding: Field, inner: Opened) -> Piece:
    """The `pad` of a padding layer, in front of its reader's own fields."""
    for part in inner.parts:
        if part.field.name == "pad":
            message = "a padding layer in front takes the place of 'pad'"
            raise NotRenewableError(part.field.span, message)
    given = named(inner_of(padding), "pad")
    value = str(given[0].value) if given else "0"
    own_lines = any(part.piece.begins_line for part in inner.parts)
    return Piece(" ", f"pad: {value}", "\n" if own_lines else "", begins_line=own_lines)


def _end_of(part: Part, padding: Field | None) -> Piece:
    """A bottom or top; what a padding layer made is read where that read it."""
    if part.field.name not in ("bottom", "top"):
        message = f"Caffe loses '{part.field.name}' when it upgrades this layer"
        raise NotRenewableError(part.field.name_span, message)
    if part.field.name == "top" or padding is None or not isinstance(padding.value, Message):
        return part.piece
    return renamed_piece(part, "bottom", str(named(padding.value, "bottom")[0].value))


def _with_comments(
    page: Page, pieces: list[Piece], above: list[str], below: list[str], indent: str
) -> list[Piece]:
    """The pieces, with comments on lines of their own in front and behind."""
    if above:
        first = on_own_lines(pieces[0], indent, page.newline)
        lines = "".join(f"{indent}{comment}{page.newline}" for comment in above)
        pieces = [first._replace(leading=lines + first.leading), *pieces[1:]]
    if below:
        last = on_own_lines(pieces[-1], indent, page.newline)
        lines = "".join(f"{indent}{comment}{page.newline}" for comment in below)
        pieces = [*pieces[:-1], last._replace(trailing=last.trailing + lines)]
    return pieces
