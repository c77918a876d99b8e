"""Which files a call means, and their bytes."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from ..text import Source

MAX_BYTES = 32 * 2**20
"""Larger files are not read: an unrolled LSTM of 1,000 steps takes 2.5 MiB."""


def find_files(paths: Iterable[str]) -> list[Path]:
    """The files that are named, and all `*.prototxt` in the folders that are named, in stable order.

    Raises:
        click.UsageError: if a path does not exist or a folder holds no prototxt.
    """
    found: dict[Path, None] = {}
    for name in paths:
        try:
            found.update(dict.fromkeys(_files_of(name)))
        except OSError as error:
            raise click.UsageError(f"cannot read '{name}': {error.strerror}") from error
    return list(found)


def _files_of(name: str) -> list[Path]:
    path = Path(name)
    if path.is_dir():
        inside = sorted(file for file in path.rglob("*.prototxt") if file.is_file())
        if not inside:
            raise click.UsageError(f"no *.prototxt file in folder '{name}'")
        return inside
    if not path.exists():
        raise click.UsageError(f"no such file or folder: '{name}'")
    return [path]


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
    if len(data) > MAX_BYTES:
        raise click.ClickException(f"'{path}' is larger than the limit of {MAX_BYTES // 2**20} MiB")
    return Source(str(path), data)


def read_sources(paths: Iterable[Path]) -> Iterator[Source | click.ClickException]:
    """The sources of some files; for one that cannot be read, the reason."""
    for path in paths:
        try:
            yield read_source(path)
        except click.ClickException as error:
            yield error
