"""Which files a call means: those that are named, and those that folders hold."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import click

from ..lint.settings import Settings
from ..net import Document
from ..text import Source
from .chooser import Chooser
from .files import near_path
from .gitignore import GitIgnore

_SHARED_ENDING = ".pbtxt"
"""The ending of all kinds of text-format files, of which Caffe's count."""
_HEAD = 2**16
"""How much of a file shows whether it is Caffe's."""

_EXCLUDED = "by 'exclude'"
_IGNORED = "by .gitignore"
_FOREIGN = "because not Caffe's"


def find_files(paths: Iterable[str], chooser: Chooser) -> list[Path]:
    """The files that are named, and those in the folders that are named, in stable order.

    What is named is not left out, unless settings say so by `force-exclude`.

    Raises:
        click.UsageError: if a path does not exist, or a folder holds nothing that is looked for.
    """
    found: dict[Path, None] = {}
    for name in paths:
        try:
            found.update(dict.fromkeys(_files_of(name, chooser)))
        except OSError as error:
            shown = error.filename or name
            raise click.UsageError(f"cannot read '{shown}': {error.strerror}") from error
    return list(found)


def _files_of(name: str, chooser: Chooser) -> list[Path]:
    path = Path(name)
    is_folder = path.is_dir()
    if not is_folder and not path.exists():
        raise click.UsageError(f"no such file or folder: '{name}'{near_path(path)}")
    if chooser.forces_out(f"{path}{os.sep}" if is_folder else path):
        return []
    return _Search(path, chooser).files() if is_folder else [path]


class _Search:
    """Looks for files in a folder and all folders in it; links to folders are not followed."""

    def __init__(self, folder: Path, chooser: Chooser) -> None:
        self._folder = folder
        self._chooser = chooser
        self._base = os.path.abspath(folder)  # noqa: PTH100  a link stays one
        self._left_out: Counter[str] = Counter()

    def files(self) -> list[Path]:
        """The files that are found, in order.

        Raises:
            OSError: if a folder cannot be read.
            click.UsageError: if there is none.
        """
        if found := sorted(self._walk()):
            return found
        settings = self._settings(self._base)
        wanted = ", ".join(dict.fromkeys(glob.pattern for glob in settings.included))
        why = ", ".join(f"{number} {reason}" for reason, number in self._left_out.items())
        message = f"no file to work on in folder '{self._folder}': looked for {wanted}"
        raise click.UsageError(message + (f"; left out: {why}" if why else ""))

    def _settings(self, folder: str) -> Settings:
        return self._chooser.settings(os.path.join(folder, "any"))  # noqa: PTH118

    def _walk(self) -> Iterator[Path]:
        is_respected = self._settings(self._base).respect_gitignore
        ignore = GitIgnore.above(self._base) if is_respected else GitIgnore()
        waiting = [(self._base, ignore)]
        while waiting:
            folder, ignore = waiting.pop()
            settings = self._settings(folder)
            if settings.respect_gitignore:
                ignore = ignore.inside(folder)
            # A folder may have been removed in the meantime: a cache, say.
            with suppress(FileNotFoundError), os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if not self._is_left_out(f"{entry.path}{os.sep}", settings, ignore):
                            waiting.append((entry.path, ignore))
                    elif self._is_wanted(entry, settings, ignore):
                        yield self._folder / os.path.relpath(entry.path, self._base)

    def _is_wanted(self, entry: os.DirEntry[str], settings: Settings, ignore: GitIgnore) -> bool:
        if not self._chooser.matches(settings.included, entry.path, self._base) or not entry.is_file():
            return False
        if self._is_left_out(entry.path, settings, ignore):
            return False
        is_foreign = entry.name.endswith(_SHARED_ENDING) and not _is_of_caffe(entry.path)
        if is_foreign:
            self._left_out[_FOREIGN] += 1
        return not is_foreign

    def _is_left_out(self, path: str, settings: Settings, ignore: GitIgnore) -> bool:
        if self._chooser.matches(settings.excluded, path, self._base):
            reason = _EXCLUDED
        elif settings.respect_gitignore and ignore.ignores(path):
            reason = _IGNORED
        else:
            return False
        self._left_out[reason] += 1
        return True


def _is_of_caffe(path: str) -> bool:
    """Whether a file begins as Caffe's do; what cannot be read shows when it is."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            head = file.read(_HEAD)
    except OSError:
        return True
    return Document(Source(path, head)).root_type is not None
