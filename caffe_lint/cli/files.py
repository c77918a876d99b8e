"""The bytes of files, and of the standard input."""

import sys
from collections.abc import Iterable, Iterator
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
        raise click.ClickException(f"cannot read '{path}': {error.strerror}") from error
    return _source(str(path), data)


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
        click.ClickException: if it is larger than `MAX_BYTES`.
    """
    return _source(name, sys.stdin.buffer.read(MAX_BYTES + 1))
