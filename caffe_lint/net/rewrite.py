"""Builds upgraded messages out of fields of the source, so that each keeps its place in the file."""

from collections.abc import Iterable

from ..text import Field, Message


def renamed(field: Field, name: str, value: "str | Message | None" = None) -> Field:
    """The same field under another name, and with another value if one is given."""
    return Field(name, field.start, field.value_start, field.end, field.value if value is None else value)


def quoted(text: str) -> str:
    """A plain name as a string literal."""
    return f'"{text}"'


def gathered(name: str, fields: list[Field]) -> Field:
    """A message field that holds `fields`; it stands where the first of them stands."""
    first = fields[0]
    return Field(
        name, first.start, first.value_start, first.end, Message(first.start, fields[-1].end, fields)
    )


def flat(message: Message) -> Iterable[Field]:
    """The fields of a message, elements of lists one by one."""
    return (element for field in message.fields for element in field.elements())


def named(message: Message, name: str) -> list[Field]:
    """All fields of one name, elements of lists one by one."""
    return [field for field in flat(message) if field.name == name]
