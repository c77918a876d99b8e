"""Excerpts of a source: the lines around a span as a terminal shows them, and the cells the span takes."""

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import NamedTuple

from ..text import Source, Span
from .terminal import cell_len, printable

_TAB = " " * 4
_CUT = "..."


class Cells(NamedTuple):
    """A half-open range of terminal cells in a row; a wide character takes two."""

    start: int
    end: int


class Row(NamedTuple):
    """A line of an excerpt; without a number where lines are left out, without a mark where it is context."""

    number: int | None
    text: str
    mark: Cells | None


class Context(NamedTuple):
    """How many lines an excerpt shows before and after its span."""

    before: int
    after: int


def excerpt(source: Source, span: Span, *, room: int, context: Context) -> list[Row]:
    """The first and the last line of a span, marked, with context; no row takes more than `room` cells.

    Of a line that is too long the part around its mark is shown. White space at the span's end is not marked.
    """
    inked = span.start + len(source.data[span.start : span.end].rstrip())
    (first, start, _), (last, end, _) = source.position(span.start), source.position(inked)
    if first == last:
        marked = [_row(source, first, (start - 1, end - 1), room)]
    else:
        head, tail = source.line(first), source.line(last)
        indent = len(tail) - len(tail.lstrip())
        marked = [
            _row(source, first, (start - 1, len(head)), room),
            *[Row(None, _CUT, None)] * (last > first + 1),
            _row(source, last, (min(indent, end - 1), end - 1), room),
        ]
    before = range(max(1, first - context.before), first)
    after = range(last + 1, min(last + context.after, source.line_count) + 1)
    return [
        *(_row(source, number, None, room) for number in before),
        *marked,
        *(_row(source, number, None, room) for number in after),
    ]


def _row(source: Source, number: int, columns: tuple[int, int] | None, room: int) -> Row:
    line = source.line(number)
    start, end = (min(column, len(line)) for column in columns or (0, 0))
    # A window of characters that is surely wider than the room, since a line may be megabytes long.
    low = max(0, start - room - 1)
    shown = [_TAB if char == "\t" else printable(char) for char in line[low : start + room + 1]]
    edges = list(accumulate(map(cell_len, shown), initial=0))
    text, mark = "".join(shown), Cells(edges[start - low], edges[min(end - low, len(shown))])
    if edges[-1] > room:
        text, mark = _cut(shown, edges, mark, room)
    return Row(number, text, mark if columns else None)


def _cut(shown: list[str], edges: list[int], mark: Cells, room: int) -> tuple[str, Cells]:
    """The part of a long line that fits: its beginning if that holds the mark, else the part around it."""
    left = 0
    if mark.end > room - len(_CUT):
        spare = room - 2 * len(_CUT) - (mark.end - mark.start)
        left = min(mark.start - max(0, spare // 2), edges[-1] - room + len(_CUT))
    first = bisect_left(edges, left)
    head = _CUT if first else ""
    stop = edges[first] + room - len(head)
    last = len(shown) if edges[-1] <= stop else bisect_right(edges, stop - len(_CUT)) - 1
    tail = _CUT if last < len(shown) else ""
    end = mark.end if mark.end <= edges[last] else edges[last] + len(tail)
    shift = len(head) - edges[first]
    return head + "".join(shown[first:last]) + tail, Cells(mark.start + shift, end + shift)
