"""Replaces the content of a file, all of it or nothing."""

import errno
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path


def replace(path: str, before: bytes, after: bytes) -> None:
    """Give a file another content: a new file beside it takes its place when it is safe on the disk.

    The mode is kept, and the owner where that is allowed. A link stays, and what it points at is replaced.

    Args:
        path: the file.
        before: what it is known to hold.
        after: what it is to hold.

    Raises:
        OSError: if that is not possible, or the file has changed; it is then as it was.
    """
    target = Path(path).resolve(strict=True)
    status = target.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file")
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    if target.read_bytes() != before:
        raise OSError(errno.EBUSY, "it has changed since it was read")
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            _take_over(handle, status)
            os.fsync(handle)
        new.replace(target)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    _settle(target.parent)


def _take_over(handle: int, status: os.stat_result) -> None:
    if hasattr(os, "fchown"):
        with suppress(PermissionError):
            os.fchown(handle, status.st_uid, status.st_gid)
        # After the owner, whose change takes away special bits.
        os.fchmod(handle, stat.S_IMODE(status.st_mode))


def _settle(folder: Path) -> None:
    """Have the new name on the disk too; not every file system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
