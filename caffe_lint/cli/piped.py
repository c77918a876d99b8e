"""The standard input in the place of a file, and what is made of it on the standard output."""

import sys
from collections.abc import Sequence
from typing import NamedTuple

import click

from ..text import Source
from .files import read_stdin
from .streams import discard_output

_STDIN = "-"
_NAME = "<stdin>"

stdin_option = click.option(
    "--stdin-filename",
    metavar="NAME",
    help="Read the standard input as if it were this file: its settings count, and its name is reported.",
)


class Piped(NamedTuple):
    """The standard input, under the name of a file."""

    name: str

    def read(self) -> Source:
        """Its bytes.

        Raises:
            click.ClickException: if they are too many, or it is closed.
        """
        return read_stdin(self.name)


def piped(paths: Sequence[str], stdin_filename: str | None) -> Piped | None:
    """The standard input, if a call means it: by '-', or by a name for it.

    Raises:
        click.UsageError: if files are named besides.
    """
    if _STDIN not in paths and stdin_filename is None:
        return None
    if any(path != _STDIN for path in paths) or len(paths) > 1:
        raise click.UsageError("the standard input goes with no other path")
    return Piped(stdin_filename or _NAME)


def write_stdout(data: bytes) -> None:
    """Write bytes behind what has been written as text.

    Raises:
        click.ClickException: if they cannot be written.
    """
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        discard_output()
        raise click.ClickException(f"cannot write the output: {error.strerror}") from error
