"""Options that several commands have."""

from collections.abc import Callable
from typing import TypeVar

import click

from ..net import AUTO
from .completion import complete_dialect

F = TypeVar("F", bound=Callable[..., object])

dialect_option = click.option(
    "--dialect",
    default=AUTO,
    show_default=True,
    metavar="CAFFE",
    shell_complete=complete_dialect,
    help="The Caffe that judges: 'auto' (the one that a file needs), 'bvlc', or a repository.",
)

color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="When to use colour; 'auto' respects NO_COLOR and FORCE_COLOR.",
)


def format_option(*names: str, description: str) -> Callable[[F], F]:
    """The option `--format` of a command that writes in one of these forms, the first one by default."""
    return click.option(
        "--format",
        "format_name",
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help=description,
    )
