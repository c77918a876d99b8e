"""`caffe-lint convert roll`: one of Caffe's own layers in the place of an unrolled LSTM or RNN."""

from pathlib import Path

import click

from .conversion_files import file_options, read_weights_file, write_both
from .errors import complain
from .files import read_source


@click.command(short_help="Put one native layer in the place of unrolled steps.")
@click.argument("path", metavar="NET", type=click.Path(path_type=Path))
@file_options
def roll(
    path: Path,
    weights: Path | None,
    weights_out: Path | None,
    out: Path | None,
    *,
    force: bool,
    in_place: bool,
) -> None:
    """Replace unrolled LSTMs and RNNs by Caffe's own layers.

    Comments and all else outside of the replaced layers stay, and so do the
    names of what the cell reads and puts out. Without markers in the net the
    layer gets some: 0 at the first step, 1 behind it. A cell that Caffe's layers
    do not compute is left alone, with the step and the line that differ.
    """
    from ..net import Document
    from ..recurrent.roll import roll as roll_up
    from ..recurrent.unroll_native_layer import ConversionError

    stored = read_weights_file(path, weights, weights_out, out, in_place=in_place)
    source = read_source(path)
    try:
        found = roll_up(Document(source), stored)
    except ConversionError as error:
        raise click.ClickException(str(error)) from error
    write_both(source, found.data, out, found.weights, weights_out, force=force, in_place=in_place)
    for layer in found.layers:
        for note in layer.notes:
            complain(f"note: '{layer.name}': {note}")
