"""`caffe-lint unroll`: write recurrent nets, unrolled into plain layers."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import click

from .errors import complain
from .files import read_source
from .writing import rewrite, write_new

if TYPE_CHECKING:
    from ..recurrent.unroll_options import Filler, UnrollOptions

F = TypeVar("F", bound=Callable[..., object])


class Target(NamedTuple):
    """Where a net goes: into a new file, to a mark of an existing net, or else to the standard output."""

    out: Path | None
    force: bool
    into: Path | None
    at: str | None


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


_OPTIONS = (
    click.option("--steps", type=int, required=True, metavar="T", help="Time steps."),
    click.option("--batch", type=int, required=True, metavar="B", help="Sequences in a batch."),
    click.option("--hidden", type=int, required=True, metavar="H", help="Units of the hidden state."),
    click.option(
        "--input-shape",
        metavar="DIMS",
        callback=_dims,
        help="Shape of x at one step of one sequence, such as 128,10,10.",
    ),
    click.option(
        "--bottom",
        metavar="BLOB",
        help="A blob T x B x … of an existing net as x; only layers for it are written.",
    ),
    click.option(
        "--layers", type=int, default=1, show_default=True, metavar="N", help="Layers, each on the last."
    ),
    click.option("--bidirectional", is_flag=True, help="Go through time in both directions, side by side."),
    click.option(
        "--cont",
        is_flag=False,
        flag_value="cont",
        metavar="[BLOB]",
        help="Reset the state by markers T x B in this blob: 0 where a sequence begins, else 1.",
    ),
    click.option(
        "--static-shape", metavar="DIMS", callback=_dims, help="Shape of the static input of one sequence."
    ),
    click.option("--static", metavar="BLOB", help="An input B x … that the first layer reads in every step."),
    click.option(
        "--initial-state",
        type=click.Choice(["zero", "input"]),
        default="zero",
        show_default=True,
        help="Start from zeros, or from the blobs h0 and c0, 1 x B x H.",
    ),
    click.option(
        "--output",
        type=click.Choice(["sequence", "last", "both"]),
        default="sequence",
        show_default=True,
        help="The hidden states of all steps (blob H, T x B x H), the last one (h_last, 1 x B x H), or both.",
    ),
    click.option("--prefix", default="", help="What all names of layers and blobs begin with."),
    click.option(
        "--weight-prefix", help="What the names of the shared weights begin with.  [default: PREFIXw_t0/]"
    ),
    click.option(
        "--weight-filler",
        default="uniform:min=-0.05,max=0.05",
        show_default=True,
        metavar="FILLER",
        callback=_filler,
        help="Fills the weights: the type of the filler and its numbers.",
    ),
    click.option(
        "--bias-filler",
        default="constant:value=0",
        show_default=True,
        metavar="FILLER",
        callback=_filler,
        help="Fills the bias.",
    ),
    click.option(
        "--weight-multipliers",
        type=(float, float),
        default=(1, 1),
        show_default=True,
        metavar="LR DECAY",
        help="lr_mult and decay_mult of the weights.",
    ),
    click.option(
        "--bias-multipliers",
        type=(float, float),
        default=(2, 0),
        show_default=True,
        metavar="LR DECAY",
        help="lr_mult and decay_mult of the bias.",
    ),
    click.option(
        "-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write into a new file."
    ),
    click.option("--force", is_flag=True, help="Let --out overwrite a file."),
    click.option(
        "--into",
        type=click.Path(path_type=Path),
        metavar="NET",
        help="Write the layers into this net, at the mark that --at names (into --out, if given).",
    ),
    click.option(
        "--at",
        metavar="MARK",
        help="The line '# caffe-lint: unroll MARK' of --into; what an earlier run put there is replaced.",
    ),
)
"""The options of all kinds of cells; the names of most are those of the fields of `UnrollOptions`."""


def _unroll_options(styles: Sequence[str]) -> Callable[[F], F]:
    """Add the options of all kinds of cells to a command, and `--style` with the styles of its own."""
    style = click.option(
        "--style",
        type=click.Choice(styles),
        default="sequence",
        show_default=True,
        help="How it is written; see above.",
    )

    def decorate(command: F) -> F:
        for option in reversed([*_OPTIONS[:5], style, *_OPTIONS[5:]]):
            command = option(command)
        return command

    return decorate


@click.group(short_help="Write an unrolled recurrent net.")
def unroll() -> None:
    """Write a recurrent net, unrolled into plain layers that share their weights.

    x, cont and the outputs have the axes of Caffe's own layers: time, batch,
    features. Style 'sequence' multiplies x by its weights once for all steps,
    'netspec' step by step, as the classic NetSpec example does.
    """


@unroll.command()
@_unroll_options(["sequence", "netspec", "lstmunit", "lstm-layer"])
@click.option(
    "--peepholes", is_flag=True, help="Let the gates see the cell state (style sequence or netspec)."
)
@click.option(
    "--forget-bias",
    type=float,
    default=0,
    show_default=True,
    metavar="NUMBER",
    help="A constant beside the learned bias of the forget gates.",
)
def lstm(**parameters: object) -> None:
    """Write an LSTM that computes what Caffe's own LSTM layer computes.

    Styles: 'sequence' multiplies x by its weights once for all steps, 'netspec'
    step by step (the classic NetSpec example), 'lstmunit' computes the cells by
    Caffe's LSTMUnit, 'lstm-layer' is Caffe's own layer: the only one that goes
    on from the state of the last pass, where cont does not reset it.
    """
    from ..recurrent.unroll_options import LstmOptions

    _write_net(LstmOptions, parameters)


@unroll.command(short_help="Write a GRU as Cho et al. (2014) define it.")
@_unroll_options(["sequence", "netspec"])
def gru(**parameters: object) -> None:
    """Write a GRU as Cho et al. (2014) define it.

    r = sigmoid(x W + h U), z likewise, g = tanh(x W + (r * h) U), and
    h = z * h + (1 - z) * g. Of the bias there is one, on the side of x.

    Styles: 'sequence' multiplies x by its weights once for all steps, 'netspec'
    step by step.
    """
    from ..recurrent.unroll_options import GruOptions

    _write_net(GruOptions, parameters)


@unroll.command()
@_unroll_options(["sequence", "netspec", "rnn-layer"])
def rnn(**parameters: object) -> None:
    """Write an RNN that computes what Caffe's own RNN layer computes.

    h = tanh(x W + h U), and the output of each step is o = tanh(h V): the blobs
    H and h_last hold outputs o.

    Styles: 'sequence' multiplies x by its weights once for all steps, 'netspec'
    step by step, 'rnn-layer' is Caffe's own layer: the only one that goes on
    from the state of the last pass, where cont does not reset it.
    """
    from ..recurrent.unroll_options import RnnOptions

    _write_net(RnnOptions, parameters)


def _write_net(make: "Callable[..., UnrollOptions]", parameters: dict[str, object]) -> None:
    from ..recurrent.unroll_options import Training

    training: Callable[..., Training] = Training
    target: Callable[..., Target] = Target
    for what in ("weight", "bias"):
        multipliers, filler = parameters.pop(f"{what}_multipliers"), parameters.pop(f"{what}_filler")
        assert isinstance(multipliers, tuple)
        parameters[what] = training(*multipliers, filler)
    where = target(*(parameters.pop(name) for name in Target._fields))
    try:
        # The names of the other parameters are those of the fields; the test of the defaults compares them.
        _write_text(make(**parameters), where)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _write_text(options: "UnrollOptions", target: Target) -> None:
    from ..recurrent.unroll import unroll as unrolled
    from ..recurrent.unroll import unroll_layers

    if (target.into is None) != (target.at is None):
        raise click.UsageError("--into names a net and --at a mark in it: give both or neither")
    if target.into is not None and target.at is not None:
        from ..recurrent.unroll_place import place

        source = read_source(target.into)
        data = place(source, target.at, unroll_layers(options))
        if target.out is None and data != source.data:
            rewrite(source, data)
    else:
        data = unrolled(options).encode()
        if target.out is None:
            click.echo(data, nl=False)
    if target.out is not None:
        write_new(target.out, data, force=target.force)
    for note in options.notes():
        complain(f"note: {note}")
