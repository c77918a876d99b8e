"""Where the cache is, and how its folder is known from other folders, which are left alone."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from .chooser import Chooser

NAME = ".caffe_lint_cache"

UNFINISHED = ".unfinished-"
"""How the names of files begin that are still being written."""

TRIES = 5
"""How often what another run has come in the way of is tried again."""

_TAG = "CACHEDIR.TAG"
_FILES = {
    _TAG: b"Signature: 8a477f597d28d172789f06886806bc55\n"
    b"# This folder is a cache of caffe-lint: 'caffe-lint clean' removes it.\n"
    b"# Backup programs leave it out: https://bford.info/cachedir/\n",
    ".gitignore": b"# caffe-lint made this by itself\n*\n",
}
"""What is in each cache folder; the tag comes first."""


def cache_folder(chooser: Chooser, path: str | os.PathLike[str]) -> Path:
    """The folder of the cache for a file: the one that settings name, or one beside the settings file."""
    named = chooser.settings(path).cache_dir
    return named if named is not None else chooser.project(path) / NAME


def is_cache(folder: Path) -> bool:
    """Whether caffe-lint has made a folder as a cache."""
    try:
        return (folder / _TAG).read_bytes() == _FILES[_TAG]
    except OSError:
        return False


def is_usable(folder: Path) -> bool:
    """Whether a folder is a cache, or may become one because it is empty or not there."""
    if is_cache(folder):
        return True
    try:
        names = os.listdir(folder)  # noqa: PTH208
    except FileNotFoundError:
        return True
    # Another run may be about to make it, or to remove it.
    return all(name.startswith(UNFINISHED) for name in names) or is_cache(folder) or not folder.exists()


def prepare(folder: Path) -> None:
    """Make a cache folder, or what is missing in it.

    Raises:
        OSError: if that is not possible.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _FILES.items():
        if not (folder / name).is_file():
            write_whole(folder / name, content)


def remove(folder: Path) -> None:
    """Remove a cache folder; runs that use it find none at all, and not one without its tag.

    Raises:
        OSError: if that is not possible.
    """
    with suppress(OSError):  # a place that is mounted cannot be renamed
        folder = folder.rename(folder.with_name(f"{NAME}-{os.urandom(8).hex()}"))
    for _ in range(TRIES):
        with suppress(OSError):  # a run was about to write into it
            shutil.rmtree(folder)
            return
    shutil.rmtree(folder)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever sees half of it.

    Raises:
        OSError: if that is not possible.
    """
    handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(name, path)  # noqa: PTH105  run for each file
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
