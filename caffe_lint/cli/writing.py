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
    try:
        if path.exists() and not path.is_file():
            # Nothing may take the place of a pipe.
            path.write_bytes(data)
        else:
            _write_whole(path.resolve(), data)
    except OSError as error:
        raise click.ClickException(f"cannot write '{path}': {error.strerror}") from error


def _write_whole(target: Path, data: bytes) -> None:
    unfinished = target.with_name(f".{target.name[:100]}.{os.getpid()}")
    try:
        unfinished.write_bytes(data)
        if target.is_file():
            shutil.copymode(target, unfinished)
        unfinished.replace(target)
    finally:
        # Whatever has come between, Ctrl-C too.
        unfinished.unlink(missing_ok=True)


def write_new(path: Path, data: bytes, *, force: bool) -> None:
    """Write a file that is not there yet.

    Raises:
        click.ClickException: if it is, and not `force`, or it cannot be written.
    """
    if path.exists() and not force:
        raise click.UsageError(f"'{path}' exists; --force overwrites it")
    write(path, data)
