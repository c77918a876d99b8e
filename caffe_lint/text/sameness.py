"""Whether two texts say the same: the names, the values and the comments, each in their order."""

import re

from .comments import find_comments
from .grammar import GAP, STRING
from .layout import BLANKS
from .tree import Field, List, Message

_STRING_OR_GAP = re.compile(rf"{STRING}|{GAP}")
_GAPS = re.compile(GAP)

Content = tuple[object, ...]
"""The fields of a message: name and value each."""


def content(message: Message) -> Content:
    """What a message says, without its layout: string literals are still apart, and brackets all the same."""
    return tuple((field.name, _value(field)) for field in message.fields)


def comments(data: bytes) -> list[str]:
    """The comments of a file, without white space at their ends."""
    return [data[start:end].decode("latin-1").rstrip(BLANKS) for start, end in find_comments(data)]


def _value(field: Field) -> object:
    value = field.value
    if isinstance(value, Message):
        return content(value)
    if isinstance(value, List):
        return (value.is_bare, *map(_value, value.items))
    if value[0] in "\"'":
        found = _STRING_OR_GAP.finditer(value)
        return [match[0] for match in found if match[0][:1] in ("'", '"')]
    return _GAPS.sub("", value)
