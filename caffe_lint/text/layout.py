"""Lays out a text-format file anew: only white space changes; comments, order and values stay as written.

A field takes a line, two spaces a level; a message that stood on one line stays there where it fits.
Everything works on the text decoded as Latin-1, so that bytes of any encoding in comments get through.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

from .grammar import GAP, STRING
from .parser import Parsed
from .span import Span
from .tree import Field, List, Message

WIDTH = 100
"""A message that stands on one line stays there if the line takes no more characters."""

BLANKS = " \t\r\v\f"
"""The white space within a line."""

_INDENT = "  "
_BETWEEN = re.compile(r"#[^\n]*+|\n")
_PIECE = re.compile(rf"{STRING}|#[^\n]*+|\n")
_LITERAL = re.compile(STRING)
_COMMENT_FOLLOWS = re.compile(r"[ \t\r\v\f,;]*+#")
_SIGN = re.compile(rf"-{GAP}")
_DIRECTIVE = re.compile(r"#\s*+caffe-lint:")


def lay_out(data: bytes, parsed: Parsed) -> bytes:
    """The file in the usual layout; laid out again it stays as it is.

    Args:
        data: the bytes of the file.
        parsed: its tree.

    Raises:
        ValueError: if the file has syntax errors.
    """
    if parsed.problems:
        raise ValueError("a file with syntax errors has no layout")
    text = _Layout(data.decode("latin-1"), parsed.root).run()
    if 2 * data.count(b"\r\n") > data.count(b"\n"):
        text = text.replace("\n", "\r\n")
    return text.encode("latin-1")


def _held_lines(text: str, root: Message) -> list[Span]:
    """The lines that must keep what they hold, since a comment for caffe-lint speaks of them.

    It stands at their end, or on the line before. A comment between a name and its value will move.
    """
    if "caffe-lint:" not in text:
        return []
    held = set()
    moving = {comment for field in _all_fields(root) for comment in _inner_comments(text, field)}
    for found in _PIECE.finditer(text):
        if _DIRECTIVE.match(found[0]) and found.start() not in moving:
            start = text.rfind("\n", 0, found.start()) + 1
            is_alone = not text[start : found.start()].strip(BLANKS)
            held.add(found.end() + 1 if is_alone else start)
    ends = (text.find("\n", start) for start in sorted(held))
    return [
        Span(start, end if end >= 0 else len(text)) for start, end in zip(sorted(held), ends, strict=True)
    ]


def _all_fields(message: Message) -> Iterator[Field]:
    todo = [*message.fields]
    while todo:
        field = todo.pop()
        yield field
        if isinstance(field.value, Message):
            todo += field.value.fields
        elif isinstance(field.value, List):
            todo += field.value.items


def _inner_comments(text: str, field: Field) -> dict[int, str]:
    """The comments between a name and its value, or behind a minus sign, by their places."""
    is_number = isinstance(field.value, str) and field.value[0] not in "\"'"
    end = field.end if is_number else field.value_start
    if text.find("#", field.start, end) < 0:
        return {}
    found = _BETWEEN.finditer(text, field.start, end)
    return {match.start(): match[0] for match in found if match[0] != "\n"}


class _Layout:
    """The text so far, and what stands at its end."""

    def __init__(self, text: str, root: Message) -> None:
        self.text = text
        self.root = root
        self.held = _held_lines(text, root)
        self.out: list[str] = []
        self.is_fresh = True
        """Whether a message or the file begins here, which no blank line is to follow."""
        self.has_comment = False
        """Whether a comment ends the line, so that nothing can follow on it."""

    def run(self) -> str:
        """Lay out the whole file."""
        fields = self.root.fields
        self._fields(fields, 0, 0)
        self._gap(fields[-1].end if fields else 0, len(self.text), 0)
        return "".join([*self.out, "\n"] if self.out else [])

    # --- lines

    def _new_line(self, depth: int, newlines: int = 1) -> None:
        """Begin a line, with a blank one before it if there were some."""
        if self.out:
            self.out.append("\n\n" if newlines > 1 and not self.is_fresh else "\n")
        self.out.append(_INDENT * depth)
        self.is_fresh = self.has_comment = False

    def _comment(self, comment: str, depth: int, newlines: int) -> None:
        """Write a comment: on a line of its own, or behind what stands on its line."""
        if newlines or not self.out:
            self._new_line(depth, newlines)
        else:
            self.out.append("  ")
        self.out.append(comment.rstrip(BLANKS))
        self.has_comment = True

    def _gap(self, start: int, end: int, depth: int) -> int:
        """Write the comments between two things; how many line ends there are behind the last of them."""
        newlines = 0
        for found in _BETWEEN.finditer(self.text, start, end):
            if found[0] == "\n":
                newlines += 1
            else:
                self._comment(found[0], depth, newlines)
                newlines = 0
        return newlines

    def _stays_on_line(self, newlines: int, start: int) -> bool:
        """Whether what begins at `start` is to stay on the line of what stands before it."""
        return not newlines and not self.has_comment and bool(self.out) and self._is_held(start)

    def _is_held(self, offset: int) -> bool:
        number = bisect_right(self.held, offset, key=lambda line: line.start)
        return number > 0 and offset <= self.held[number - 1].end

    # --- fields

    def _fields(self, fields: list[Field], start: int, depth: int) -> None:
        """Write the fields of a message that begins before `start`."""
        position = start
        for field in fields:
            newlines = self._gap(position, field.start, depth)
            comments = [*_inner_comments(self.text, field).values()]
            is_behind = len(comments) == 1 and self._has_room_behind(field)
            for comment in comments if not is_behind else ():
                self._comment(comment, depth, max(1, newlines))
                newlines = 1
            if self._stays_on_line(newlines, field.start):
                self.out.append(" ")
            else:
                self._new_line(depth, newlines)
            self._value(field, depth, comments if is_behind else [])
            position = field.end

    def _has_room_behind(self, field: Field) -> bool:
        """Whether no comment follows on the line of a scalar, or of an opening bracket."""
        if isinstance(field.value, str):
            return self._inline(field) is not None and not _COMMENT_FOLLOWS.match(self.text, field.end)
        head = field.end if self._is_on_one_line(field) else field.value_start + 1
        return not _COMMENT_FOLLOWS.match(self.text, head)

    def _is_on_one_line(self, field: Field) -> bool:
        return self.text.find("\n", field.value_start, field.end) < 0

    def _value(self, field: Field, depth: int, behind: list[str]) -> None:
        """Write a field; `behind` are comments for the end of its first line."""
        inline = self._inline(field)
        if inline is not None and self._may_stay_inline(field, inline, depth):
            self.out.append(inline)
            self._behind(behind)
        elif isinstance(field.value, Message):
            self.out.append(_head(field) + "{")
            self._behind(behind)
            self._message(field.value, depth)
        elif isinstance(field.value, List):
            self.out.append(_head(field) + "[")
            self._behind(behind)
            self._list(field, field.value, depth)
        else:
            self.out.append(_head(field))
            self._strings(field, depth)

    def _behind(self, comments: list[str]) -> None:
        for comment in comments:
            self._comment(comment, 0, 0)

    def _inline(self, field: Field) -> str | None:
        """The field on one line, if its value stands on one, as numbers always can."""
        value = field.value
        if isinstance(value, str) and value[0] not in "\"'":
            return _head(field) + _SIGN.sub("-", value, count=1)
        if not self._is_on_one_line(field):
            return None
        if isinstance(value, str):
            return _head(field) + " ".join(_LITERAL.findall(value))
        if isinstance(value, List):
            return f"{_head(field)}[{', '.join(self._inlines(value.items))}]"
        fields = " ".join(self._inlines(value.fields))
        return f"{_head(field)}{{ {fields} }}" if fields else f"{_head(field)}{{}}"

    def _inlines(self, fields: list[Field]) -> list[str]:
        return [text for field in fields if (text := self._inline(field)) is not None]

    def _may_stay_inline(self, field: Field, inline: str, depth: int) -> bool:
        is_scalar = isinstance(field.value, str)
        is_list = isinstance(field.value, List) and all(
            isinstance(item.value, str) for item in field.value.items
        )
        return is_scalar or is_list or _fits(inline, depth) or self._is_held(field.value_start)

    def _message(self, message: Message, depth: int) -> None:
        """Write what stands between the brackets, and the closing one."""
        self.is_fresh = True
        self._fields(message.fields, message.start + 1, depth + 1)
        last = message.fields[-1].end if message.fields else message.start + 1
        newlines = self._gap(last, message.end - 1, depth + 1)
        if self._stays_on_line(newlines, message.end - 1):
            self.out.append(" ")
        else:
            self.is_fresh = True
            self._new_line(depth)
        self.out.append("}")
        self.is_fresh = False

    def _list(self, field: Field, value: List, depth: int) -> None:
        """Write the elements of a list in the rows that they stand in, and the closing bracket."""
        self.is_fresh = True
        is_row = not self._is_on_one_line(field)
        position = field.value_start + 1
        for number, item in enumerate(value.items):
            newlines = self._gap(position, item.start, depth + 1)
            for comment in _inner_comments(self.text, item).values():
                self._comment(comment, depth + 1, max(1, newlines))
                newlines = 1
            if newlines or self.has_comment or not is_row or (not number and not self._is_held(item.start)):
                self._new_line(depth + 1, newlines)
            elif number:
                self.out.append(" ")
            self._value(item, depth + 1, [])
            self.out.append("," if number < len(value.items) - 1 else "")
            position = item.end
        newlines = self._gap(position, field.end - 1, depth + 1)
        if not self._stays_on_line(newlines, field.end - 1):
            self.is_fresh = True
            self._new_line(depth)
        self.out.append("]")
        self.is_fresh = False

    def _strings(self, field: Field, depth: int) -> None:
        """Write adjacent string literals in the lines that they stand in."""
        newlines = 0
        for number, found in enumerate(_PIECE.finditer(self.text, field.value_start, field.end)):
            if found[0] == "\n":
                newlines = 1
                continue
            if found[0][0] == "#":
                self._comment(found[0], depth + 1, newlines)
            else:
                if newlines or self.has_comment:
                    self._new_line(depth + 1)
                elif number:
                    self.out.append(" ")
                self.out.append(found[0])
            newlines = 0


def _head(field: Field) -> str:
    """What stands before the value: the name, with a colon unless it is a message; nothing for an element."""
    if field.start == field.value_start:
        return ""
    is_bare = isinstance(field.value, Message) or (isinstance(field.value, List) and field.value.is_bare)
    return f"{field.name} " if is_bare else f"{field.name}: "


def _fits(line: str, depth: int) -> bool:
    room = WIDTH - len(_INDENT) * depth
    # Bytes first: characters are never more.
    return len(line) <= room or len(line.encode("latin-1").decode("utf-8", "surrogateescape")) <= room
