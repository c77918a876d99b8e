"""Writes files whole or not at all."""

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

import click

from ..text import Source

_NOTHING: Mapping[Path, bytes] = MappingProxyType({})


def rewrite(source: Source, data: bytes) -> None:
    """Give a file that was read another content, as `write_all` does.

    Raises:
        click.ClickException: if it cannot be written, or has changed since it was read; it is then as it was.
    """
    path = Path(source.path)
    write_all({path: data}, {path: source.data})


def write(path: Path, data: bytes) -> None:
    """Write one file, as `write_all` does.

    Raises:
        click.ClickException: if it cannot be written; it is then as it was.
    """
    write_all({path: data})


def write_all(files: Mapping[Path, bytes], read: Mapping[Path, bytes] = _NOTHING) -> None:
    """Write several files whole, or none of them: new files take their places when all are safe on the disk.

    One that exists keeps its mode, and its owner where that is allowed. A link stays, and what it points at
    is replaced.

    Args:
        files: what each is to hold.
        read: what some of them held when they were read.

    Raises:
        click.ClickException: if one cannot be written, or has changed since it was read.
    """
    finished: dict[Path, Path] = {}
    try:
        for path, data in files.items():
            with _refused(path):
                if path.exists() and not path.is_file() and path not in read:
                    # Such as a pipe: nothing may take its place.
                    path.write_bytes(data)
                    continue
                target = path.resolve(strict=path in read)
                finished[path] = target.with_name(f".{target.name[:100]}.{os.urandom(4).hex()}")
                _write_beside(target, finished[path], data)
        for path, data in read.items():
            with _refused(path):
                if path.read_bytes() != data:
                    raise OSError(errno.EBUSY, "it has changed since it was read")
        for path, file in finished.items():
            with _refused(path):
                file.replace(path.resolve())
    finally:
        # Whatever has come between, Ctrl-C too.
        for file in finished.values():
            with suppress(OSError):
                file.unlink(missing_ok=True)
    for folder in {path.resolve().parent for path in finished}:
        _settle(folder)


@contextmanager
def _refused(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"cannot write '{path}': {error.strerror}") from error


def _write_beside(target: Path, new: Path, data: bytes) -> None:
    """Write the file that is to take the place of another, and have it on the disk."""
    status = target.stat() if target.exists() else None
    if status and not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file")
    if status and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    # Nobody may read meanwhile what only its owner may.
    mode = 0o600 if status else 0o666
    with open(new, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
        file.write(data)
        file.flush()
        if status:
            _take_over(file.fileno(), status)
        os.fsync(file.fileno())


def _take_over(handle: int, status: os.stat_result) -> None:
    if hasattr(os, "fchown"):
        with suppress(PermissionError):
            os.fchown(handle, status.st_uid, status.st_gid)
        # After the owner, whose change takes away special bits.
        os.fchmod(handle, stat.S_IMODE(status.st_mode))


def _settle(folder: Path) -> None:
    """Have the new names on the disk too; not every file system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


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
