"""`caffe-lint convert`: rewrite nets into other forms of the same."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .conversion_files import file_options, read_weights_file, write_both
from .convert_roll import roll
from .files import read_source

if TYPE_CHECKING:
    from ..recurrent.unroll_cell import Style


@click.group(short_help="Rewrite a net into another form.")
def convert() -> None:
    """Rewrite a net into another form that computes the same."""


convert.add_command(roll)


@convert.command(short_help="Put plain layers in the place of native ones, step by step.")
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
@file_options
def unroll(
    path: Path,
    weights: Path | None,
    weights_out: Path | None,
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
    from ..recurrent.roll_weights import unrolled_weights
    from ..recurrent.unroll_convert import unroll_native
    from ..recurrent.unroll_native_layer import ConversionError, Lengths

    stored = read_weights_file(path, weights, weights_out, out, in_place=in_place)
    source = read_source(path)
    try:
        found = unroll_native(Document(source), style, Lengths(steps, batch))
        stored = unrolled_weights(found.layers, stored) if stored is not None else None
    except ConversionError as error:
        raise click.ClickException(str(error)) from error
    write_both(source, found.data, out, stored, weights_out, force=force, in_place=in_place)
