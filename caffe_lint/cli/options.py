"""Options that several commands have."""

import click

from ..net import AUTO

dialect_option = click.option(
    "--dialect",
    default=AUTO,
    show_default=True,
    metavar="CAFFE",
    help="The Caffe that judges: 'auto' (the one that a file needs), 'bvlc', or a repository.",
)

color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="When to use colour; 'auto' respects NO_COLOR and FORCE_COLOR.",
)
