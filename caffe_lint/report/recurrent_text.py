"""The unrolled recurrent cells of a net for the terminal: what `caffe-lint show --recurrent` prints."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from ..layers import infer_shapes
from ..net import Document, NetState
from .net_data import state_order
from .options import ReportOptions
from .paint import painted
from .recurrent_data import DifferenceData, RecurrentData, RoleData, SharedData, recurrent_data
from .terminal import cell_len, printable
from .wording import counted, net_title

_KINDS = {
    "lstm": "LSTM",
    "lstm-unit": "LSTMUnit cell",
    "gru": "GRU",
    "rnn": "RNN",
    "recursive": "recursive block",
}
_GAP = "  "
_HEADINGS = ("role", "type", "line", "layer", "reads")
_LEAST_ROOM = 16
"""Cells that names need at least, in a narrow terminal too."""


def recurrent_text(
    document: Document, states: Sequence[NetState] | None, options: ReportOptions
) -> Iterator[str]:
    """The cells in each state of a net, equal states once.

    Args:
        document: a file that holds a net.
        states: the states to show; by default those that the file tells apart.
        options: how to write.
    """
    yield f"{net_title(document.upgraded.name, document.source.path, document.dialects)}\n"
    for found, cells in _sheets(document, states):
        yield f"\n{printable('; '.join(map(str, found)))}\n"
        for cell in cells:
            yield "\n"
            yield from (f"{line}\n" for line in _cell(cell, options))
        if not cells:
            yield "\nno unrolled recurrent cell\n"
    if document.syntax_problems or document.schema_problems:
        yield "\nCaffe cannot read this file; `caffe-lint check` tells why\n"


def _sheets(
    document: Document, chosen: Sequence[NetState] | None
) -> list[tuple[list[NetState], list[RecurrentData]]]:
    sheets: list[tuple[list[NetState], list[RecurrentData]]] = []
    for net in document.nets(chosen):
        cells = recurrent_data(document, net, infer_shapes(net))
        same = next((states for states, found in sheets if found == cells), None)
        if same is None:
            sheets.append((list(net.states), cells))
        else:
            same += net.states
    for states, _ in sheets:
        states.sort(key=state_order)
    return sorted(sheets, key=lambda sheet: state_order(sheet[0][0]))


def summary(cell: RecurrentData) -> str:
    """A cell in one line, without what it shares."""
    units = f" of {cell['hidden']} units" if cell["hidden"] else ""
    return f"{_KINDS.get(cell['cell'], cell['cell'])}{units} unrolled over {counted(cell['steps'], 'step')}"


def _cell(cell: RecurrentData, options: ReportOptions) -> Iterator[str]:
    time = f", {cell['direction']} in time" if cell["direction"] else ""
    yield painted(summary(cell) + time, "bold", options)
    for state in cell["states"]:
        ends = (("from", state["start"]), ("to", state["end"]))
        course = " ".join(f"{word} {_quoted(name)}" for word, name in ends if name is not None)
        yield from _wrapped(f"state {state['name']}: {course}", options)
    yield ""
    yield from _table(("param", "of", "steps"), list(_params(cell)), options)
    usual = cell["usual"]
    steps = cell["steps"]
    alike = steps - len(cell["odd"])
    yield ""
    alike_ones = f"as {_part(alike, steps)} are" if alike > 1 else "which the others are compared with"
    yield f"step {usual['step']}" + (f", {alike_ones}" if steps > 1 else "")
    rows = [
        (layer["role"], layer["type"], str(layer["line"]), layer["layer"], ", ".join(layer["reads"]))
        for layer in usual["layers"]
    ]
    yield from _table(_HEADINGS, [tuple(map(printable, row)) for row in rows], options)
    for odd in cell["odd"]:
        yield ""
        yield painted(f"step {odd['step']} differs", "bold", options)
        for difference in odd["differences"]:
            yield from _wrapped(f"line {difference['line']}: {_told(difference)}", options)


def _part(some: int, every: int) -> str:
    return f"all {every} steps" if some == every else f"{some} of {every} steps"


def _quoted(name: str) -> str:
    return f"'{printable(name)}'"


def _told(difference: DifferenceData) -> str:
    layer, role = _quoted(difference["layer"]), printable(difference["role"])
    found, usual = printable(difference["found"]), printable(difference["usual"])
    if difference["kind"] == "extra":
        return f"{found} {layer} next to {role} is extra"
    if difference["kind"] == "missing":
        return f"{role} ({usual}) is missing, as seen at {layer}"
    verb = {"type": "is", "bottom": "reads", "param": "has", "setting": "has"}[difference["kind"]]
    return f"{role} {layer} {verb} {found}, usually {usual}"


def _params(cell: RecurrentData) -> Iterator[tuple[str, ...]]:
    """Names that several steps or roles share, then what single steps have of their own."""
    every = cell["steps"]
    own: dict[str, list[SharedData]] = {}
    for param in cell["params"]:
        if param["name"] and (len(param["steps"]) > 1 or len(param["roles"]) > 1 or every == 1):
            yield printable(param["name"]), _roles(param["roles"]), _told_steps(param["steps"], every)
        else:
            own.setdefault(_roles(param["roles"]), []).append(param)
    for roles, params in own.items():
        steps = sorted(step for param in params for step in param["steps"])
        # One name that nobody else has is worth showing: it may be misspelt.
        name = printable(params[0]["name"]) if len(steps) == 1 else ""
        told = f"each of {every} steps" if len(steps) == every > 1 else _told_steps(steps, every)
        yield name or "(not shared)", roles, told


def _told_steps(steps: Sequence[int], every: int) -> str:
    if len(steps) == every > 1:
        return _part(every, every)
    return f"step {steps[0]}" if len(steps) == 1 else f"steps {ranges(steps)}"


def _roles(roles: Sequence[RoleData]) -> str:
    return ", ".join(
        printable(each["role"]) + (f" (param {each['param']})" if each["param"] else "") for each in roles
    )


def ranges(numbers: Iterable[int]) -> str:
    """Rising numbers in short: `0-3, 7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def _table(headings: Sequence[str], rows: Sequence[tuple[str, ...]], options: ReportOptions) -> Iterator[str]:
    """Columns; the last one goes on in lines below where there is no room for it."""
    *columns, _ = zip(headings, *rows, strict=True)
    widths = [max(map(cell_len, column)) for column in columns]
    indent = sum(widths) + len(_GAP) * len(widths)
    room = options.width - indent - 2
    yield painted(_line(headings, widths), "bold", options)
    for row in rows:
        if cell_len(row[-1]) <= room:
            yield _line(row, widths)
            continue
        yield _line((*row[:-1], ""), widths)
        text = textwrap.fill(
            row[-1], max(options.width - 6, _LEAST_ROOM), break_long_words=False, break_on_hyphens=False
        )
        yield from (painted(f"      {line}", "dim", options) for line in text.splitlines())


def _line(texts: Sequence[str], widths: Sequence[int]) -> str:
    padded = [text + " " * (width - cell_len(text)) for text, width in zip(texts[:-1], widths, strict=True)]
    return ("  " + _GAP.join([*padded, texts[-1]])).rstrip()


def _wrapped(text: str, options: ReportOptions) -> list[str]:
    return textwrap.wrap(
        text,
        max(options.width, _LEAST_ROOM),
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
