"""Where things stand in a file: byte spans, and the lines and columns people read."""

import re
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

_UNDECODABLE = re.compile("[\udc80-\udcff]")


class Span(NamedTuple):
    """A half-open range of byte offsets in one file."""

    start: int
    end: int


class Position(NamedTuple):
    """A place as people and editors name it: line and column from 1, column in characters."""

    line: int
    column: int
    offset: int


class Source:
    """The bytes of one file, and the only place that turns offsets into lines and columns."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        find = self.data.find
        while newline := find(b"\n", starts[-1]) + 1:
            starts.append(newline)
        return starts

    @property
    def line_count(self) -> int:
        """How many lines the file has; a final line end starts no further line."""
        starts = self._line_starts
        return len(starts) - (starts[-1] == len(self.data) and len(starts) > 1)

    def position(self, offset: int) -> Position:
        """The line and column of a byte offset."""
        starts = self._line_starts
        line = bisect_right(starts, offset)
        before = self.data[starts[line - 1] : offset]
        return Position(line, len(_characters(before)) + 1, offset)

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its line end; undecodable bytes as U+FFFD."""
        starts = self._line_starts
        end = starts[number] if number < len(starts) else len(self.data)
        text = _characters(self.data[starts[number - 1] : end].rstrip(b"\r\n"))
        return _UNDECODABLE.sub("\ufffd", text)


def _characters(data: bytes) -> str:
    # One character per undecodable byte, so that columns and excerpts count alike (real files hold GBK).
    return data.decode("utf-8", "surrogateescape")
