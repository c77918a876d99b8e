"""Where the comments of a text-format file stand."""

import re
from collections.abc import Iterator
from functools import cache

from .grammar import GAP
from .span import Span


@cache
def _string_or_comment() -> re.Pattern[bytes]:
    # A string that is not closed ends with its line, a comment before a NUL (see the grammar).
    return re.compile(rb"\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?|(\#[^\n\0]*+)")


@cache
def _gap() -> re.Pattern[bytes]:
    return re.compile(GAP.encode())


def end_of_gap(data: bytes, offset: int) -> int:
    """The first offset from `offset` on that is neither white space nor comment."""
    gap = _gap().match(data, offset)
    return gap.end() if gap else offset


def find_comments(data: bytes) -> Iterator[Span]:
    """The comments of a file, in order, each from its `#` to the end of its line (without line end)."""
    for match in _string_or_comment().finditer(data):
        if match.lastindex:
            yield Span(match.start(), match.end() - (match[1][-1:] == b"\r"))
