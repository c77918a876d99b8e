"""`caffe-lint show`: a net as Caffe builds it."""

import sys
from pathlib import Path

import click

from ..net import Document
from ..report import ColorChoice
from ..report.json_text import json_text
from ..report.net_data import net_data
from ..report.net_rows import net_rows
from ..report.net_table import net_table
from ..report.net_text import net_csv, net_markdown
from ..report.recurrent_text import recurrent_text
from .completion import complete_paths
from .files import read_source
from .options import color_option, dialect_option, format_option
from .output import report_options
from .state import chosen_states, state_options


@click.command(short_help="Show a net as Caffe builds it.")
@click.argument("path", metavar="NET", shell_complete=complete_paths)
@format_option("table", "json", "csv", "markdown", description="How the net is written.")
@click.option("--recurrent", is_flag=True, help="Show unrolled recurrent cells, step by step, not layers.")
@click.option("--batch", is_flag=True, help="Count MACs and memory of a whole batch, not of one item.")
@state_options
@dialect_option
@color_option
def show(
    path: str,
    format_name: str,
    dialect: str,
    color: ColorChoice,
    *,
    recurrent: bool,
    batch: bool,
    **state: object,
) -> int:
    """Show a net as Caffe builds it: layers, shapes, params, recurrent cells.

    Once for each state that the file tells apart (TRAIN, TEST, stages), states
    with equal layers together. MACs are the multiply-accumulates of matrix
    products, memory the bytes of the blobs that are made (float32; in-place
    layers and new names for old memory add nothing). Both are those of one item,
    as if axis 0 had size 1, unless --batch is given.

    With --recurrent: of each unrolled LSTM, GRU or RNN its states, which params its
    steps share, the layers of a step, and what single steps have otherwise. The
    JSON form tells that in any case.
    """
    states = chosen_states(**state)  # type: ignore[arg-type]  # click has converted and checked them
    if batch and format_name == "json":
        raise click.UsageError("--batch is not for --format json, whose 'macs' are those of one item")
    if recurrent and (batch or format_name not in ("table", "json")):
        raise click.UsageError("--recurrent is for --format table and json, without --batch")
    try:
        document = Document(read_source(Path(path)), dialect)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if document.impostor is not None or document.root_type != "NetParameter":
        raise click.ClickException(f"'{path}' holds no net")
    if format_name == "json":
        sys.stdout.write(json_text(net_data(document, states)))
        return 0
    if recurrent:
        sys.stdout.writelines(recurrent_text(document, states, report_options(color)))
        return 0
    rows = net_rows(document, states, batch=batch)
    if format_name == "table":
        sys.stdout.writelines(net_table(rows, report_options(color)))
    else:
        sys.stdout.writelines(net_csv(rows) if format_name == "csv" else net_markdown(rows))
    return 0
