"""`caffe-lint unroll`: write recurrent nets, unrolled into plain layers."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..recurrent.unroll_options import Filler


def _dims(_context: click.Context, _param: click.Parameter, value: str | None) -> tuple[int, ...]:
    try:
        return tuple(int(dim) for dim in value.split(",")) if value is not None else ()
    except ValueError as error:
        raise click.BadParameter(f"'{value}' must be whole numbers with commas between") from error


def _filler(_context: click.Context, _param: click.Parameter, value: str) -> "Filler":
    from ..recurrent.unroll_options import Filler

    try:
        return Filler.parse(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.group(short_help="Write an unrolled recurrent net.")
def unroll() -> None:
    """Write a recurrent net, unrolled into plain layers that share their weights."""


@unroll.command()
@click.option("--steps", type=int, required=True, metavar="T", help="Time steps.")
@click.option("--batch", type=int, required=True, metavar="B", help="Sequences in a batch.")
@click.option("--hidden", type=int, required=True, metavar="H", help="Units of the hidden state.")
@click.option(
    "--input-shape",
    metavar="DIMS",
    callback=_dims,
    help="Shape of x at one step of one sequence, such as 128,10,10.",
)
@click.option(
    "--bottom",
    metavar="BLOB",
    help="A blob T x B x … of an existing net as x; only layers for it are written.",
)
@click.option(
    "--style",
    type=click.Choice(["netspec", "sequence"]),
    default="sequence",
    show_default=True,
    help="Multiply x by its weights step by step (the classic NetSpec example), or once for all steps.",
)
@click.option(
    "--cont",
    is_flag=False,
    flag_value="cont",
    metavar="[BLOB]",
    help="Reset the state by markers T x B in this blob: 0 where a sequence begins, else 1.",
)
@click.option(
    "--initial-state",
    type=click.Choice(["zero", "input"]),
    default="zero",
    show_default=True,
    help="Start from zeros, or from the blobs h0 and c0, 1 x B x H.",
)
@click.option(
    "--output",
    type=click.Choice(["sequence", "last", "both"]),
    default="sequence",
    show_default=True,
    help="The hidden states of all steps (blob H, T x B x H), the last one (h_last, 1 x B x H), or both.",
)
@click.option("--prefix", default="", help="What all names of layers and blobs begin with.")
@click.option(
    "--weight-prefix", help="What the names of the shared weights begin with.  [default: PREFIXw_t0/]"
)
@click.option(
    "--weight-filler",
    default="uniform:min=-0.05,max=0.05",
    show_default=True,
    metavar="FILLER",
    callback=_filler,
    help="Fills the weights: the type of the filler and its numbers.",
)
@click.option(
    "--bias-filler",
    default="constant:value=0",
    show_default=True,
    metavar="FILLER",
    callback=_filler,
    help="Fills the bias.",
)
@click.option(
    "--weight-multipliers",
    type=(float, float),
    default=(1, 1),
    show_default=True,
    metavar="LR DECAY",
    help="lr_mult and decay_mult of the weights.",
)
@click.option(
    "--bias-multipliers",
    type=(float, float),
    default=(2, 0),
    show_default=True,
    metavar="LR DECAY",
    help="lr_mult and decay_mult of the bias.",
)
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write into a new file.")
@click.option("--force", is_flag=True, help="Let --out overwrite a file.")
def lstm(
    *,
    weight_filler: "Filler",
    weight_multipliers: tuple[float, float],
    bias_filler: "Filler",
    bias_multipliers: tuple[float, float],
    out: Path | None,
    force: bool,
    **others: object,
) -> None:
    """Write an LSTM that computes what Caffe's own LSTM layer computes.

    x, cont and the outputs have the axes of Caffe's layer: time, batch, features.
    """
    from ..recurrent.unroll import unroll_lstm
    from ..recurrent.unroll_options import LstmOptions, Training

    weight = Training(*weight_multipliers, weight_filler)
    bias = Training(*bias_multipliers, bias_filler)
    # The names of the other parameters are those of the fields; the test of the defaults compares them.
    options: Callable[..., LstmOptions] = LstmOptions
    try:
        text = unroll_lstm(options(weight=weight, bias=bias, **others))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if out is None:
        click.echo(text, nl=False)
    elif out.exists() and not force:
        raise click.UsageError(f"'{out}' exists; --force overwrites it")
    else:
        _write(out, text)


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        click.ClickException: if it cannot be written.
    """
    target = path.resolve()
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(target)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise click.ClickException(f"cannot write '{path}': {error.strerror}") from error
