"""A net as a table for the terminal: what `caffe-lint show` prints."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from ..layers import Dim, show_shape
from .net_rows import NetRows, Row, Sheet, Total
from .options import ReportOptions
from .paint import painted
from .recurrent_data import RecurrentData
from .recurrent_text import summary
from .terminal import cell_len, printable
from .wording import net_title

_GAP = "  "
_INDENT = "    "
_LEAST_ROOM = 40
_EXACT = 100_000
"""Numbers below are written out, larger ones with three digits and a unit."""


class Column(NamedTuple):
    """A column of the table: its heading, its lines for a layer, and its side."""

    heading: str
    cell: Callable[[Row], list[str]]
    is_number: bool = False


def net_table(net: NetRows, options: ReportOptions) -> Iterator[str]:
    """The layers of each state with shapes, params, multiply-accumulates and memory.

    Where a table with all blobs is too wide, what a layer reads and writes stands below its line, and only
    if it is not the obvious: it reads the first top of the layer above, and its own top has its name.
    """
    yield f"{net_title(net.name, net.path, net.dialects)}\n"
    for sheet in net.sheets:
        yield f"\n{printable('; '.join(map(str, sheet.states)))}\n\n"
        yield from (f"{line}\n" for line in _table(sheet, options))
        yield from (f"{line}\n" for line in _summary(sheet, is_batch=net.is_batch))
        yield from map(_unroll, sheet.unrolls)


def _table(sheet: Sheet, options: ReportOptions) -> Iterator[str]:
    columns: Sequence[Column] = _WIDE
    widths = _widths(columns, sheet)
    is_wide = sum(widths) + len(_GAP) * len(widths[1:]) <= options.width
    if not is_wide:
        columns = _NARROW
        widths = _widths(columns, sheet)
        room = options.width - sum(widths[1:]) - len(_GAP) * len(widths[1:])
        widths[0] = min(widths[0], max(room, len(columns[0].heading)))
    headings = _line([column.heading for column in columns], columns, widths)
    yield painted(headings, "bold", options)
    yield "─" * (sum(widths) + len(_GAP) * len(widths[1:]))
    above: Row | None = None
    for row in sheet.rows:
        yield from _layer(row, columns, widths)
        if not is_wide:
            yield from _wiring(row, above, options)
        above = row
    if not is_wide:
        yield from (
            "",
            "unless stated, a layer reads the first top of the one above, and its top has its name",
        )


def _layer(row: Row, columns: Sequence[Column], widths: Sequence[int]) -> Iterator[str]:
    cells = [column.cell(row) for column in columns]
    if cell_len(cells[0][0]) > widths[0]:
        yield cells[0][0]
        cells[0] = [""]
    for line in zip_longest(*cells, fillvalue=""):
        yield _line(line, columns, widths)


def _line(texts: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> str:
    padded = []
    for text, column, width in zip(texts, columns, widths, strict=True):
        room = " " * (width - cell_len(text))
        padded.append(room + text if column.is_number else text + room)
    return _GAP.join(padded).rstrip()


def _widths(columns: Sequence[Column], sheet: Sheet) -> list[int]:
    return [
        max(map(cell_len, [column.heading, *(text for row in sheet.rows for text in column.cell(row))]))
        for column in columns
    ]


def _wiring(row: Row, above: Row | None, options: ReportOptions) -> Iterator[str]:
    """What a layer reads and writes, as far as it is not obvious."""
    obvious = tuple(top.name for top in above.tops[:1]) if above else ()
    tops = tuple(top.name for top in row.tops)
    reads = "" if row.bottoms in ((), obvious) else ", ".join(row.bottoms)
    writes = "" if tops in ((), (row.layer,), row.bottoms) else ", ".join(tops)
    text = "; ".join(f"{verb} {names}" for verb, names in (("reads", reads), ("writes", writes)) if names)
    width = max(options.width - len(_INDENT), _LEAST_ROOM)
    for line in textwrap.wrap(printable(text), width, break_long_words=False, break_on_hyphens=False):
        yield painted(_INDENT + line, "dim", options)


def _shapes(row: Row) -> list[str]:
    return [show_shape(top.shape) for top in row.tops]


def _folded_shapes(row: Row) -> list[str]:
    shapes = _shapes(row)
    return [f"{len(shapes)} of {shapes[0]}"] if len(shapes) > 1 and len(set(shapes)) == 1 else shapes


def _params(row: Row) -> list[str]:
    """The layer's own params, and in brackets those that it shares and another layer owns."""
    own = _short(row.params)
    return [f"{own} ({_short(row.shared)})".lstrip() if row.shared else own]


def _memory(row: Row) -> list[str]:
    return [_short(row.memory) if row.storage == "own" else row.storage]


def _short(number: Dim) -> str:
    """A number in at most six characters; nothing for 0, `?` for an unknown one."""
    if number is None:
        return "?"
    if number < _EXACT:
        return f"{number:,}" if number else ""
    scaled, units = number / 1000, iter("kMGTPE")
    while scaled >= 999.5:
        scaled, _ = scaled / 1000, next(units)
    return f"{scaled:#.3g}".rstrip(".") + next(units)


_LAYER = Column("layer", lambda row: [printable(row.layer)])
_TYPE = Column("type", lambda row: [printable(row.type)])
_NUMBERS = (
    Column("params", _params, is_number=True),
    Column("MACs", lambda row: [_short(row.macs)], is_number=True),
    Column("memory", _memory, is_number=True),
)
_WIDE = (
    _LAYER,
    _TYPE,
    Column("bottoms", lambda row: list(map(printable, row.bottoms))),
    Column("tops", lambda row: [printable(top.name) for top in row.tops]),
    Column("shape", _shapes),
    *_NUMBERS,
)
_NARROW = (_LAYER, _TYPE, Column("shape", _folded_shapes), *_NUMBERS)


def _summary(sheet: Sheet, *, is_batch: bool) -> Iterator[str]:
    params, macs, memory = map(_exact, sheet.totals)
    unit = "batch" if is_batch else "item"
    yield ""
    yield f"total per {unit}: {params} params, {macs} MACs, {memory} bytes of tops"
    if any(row.shared for row in sheet.rows):
        yield "in brackets: shared params, counted where they are owned"
    if sheet.is_rejected:
        yield "Caffe does not build this net; `caffe-lint check` tells why"


def _exact(total: Total) -> str:
    return f"{total.known:,}" if total.is_complete else f"at least {total.known:,}"


def _unroll(unroll: RecurrentData) -> str:
    shared = ", ".join(map(printable, unroll["shared_params"])) or "nothing"
    return f"{summary(unroll)}{f', sharing {shared}' if unroll['steps'] > 1 else ''}\n"
