"""Writes files whole or not at all."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import click


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; one that exists keeps its permissions, and a link to it stays.

    Raises:
        click.ClickException: if it cannot be written.
    """
    write_all({path: data})


def write_all(files: Mapping[Path, bytes]) -> None:
    """Write several files, as `write` does, or none of them.

    Raises:
        click.ClickException: if one cannot be written.
    """
    finished: dict[Path, Path] = {}
    try:
        for path, data in files.items():
            with _refused(path):
                if path.exists() and not path.is_file():
                    # Such as a pipe: nothing may take its place.
                    path.write_bytes(data)
                    continue
                target = path.resolve()
                finished[path] = target.with_name(f".{target.name[:100]}.{os.getpid()}")
                finished[path].write_bytes(data)
                if target.is_file():
                    shutil.copymode(target, finished[path])
        for path, file in finished.items():
            with _refused(path):
                file.replace(path.resolve())
    finally:
        # Whatever has come between, Ctrl-C too.
        for file in finished.values():
            with suppress(OSError):
                file.unlink(missing_ok=True)


@contextmanager
def _refused(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"cannot write '{path}': {error.strerror}") from error


def write_new(path: Path, data: bytes, *, force: bool) -> None:
    """Write a file that is not there yet.

    Raises:
        click.ClickException: if it is, and not `force`, or it cannot be written.
    """
    check_new(path, force=force)
    write(path, data)


def check_new(path: Path, *, force: bool) -> None:
    """That a file is not there yet, or may be overwritten.

    Raises:
        click.ClickException: if it is, and not `force`.
    """
    if path.exists() and not force:
        raise click.UsageError(f"'{path}' exists; --force overwrites it")
