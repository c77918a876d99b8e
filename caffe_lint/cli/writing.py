"""Writes files whole or not at all."""

import os
import shutil
from pathlib import Path

import click


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; one that exists keeps its permissions, and a link to it stays.

    Raises:
        click.ClickException: if it cannot be written.
    """
    target = path.resolve()
    if path.exists() and not path.is_file():
        _write_through(path, data)
        return
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(data)
        if target.is_file():
            shutil.copymode(target, unfinished)
        unfinished.replace(target)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise click.ClickException(f"cannot write '{path}': {error.strerror}") from error


def _write_through(path: Path, data: bytes) -> None:
    """Write to what is no regular file, such as a pipe: nothing may take its place."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise click.ClickException(f"cannot write '{path}': {error.strerror}") from error


def write_new(path: Path, data: bytes, *, force: bool) -> None:
    """Write a file that is not there yet.

    Raises:
        click.ClickException: if it is, and not `force`, or it cannot be written.
    """
    if path.exists() and not force:
        raise click.UsageError(f"'{path}' exists; --force overwrites it")
    write(path, data)
