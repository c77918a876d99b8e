"""A net as CSV for spreadsheets and as Markdown for documents, with exact numbers."""

import csv
import io
import re
from collections.abc import Iterator

from ..layers import Dim, show_shape
from .net_rows import NetRows, Row, Sheet, Total
from .terminal import printable

_NUMBERS = ("params", "shared_params", "macs", "memory")
_HEADINGS = ("layer", "type", "bottoms", "tops", "shapes", *_NUMBERS)


def net_csv(net: NetRows) -> Iterator[str]:
    """A line for each layer in each state, `;` between several blobs, nothing for an unknown number."""
    yield _csv_line(("states", *_HEADINGS))
    for sheet in net.sheets:
        states = _states(sheet)
        for row in sheet.rows:
            numbers = ("" if number is None else str(number) for number in _numbers(row))
            yield _csv_line((states, *(";".join(cell) for cell in _texts(row)), *numbers))


def net_markdown(net: NetRows) -> Iterator[str]:
    """A table for each state, with its totals."""
    yield f"# {_escaped(net.name or net.path)}\n"
    unit = "batch" if net.is_batch else "item"
    headings = (*_HEADINGS[:5], "params", "shared params", f"MACs per {unit}", f"bytes per {unit}")
    for sheet in net.sheets:
        yield f"\n## {_escaped(_states(sheet))}\n\n"
        yield _markdown_line(headings)
        yield _markdown_line(["---"] * 5 + ["---:"] * len(_NUMBERS))
        for row in sheet.rows:
            texts = ("<br>".join(map(_escaped, cell)) for cell in _texts(row))
            yield _markdown_line((*texts, *map(_number, _numbers(row))))
        params, macs, memory = map(_total, sheet.totals)
        yield _markdown_line(("**total**", "", "", "", "", params, "", macs, memory))


def _states(sheet: Sheet) -> str:
    return printable("; ".join(map(str, sheet.states)))


def _texts(row: Row) -> tuple[tuple[str, ...], ...]:
    """Layer, type, bottoms, tops and their shapes."""
    cells = ((row.layer,), (row.type,), row.bottoms, tuple(top.name for top in row.tops))
    shapes = tuple(show_shape(top.shape) for top in row.tops)
    return (*(tuple(map(printable, cell)) for cell in cells), shapes)


def _numbers(row: Row) -> tuple[Dim, Dim, Dim, Dim]:
    return (row.params, row.shared, row.macs, row.memory)


def _csv_line(cells: tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _markdown_line(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _number(number: Dim) -> str:
    if number is None:
        return "?"
    return f"{number:,}" if number else ""


def _total(total: Total) -> str:
    return f"**{total.known:,}**" if total.is_complete else f"**at least {total.known:,}**"


def _escaped(text: str) -> str:
    """Text of which Markdown makes nothing else."""
    return re.sub(r"([\\`*_\[\]<>|#~&])", r"\\\1", printable(text))
