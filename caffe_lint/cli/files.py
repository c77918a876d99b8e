"""The bytes of files, and of the standard input."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

import click

from ..text import Source

MAX_BYTES = 32 * 2**20
"""Larger files are not read: an unrolled LSTM of 1,000 steps takes 2.5 MiB."""


def read_source(path: Path) -> Source:
    """The bytes of a file.

    Raises:
        click.ClickException: if it cannot be read or is larger than `MAX_BYTES`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        hint = near_path(path) if isinstance(error, FileNotFoundError) else ""
        raise click.ClickException(f"cannot read '{path}': {error.strerror}{hint}") from error
    return _source(str(path), data)


def near_path(path: Path) -> str:
    """What was probably meant by a path that does not exist, for the end of a message; may be nothing."""
    with suppress(OSError):
        near = get_close_matches(path.name, [entry.name for entry in path.parent.iterdir()], 1, 0.8)
        return f", did you mean '{path.with_name(near[0])}'?" if near else ""
    return ""


def _source(name: str, data: bytes) -> Source:
    if len(data) > MAX_BYTES:
        raise click.ClickException(f"'{name}' is larger than the limit of {MAX_BYTES // 2**20} MiB")
    return Source(name, data)


def read_sources(paths: Iterable[Path]) -> Iterator[Source | click.ClickException]:
    """The sources of some files; for one that cannot be read, the reason."""
    for path in paths:
        try:
            yield read_source(path)
        except click.ClickException as error:
            yield error


def read_stdin(name: str) -> Source:
    """What stands in the standard input, under the name of a file.

    Raises:
        click.ClickException: if it is closed or larger than `MAX_BYTES`.
    """
    if sys.stdin is None:
        raise click.ClickException("cannot read the standard input: it is closed")
    return _source(name, sys.stdin.buffer.read(MAX_BYTES + 1))
