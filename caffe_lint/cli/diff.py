"""Unified diffs on standard output, byte for byte, so that `patch` can apply them.

difflib takes minutes for an unrolled net, whose lines are much alike; fixes change few lines at a place, so
that both texts soon go on alike behind a difference.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from ..report import ColorChoice, printable
from ..report.paint import painted
from .output import report_options
from .piped import write_stdout

_LINE = re.compile(rb"[^\n]*+\n|[^\n]++")
_CONTEXT = 3
_FARTHEST = 60
_HEADER_LINES = 2
_STYLES = {b"-": "red", b"+": "green", b"@": "cyan"}


class _Change(NamedTuple):
    """Lines `start:end` of the old text, for which lines `new_start:new_end` of the new one stand."""

    start: int
    end: int
    new_start: int
    new_end: int


def unified_diff(path: str, before: bytes, after: bytes) -> Iterator[bytes]:
    """The lines of a diff between two contents of a file."""
    old, new = _LINE.findall(before), _LINE.findall(after)
    # A path that would break the header is of no use to `patch` anyway.
    name = printable(path).encode("utf-8", "surrogateescape")
    header = [b"--- %s\n" % name, b"+++ %s\n" % name]
    for changes in _hunks(_changes(old, new)):
        yield from header
        header = []
        for line in _hunk(changes, old, new):
            if line.endswith(b"\n"):
                yield line
            else:
                yield line + b"\n"
                yield b"\\ No newline at end of file\n"


def write_diff(lines: Iterable[bytes], color: ColorChoice) -> None:
    """Write the diff of a file; for people it has colours, and what would act on a terminal as text."""
    options = report_options(color)
    if not options.color and not sys.stdout.isatty():
        write_stdout(b"".join(lines))
        return
    for number, line in enumerate(lines):
        style = _STYLES.get(line[:1], "none") if number >= _HEADER_LINES else "bold"
        text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
        shown = "\t".join(map(printable, text.split("\t")))
        sys.stdout.write(f"{painted(shown, style, options)}\n")


def _changes(old: list[bytes], new: list[bytes]) -> Iterator[_Change]:
    at, new_at = 0, 0
    while at < len(old) or new_at < len(new):
        if old[at : at + 1] == new[new_at : new_at + 1]:
            at, new_at = at + 1, new_at + 1
            continue
        removed, added = _distance(old, new, at, new_at)
        yield _Change(at, at + removed, new_at, new_at + added)
        at, new_at = at + removed, new_at + added


def _distance(old: list[bytes], new: list[bytes], at: int, new_at: int) -> tuple[int, int]:
    """How many lines of each differ until both go on alike: for a hunk's context, or else for one line."""
    for lines in (_CONTEXT, 1):
        for removed, added in _distances():
            behind, new_behind = at + removed, new_at + added
            is_inside = behind <= len(old) and new_behind <= len(new)
            if is_inside and old[behind : behind + lines] == new[new_behind : new_behind + lines]:
                return removed, added
    return min(_FARTHEST, len(old) - at), min(_FARTHEST, len(new) - new_at)


@cache
def _distances() -> list[tuple[int, int]]:
    """Numbers of lines, the least first; as many of both texts is likeliest."""
    pairs = [(removed, total - removed) for total in range(1, _FARTHEST) for removed in range(total + 1)]
    return sorted(pairs, key=lambda pair: (sum(pair), abs(pair[0] - pair[1])))


def _hunks(changes: Iterable[_Change]) -> Iterator[list[_Change]]:
    hunk: list[_Change] = []
    for change in changes:
        if hunk and change.start - hunk[-1].end > 2 * _CONTEXT:
            yield hunk
            hunk = []
        hunk.append(change)
    if hunk:
        yield hunk


def _hunk(changes: list[_Change], old: list[bytes], new: list[bytes]) -> Iterator[bytes]:
    first, last = changes[0], changes[-1]
    before = min(_CONTEXT, first.start)
    behind = min(_CONTEXT, len(old) - last.end)
    start, end = first.start - before, last.end + behind
    old_range = _range(start, end)
    new_range = _range(first.new_start - before, last.new_end + behind)
    yield b"@@ -%s +%s @@\n" % (old_range, new_range)
    edges = [_Change(start, start, 0, 0), *changes, _Change(end, end, 0, 0)]
    for earlier, change in pairwise(edges):
        yield from (b" " + line for line in old[earlier.end : change.start])
        yield from (b"-" + line for line in old[change.start : change.end])
        yield from (b"+" + line for line in new[change.new_start : change.new_end])


def _range(start: int, end: int) -> bytes:
    # Of no lines, the line before them is named.
    count = end - start
    return b"%d,%d" % (start + (count > 0), count)
