"""`caffe-lint convert`: rewrite nets into other forms of the same."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .files import read_source
from .writing import write, write_new

if TYPE_CHECKING:
    from ..recurrent.unroll_cell import Style


@click.group(short_help="Rewrite a net into another form.")
def convert() -> None:
    """Rewrite a net into another form that computes the same."""


@convert.command()
@click.argument("path", metavar="NET", type=click.Path(path_type=Path))
@click.option(
    "--style",
    type=click.Choice(["sequence", "netspec", "lstmunit"]),
    default="sequence",
    show_default=True,
    help="As in 'caffe-lint unroll lstm'; 'lstmunit' leaves an RNN at 'sequence'.",
)
@click.option(
    "--steps", type=click.IntRange(1), metavar="T", help="Time steps, where the net does not say them."
)
@click.option("--batch", type=click.IntRange(1), metavar="B", help="Sequences in a batch, likewise.")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write into a new file.")
@click.option("--force", is_flag=True, help="Let --out overwrite a file.")
@click.option("--in-place", is_flag=True, help="Change the net itself.")
def unroll(
    path: Path,
    style: "Style",
    steps: int | None,
    batch: int | None,
    out: Path | None,
    *,
    force: bool,
    in_place: bool,
) -> None:
    """Replace Caffe's own LSTM and RNN layers by plain layers, step by step.

    Comments and all else outside of these layers stay, and so do the names of
    their bottoms, tops and params. What changes: every pass begins from zeros
    (Caffe's layers go on from the last pass where cont is not 0), and with
    expose_hidden gradients reach the first states and come from the last ones.
    """
    from ..net import Document
    from ..recurrent.unroll_convert import unroll_native
    from ..recurrent.unroll_native_layer import ConversionError, Lengths

    if in_place and out is not None:
        raise click.UsageError("give either --out or --in-place")
    try:
        found = unroll_native(Document(read_source(path)), style, Lengths(steps, batch))
    except ConversionError as error:
        raise click.ClickException(str(error)) from error
    if in_place:
        write(path, found.data)
    elif out is not None:
        write_new(out, found.data, force=force)
    else:
        click.echo(found.data, nl=False)
