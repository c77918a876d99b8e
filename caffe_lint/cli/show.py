"""`caffe-lint show`: a net as Caffe builds it."""

import sys
from pathlib import Path

import click

from ..net import Document
from ..report import ColorChoice
from .files import read_source
from .output import report_options


@click.command()
@click.argument("path", metavar="NET")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How the net is written.",
)
@click.option(
    "--dialect",
    default="auto",
    show_default=True,
    metavar="CAFFE",
    help="The Caffe that reads it: 'auto' for the one that the file needs, 'bvlc', or a repository.",
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="When to use colour; 'auto' respects NO_COLOR and FORCE_COLOR.",
)
def show(path: str, format_name: str, dialect: str, color: ColorChoice) -> int:
    """Show a net as Caffe builds it: layers, shapes, params, recurrent cells.

    Once for each state that the file tells apart (TRAIN, TEST, stages).
    """
    from ..report.net_data import net_data
    from ..report.net_table import net_table

    try:
        document = Document(read_source(Path(path)), dialect)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if document.impostor is not None or document.root_type != "NetParameter":
        raise click.ClickException(f"'{path}' holds no net")
    if format_name == "json":
        import json

        sys.stdout.write(json.dumps(net_data(document), indent=1) + "\n")
    else:
        sys.stdout.writelines(net_table(net_data(document), report_options(color)))
    return 0
