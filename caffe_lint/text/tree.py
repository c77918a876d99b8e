"""The tree of a text-format file: fields, messages and lists, each with its place in the bytes.

The tree holds no copy of layout: comments and white space stay in the buffer, between the spans.
Text is the buffer decoded as Latin-1, so that one character is one byte and an index is an offset.
"""

from collections.abc import Iterator

from .span import Span


class Field:
    """One `name: value` or `name { … }`, or one element of a `name: [ … ]` list.

    `value` is the raw source text of a scalar (`"conv1"`, `0x10`, `- 5`, `MAX`), a `Message` or a `List`.
    """

    __slots__ = ("end", "name", "start", "value", "value_start")

    def __init__(
        self, name: str, start: int, value_start: int, end: int, value: "str | Message | List"
    ) -> None:
        self.name = name
        self.start = start
        self.value_start = value_start
        self.end = end
        self.value = value

    @property
    def span(self) -> Span:
        """From the first byte of the name to behind the last byte of the value."""
        return Span(self.start, self.end)

    @property
    def name_span(self) -> Span:
        """Where the name stands (empty for an element of a list)."""
        return Span(self.start, min(self.start + len(self.name), self.value_start))

    @property
    def value_span(self) -> Span:
        """Where the value stands, brackets included."""
        return Span(self.value_start, self.end)

    def elements(self) -> "Iterator[Field]":
        """The field itself, or the elements of its list."""
        if isinstance(self.value, List):
            yield from self.value.items
        else:
            yield self

    def __repr__(self) -> str:
        return f"Field({self.name!r}, {self.start}:{self.end}, {self.value!r})"


class Message:
    """The fields between one pair of brackets, or of the whole file."""

    __slots__ = ("end", "fields", "start")

    def __init__(self, start: int, end: int, fields: list[Field]) -> None:
        self.start = start
        self.end = end
        self.fields = fields

    @property
    def span(self) -> Span:
        """From the opening to behind the closing bracket."""
        return Span(self.start, self.end)

    def __repr__(self) -> str:
        return f"Message({self.start}:{self.end}, {self.fields!r})"


class List:
    """The elements of a `[ … ]` value; each is a `Field` with the list's name.

    `is_bare` tells that no colon stands before it, which only a list of messages may do without.
    """

    __slots__ = ("is_bare", "items")

    def __init__(self, items: list[Field], *, is_bare: bool = False) -> None:
        self.items = items
        self.is_bare = is_bare

    def __repr__(self) -> str:
        return f"List({self.items!r})"
