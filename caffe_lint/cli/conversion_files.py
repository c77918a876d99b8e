"""The files of a conversion, a net and perhaps its weights: options, reading and writing.

The net is written last: where the weights cannot be written, the old net still stands beside the old weights.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from ..text import Source
from .writing import check_new, write_all

if TYPE_CHECKING:
    from ..net.weights import Weights

P = ParamSpec("P")
R = TypeVar("R")


_PATH = click.Path(path_type=Path)
_OPTIONS = (
    click.option("--weights", type=_PATH, metavar="FILE", help="The .caffemodel of the net."),
    click.option("--weights-out", type=_PATH, metavar="FILE", help="Write the converted weights."),
    click.option("-o", "--out", type=_PATH, metavar="FILE", help="Write into a new file."),
    click.option("--force", is_flag=True, help="Let --out and --weights-out overwrite files."),
    click.option("--in-place", is_flag=True, help="Change the net itself."),
)


def file_options(command: Callable[P, R]) -> Callable[P, R]:
    """Add the options that say what is read and written beside the net."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_weights_file(
    net: Path, weights: Path | None, weights_out: Path | None, out: Path | None, *, in_place: bool
) -> "Weights | None":
    """The weights that shall be converted; None if there are none.

    Raises:
        click.ClickException: if the options do not fit together, or the file cannot be read.
    """
    if in_place and out is not None:
        raise click.UsageError("give either --out or --in-place")
    if (weights is None) != (weights_out is None):
        raise click.UsageError("give both --weights and --weights-out, or neither")
    if weights is None:
        return None
    nets, models = (
        {path.resolve() for path in pair if path} for pair in ((net, out), (weights, weights_out))
    )
    for path in nets & models:
        raise click.UsageError(f"a net and its weights cannot be one file: '{path}'")
    from ..net.weights import read_weights

    try:
        return read_weights(weights.read_bytes())
    except OSError as error:
        raise click.ClickException(f"cannot read '{weights}': {error.strerror}") from error
    except ValueError as error:
        raise click.ClickException(f"'{weights}': {error}") from error


def write_both(
    source: Source,
    data: bytes,
    out: Path | None,
    weights: "Weights | None",
    weights_out: Path | None,
    *,
    force: bool,
    in_place: bool,
) -> None:
    """Write a converted net and its weights.

    Args:
        source: the net as it was read.
        data: the converted net.
        out: the file for it, where it is not `in_place`; the standard output if there is none.
        weights: the converted weights.
        weights_out: the file for them.
        force: whether a file that is there already may be overwritten.
        in_place: whether the net takes the place of the one that was read.

    Raises:
        click.ClickException: if both are to go into one file, one is there already or cannot be written, or
            the net has changed since it was read.
    """
    target = Path(source.path) if in_place else out
    if target is not None:
        check_new(target, force=force or in_place)
    files = {}
    if weights is not None and weights_out is not None:
        if target is not None and target.resolve() == weights_out.resolve():
            raise click.UsageError(f"the net and its weights would go into one file: '{target}'")
        from ..net.weights import write_weights

        check_new(weights_out, force=force)
        try:
            files[weights_out] = write_weights(weights)
        except ValueError as error:
            raise click.ClickException(str(error)) from error
    if target is None:
        write_all(files)
        click.echo(data, nl=False)
    else:
        write_all({**files, target: data}, {target: source.data} if in_place else {})
