"""The cache: what was found in files by earlier runs, as long as nothing has changed that it rests on.

Each file has one entry for each set of rules and settings that it was checked by. Runs may use one folder at
the same time: an entry appears whole or not at all, and one that is not whole counts as none.
"""

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

import click

from ..lint import FileReport, Settings
from ..lint.fingerprint import digest, fingerprint
from ..lint.record import Record, dump, load
from ..lint.rule import Rule
from .cache_folder import TRIES, cache_folder, is_usable, prepare, write_whole
from .chooser import Chooser
from .errors import complain
from .files import read_source

_LASTS_SECONDS = 30 * 24 * 3600
"""How long entries are kept whose rules and settings no run asks for any more."""


class Cache:
    """The cache of one run."""

    def __init__(self, chooser: Chooser) -> None:
        self._chooser = chooser
        self._fingerprints: dict[tuple[Settings, tuple[Rule, ...]], str] = {}
        self._sets: set[Path] = set()
        self._given_up: set[Path] = set()

    def find(self, path: Path) -> FileReport | None:
        """What was found in a file, if it is as it was then and was checked in the same way."""
        try:
            data = self._entry(path).read_bytes()
            source = read_source(path)
        except (OSError, click.ClickException):
            return None
        record = load(data, source)
        if record is None or any(_digest(file) != then for file, then in record.others.items()):
            return None
        return record.report

    def keep(self, path: Path, report: FileReport, other_files: tuple[str, ...] = ()) -> None:
        """Remember what was found in a file; where that cannot be written, one warning says so."""
        folder = cache_folder(self._chooser, path)
        if folder in self._given_up:
            return
        try:
            others = {file: _digest(file) for file in other_files}
            self._write(folder, self._entry(path), dump(Record(report, others)))
        except OSError as error:
            self._given_up.add(folder)
            complain(f"warning: nothing is cached in '{folder}': {error.strerror or error}")

    def _write(self, folder: Path, entry: Path, data: bytes) -> None:
        if entry.parent not in self._sets:
            if not is_usable(folder):
                raise FileExistsError("it is there, and it is no cache of caffe-lint")
            if folder.is_dir() and not entry.parent.is_dir():
                _remove_outdated(folder)
            self._sets.add(entry.parent)
        for _ in range(TRIES):
            with suppress(FileNotFoundError):  # it is new, or somebody has cleaned up in the meantime
                write_whole(entry, data)
                return
            with suppress(FileNotFoundError, FileExistsError):
                prepare(folder)
                entry.parent.mkdir(exist_ok=True)
        write_whole(entry, data)

    def _entry(self, path: Path) -> Path:
        """The file that remembers what was found in another one."""
        folder = cache_folder(self._chooser, path)
        # A project may be moved, or checked out elsewhere, together with its cache.
        name = os.path.relpath(path.absolute(), folder.parent.absolute())
        return folder / self._fingerprint(path) / digest(os.fsencode(name))

    def _fingerprint(self, path: Path) -> str:
        checker, settings = self._chooser.checker(path), self._chooser.settings(path)
        key = (settings, checker.rules)
        if key not in self._fingerprints:
            self._fingerprints[key] = fingerprint(checker, settings.dialect, settings.target)
            with suppress(OSError):  # it is not there yet, or is somebody else's
                os.utime(cache_folder(self._chooser, path) / self._fingerprints[key])
        return self._fingerprints[key]


def _digest(path: str) -> str:
    """What stands for the content of a file; nothing for one that cannot be read."""
    try:
        return digest(Path(path).read_bytes())
    except OSError:
        return ""


def _remove_outdated(folder: Path) -> None:
    oldest = time.time() - _LASTS_SECONDS
    with suppress(FileNotFoundError):  # somebody cleans up
        for each in folder.iterdir():
            if each.is_dir() and each.stat().st_mtime < oldest:
                shutil.rmtree(each, ignore_errors=True)
