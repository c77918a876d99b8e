"""Writes old forms of a net in today's, in the text of the file: what Caffe's upgrades do, with all comments.

The result is checked where it is applied: the upgraded nets before and after must say the same.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from ..schema import Schema
from ..text import Edit, Field, List, Message, Span, apply_edits
from ..text.pieces import Body, Piece, comments_of, cut, elements, is_compact, newline_of, put, wrapped
from .document import Document
from .upgrade_v1 import PARAM_FIELDS

DEFAULT_UNIT = "  "


class NotRenewableError(Exception):
    """A file whose old form is left as it is, because Caffe's upgrade loses something of what it says.

    Attributes:
        span: what is lost, or takes its place.
        message: why.
    """

    def __init__(self, span: Span, message: str) -> None:
        super().__init__(message)
        self.span = span
        self.message = message


class Page(NamedTuple):
    """The text of a file, and how it is written."""

    text: str
    newline: str
    schema: Schema


class Part(NamedTuple):
    """A field with its piece of text; of a list one element."""

    field: Field
    piece: Piece


class Layout(NamedTuple):
    """How the fields of a message stand in it."""

    indent: str
    unit: str


def page_of(document: Document) -> Page:
    """The text of a file, to be renewed."""
    text = document.source.data.decode("latin-1")
    return Page(text, newline_of(text), document.schema)


def edit_of(start: int, end: int, text: str) -> Edit:
    """The edit that writes Latin-1 text, whatever bytes it stands for."""
    return Edit(start, end, text.encode("latin-1").decode("utf-8", "surrogateescape"))


class Opened(NamedTuple):
    """A message taken apart."""

    field: Field
    body: Body
    parts: list[Part]
    layout: Layout


def opened(page: Page, field: Field) -> Opened:
    """Take a message field apart."""
    message = field.value
    assert isinstance(message, Message)
    body = cut(page.text, message)
    parts = [Part(inner, piece) for inner, piece in zip(message.fields, body.pieces, strict=True)]
    return Opened(field, body, parts, _layout_of(page, field, body))


def closed(page: Page, message: Opened, pieces: Iterable[Piece]) -> str:
    """The text of a message that was taken apart, brackets included, with other pieces in it."""
    start, end = message.field.value_span
    text = put(message.body, pieces, page.newline, message.layout.indent)
    return page.text[start] + text + page.text[end - 1]


def _layout_of(page: Page, field: Field, body: Body) -> Layout:
    """How the fields in a message stand: as its first one with a line of its own does."""
    line = page.text.rfind("\n", 0, field.start) + 1
    before = page.text[line : field.start]
    outer = before[: len(before) - len(before.lstrip(" \t"))]
    inner = next((piece.indent for piece in body.pieces if piece.begins_line), "")
    if inner.startswith(outer) and inner != outer:
        return Layout(inner, inner[len(outer) :])
    return Layout(inner or outer + DEFAULT_UNIT, DEFAULT_UNIT)


def renamed_piece(part: Part, name: str, value: str | None = None) -> Piece:
    """The piece of a field under another name, and with another value if one is given."""
    field, text = part.field, part.piece.text
    place = field.value_start - field.start
    between = text[len(field.name) : place]
    return part.piece._replace(text=name + between + (text[place:] if value is None else value))


def renamed_elements(page: Page, part: Part, name: str) -> list[Piece]:
    """The elements of a repeated scalar field as single fields of another name."""
    if not isinstance(part.field.value, List):
        return [renamed_piece(part, name)]
    found = elements(part.piece, part.field, page.text)
    return [piece._replace(text=f"{name}: {piece.text}") for piece in found]


def with_all_comments(document: Document, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """The edits, if they keep each comment of the file.

    Raises:
        NotRenewableError: if one would get lost.
    """
    before, after = (
        Counter(comments_of(data.decode("latin-1")))
        for data in (document.source.data, apply_edits(document.source.data, edits))
    )
    if before - after:
        raise NotRenewableError(document.root.span, "a comment stands where it cannot be kept")
    return edits


class ParamFields:
    """The old fields about learned params of a layer, which become its `param` blocks."""

    def __init__(self) -> None:
        self._found: list[tuple[int, Piece]] = []
        self._counts: Counter[str] = Counter()

    def add(self, page: Page, part: Part) -> None:
        """Take a field, or each element of its list, for the next param that it says something of."""
        name = part.field.name
        for piece in renamed_elements(page, part, PARAM_FIELDS[name]):
            self._found.append((self._counts[name], piece))
            self._counts[name] += 1

    def blocks(self, page: Page, layout: Layout) -> list[Piece]:
        """The blocks; those that had no line of their own share one."""
        compactly = is_compact([piece for _, piece in self._found])
        specs: dict[int, list[Piece]] = {}
        for number, piece in self._found:
            specs.setdefault(number, []).append(piece)
        blocks = [
            wrapped("param", specs[number], *layout, page.newline, compactly=compactly)
            for number in sorted(specs)
        ]
        if compactly:
            blocks[1:] = [block._replace(leading=" ", begins_line=False) for block in blocks[1:]]
        return blocks
