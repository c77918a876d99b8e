"""A message's text cut into its fields, each with the comments and layout that belong to it, to rearrange.

Text is the buffer decoded as Latin-1, as in the tree. Put together unchanged, the pieces are the text again.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .comments import find_comments
from .diagnose import skip_gap
from .tree import Field, List, Message

_COMMENT = re.compile(r"#[^\r\n]*")
_REST_OF_LINE = re.compile(r"[ \t\r\v\f]*(?:#[^\n]*)?\n")
_INDENT = re.compile(r"[ \t]*\Z")


class Piece(NamedTuple):
    """A field; joined, its parts are the text from the piece before it to the one behind it."""

    leading: str
    """White space and comments in front of it."""
    text: str
    trailing: str
    """A separator, and the rest of its last line if nothing but a comment stands there."""
    begins_line: bool

    @property
    def has_own_lines(self) -> bool:
        """Whether nothing else stands on its lines."""
        return self.begins_line and self.trailing.endswith("\n")

    @property
    def indent(self) -> str:
        """The white space in front of it on its line."""
        found = _INDENT.search(self.leading)
        return found[0] if found else ""

    @property
    def comments(self) -> list[str]:
        """Those around it, not those inside."""
        return _COMMENT.findall(self.leading) + _COMMENT.findall(self.trailing)


class Body(NamedTuple):
    """What stands between the brackets of a message."""

    head: str
    """The rest of the line of the opening bracket, if nothing but a comment stands there."""
    pieces: list[Piece]
    footer: str
    """What stands between the last piece and the closing bracket."""
    is_root: bool


def cut(text: str, message: Message) -> Body:
    """The body of a message of a file of right syntax, or of the whole file."""
    is_root = message.start == 0 and message.end == len(text) and text[:1] not in "{<"
    start, end = (0, len(text)) if is_root else (message.start + 1, message.end - 1)
    position = first = start if is_root else _end_of_line(text, start, end)
    pieces = []
    for field in message.fields:
        leading = text[position : field.start]
        begins_line = "\n" in leading or position == 0 or text[position - 1] == "\n"
        stop = skip_gap(text, field.end)
        stop = stop + 1 if stop < end and text[stop] in ",;" else field.end
        position = _end_of_line(text, stop, end)
        own = text[field.start : field.end]
        pieces.append(Piece(leading, own, text[field.end : position], begins_line))
    return Body(text[start:first], pieces, text[position:end], is_root)


def _end_of_line(text: str, position: int, end: int) -> int:
    found = _REST_OF_LINE.match(text, position, end)
    return found.end() if found else position


def put(body: Body, pieces: Iterable[Piece], newline: str, indent: str = "") -> str:
    """The text of a body with other pieces: lines begin where they began, and where a comment ends.

    Args:
        body: what the pieces were cut from.
        pieces: the new ones.
        newline: how lines end.
        indent: what stands in front of a piece that comes to begin a line.
    """
    out = body.head
    for piece in pieces:
        leading = piece.leading
        is_new_line = _is_new_line(body, out)
        if piece.begins_line and not is_new_line and "\n" not in leading:
            out += newline
        elif not piece.begins_line and is_new_line:
            leading = indent
        out += leading + piece.text + piece.trailing
    before = body.pieces[-1].trailing if body.pieces else body.head
    if before.endswith("\n") and not _is_new_line(body, out):
        out += newline
    return out + body.footer


def _is_new_line(body: Body, out: str) -> bool:
    return out.endswith("\n") or (body.is_root and not out)


def on_own_lines(piece: Piece, indent: str, newline: str) -> Piece:
    """The piece on lines of its own, with its comments."""
    above = "".join(f"{indent}{comment.rstrip()}{newline}" for comment in _COMMENT.findall(piece.leading))
    lines = piece.text.split("\n")
    old = piece.indent if piece.begins_line else ""
    moved = [
        indent + line[len(old) :] if line.startswith(old) and line.strip() else line for line in lines[1:]
    ]
    text = "\n".join([lines[0], *moved])
    return Piece(above + indent, text, piece.trailing.rstrip() + newline, begins_line=True)


def wrapped(
    name: str, pieces: Sequence[Piece], indent: str, unit: str, newline: str, *, compactly: bool
) -> Piece:
    """A message field that holds the pieces, on the place of the first of them.

    Args:
        name: the name of the field.
        pieces: what it holds.
        indent: what stands in front of it.
        unit: how much deeper the pieces stand.
        newline: how lines end.
        compactly: whether to put all on one line; the pieces must have no comments then.
    """
    if compactly:
        text = f"{name} {{ {' '.join(piece.text for piece in pieces)} }}"
        return Piece(pieces[0].leading, text, "", pieces[0].begins_line)
    held = "".join("".join(on_own_lines(piece, indent + unit, newline)[:3]) for piece in pieces)
    return Piece(indent, f"{name} {{{newline}{held}{indent}}}", newline, begins_line=True)


def is_compact(pieces: Sequence[Piece]) -> bool:
    """Whether pieces can stand together on a line."""
    return not any(
        piece.has_own_lines or piece.comments or "\n" in piece.text or (number and piece.begins_line)
        for number, piece in enumerate(pieces)
    )


def elements(piece: Piece, field: Field, text: str) -> list[Piece]:
    """The piece of a field as pieces of one element each, without name and brackets; comments go along."""
    if not isinstance(field.value, List):
        return [piece._replace(text=text[field.value_start : field.end])]
    items = field.value.items
    starts = [item.start for item in items]
    places = [field.start, *(item.end for item in items)]
    gaps = [text[place:start] for place, start in zip(places, [*starts, field.end - 1], strict=True)]
    found = [
        Piece(_layout_of(gap), text[item.start : item.end], "", begins_line=False)
        for gap, item in zip(gaps, items, strict=False)
    ]
    if found:
        found[-1] = found[-1]._replace(
            leading=found[-1].leading + _layout_of(gaps[-1]), trailing=piece.trailing
        )
        found[0] = found[0]._replace(
            leading=found[0].leading.lstrip(" ") + piece.leading, begins_line=piece.begins_line
        )
    return found


def _layout_of(gap: str) -> str:
    """A gap without its commas: its comments, a line each."""
    return "".join(f"{comment}\n" for comment in _COMMENT.findall(gap)) or " "


def comments_of(text: str) -> list[str]:
    """All comments of a file, in order."""
    return [text[start:end].rstrip() for start, end in find_comments(text.encode("latin-1"))]


def newline_of(text: str) -> str:
    """How the lines of a text end: as its first one does."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"
