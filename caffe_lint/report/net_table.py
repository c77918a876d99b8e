"""A net as a table for the terminal: what `caffe-lint show` prints."""

import io
from collections.abc import Iterator

from ..layers import show_shape
from .net_data import LayerData, NetData, RecurrentData, StateData
from .options import ReportOptions
from .terminal import printable


def net_table(data: NetData, options: ReportOptions) -> Iterator[str]:
    """The layers of each state with tops, shapes, params and multiply-accumulates; equal states once."""
    name = printable(data["name"]) or "(no name)"
    yield f"{name}  {printable(data['path'])}  as {' '.join(data['dialects'][:1])} reads it\n"
    shown: dict[str, list[StateData]] = {}
    for state in data["states"]:
        shown.setdefault(repr((state["layers"], state["blobs"])), []).append(state)
    for states in shown.values():
        yield "\n" + ", ".join(_state_name(state) for state in states) + "\n"
        yield _table(states[0], options)
        yield from (_unroll(unroll) for unroll in states[0]["recurrent"])


def _state_name(state: StateData) -> str:
    level = f" level {state['level']}" if state["level"] else ""
    stages = f" stages {printable(' '.join(state['stages']))}" if state["stages"] else ""
    return f"{state['phase']}{level}{stages}"


def _table(state: StateData, options: ReportOptions) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_footer=True, pad_edge=False)
    total_params = sum(_count(layer) for layer in state["layers"] if _owns(layer))
    total_macs = sum(layer["macs"] or 0 for layer in state["layers"])
    table.add_column("layer", "total", overflow="fold")
    table.add_column("type", overflow="fold")
    table.add_column("tops", overflow="fold")
    table.add_column("params", f"{total_params:,}", justify="right")
    table.add_column("MACs/item", f"{total_macs:,}", justify="right")
    for layer in state["layers"]:
        tops = ", ".join(f"{top} {_shape(state, top)}" for top in layer["tops"])
        cells = [
            layer["name"],
            layer["type"],
            tops,
            _params(layer),
            f"{layer['macs']:,}" if layer["macs"] else "",
        ]
        table.add_row(*(Text(printable(cell)) for cell in cells))
    out = io.StringIO()
    Console(file=out, width=options.width, force_terminal=options.color, no_color=not options.color).print(
        table
    )
    return out.getvalue()


def _shape(state: StateData, top: str) -> str:
    dims = state["blobs"][top]
    return show_shape(None if dims is None else tuple(dims))


def _owns(layer: LayerData) -> bool:
    return all(param["owner"] == layer["name"] for param in layer["params"])


def _params(layer: LayerData) -> str:
    if not layer["params"]:
        return ""
    count = f"{_count(layer):,}"
    return count if _owns(layer) else f"shared {count}"


def _count(layer: LayerData) -> int:
    total = 0
    for param in layer["params"]:
        count = 1
        for dim in param["shape"] or [0]:
            count *= dim or 0
        total += count
    return total


def _unroll(unroll: RecurrentData) -> str:
    shared = ", ".join(map(printable, unroll["shared_params"])) or "nothing"
    hidden = f" of {unroll['hidden']} units" if unroll["hidden"] else ""
    return f"{unroll['cell'].upper()}{hidden} unrolled over {unroll['steps']} steps, sharing {shared}\n"
