"""Which settings hold for a file: those of the nearest settings file, and of what that one extends."""

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import click

from ..lint.settings import Settings
from ..lint.settings_table import ADDING, SettingsError, line_of, read_settings

OWN_NAME = "caffe-lint.toml"
SHARED_NAME = "pyproject.toml"
_SECTION = ("tool", "caffe-lint")
_TRIGGER = b"caffe-lint"


class SettingsFile(NamedTuple):
    """A file that holds settings, and its content."""

    path: Path
    data: bytes

    @property
    def section(self) -> tuple[str, ...]:
        """What leads to the settings in it."""
        return _SECTION if self.path.name == SHARED_NAME else ()

    def where(self, keys: tuple[str, ...] = (), value: object = None) -> str:
        """The file, and the line of a key or value in it where that can be found."""
        text = self.data.decode("utf-8", "replace")
        line = line_of(text, self.section, keys, value) if keys else None
        name = _shown(self.path)
        return f"{name}:{line}" if line else name


class Loaded(NamedTuple):
    """Settings, and the files that they come from, by field; what no file gives has its default."""

    settings: Settings
    origins: Mapping[str, SettingsFile]
    file: SettingsFile | None = None
    """The file that was found, whatever that one extends."""

    def where(self, keys: tuple[str, ...], value: object = None) -> str:
        """Where a setting is given: file and line; empty for none."""
        name = keys[0].replace("-", "_")
        origin = self.origins.get(name)
        return origin.where(keys, value) if origin else ""


NOTHING = Loaded(Settings(), {})
"""The settings where no file is found."""


def find_settings(folder: str) -> SettingsFile | None:
    """The settings file of a folder: its own, or that of the nearest folder above.

    Raises:
        click.UsageError: if there is one that cannot be read.
    """
    while True:
        for name in (OWN_NAME, SHARED_NAME):
            path = f"{folder}/{name}"
            if os.path.isfile(path):  # noqa: PTH113  a Path for each folder above each file would be felt
                file = read_file(Path(path))
                # A pyproject.toml without a section of ours is none of our settings.
                if name == OWN_NAME or (_TRIGGER in file.data and _parsed(file) is not None):
                    return file
        above = os.path.dirname(folder)  # noqa: PTH120
        if above == folder:
            return None
        folder = above


def read_file(path: Path, named_at: str = "") -> SettingsFile:
    """The content of a settings file.

    Args:
        path: the file.
        named_at: the place in another file that names it; empty if none does.

    Raises:
        click.UsageError: if it cannot be read.
    """
    try:
        return SettingsFile(path, path.read_bytes())
    except OSError as error:
        place = f"{named_at}: " if named_at else ""
        raise click.UsageError(f"{place}cannot read settings '{_shown(path)}': {error.strerror}") from error


def load_settings(file: SettingsFile) -> Loaded:
    """The settings that a file and those that it extends give.

    Raises:
        click.UsageError: if one cannot be read, or holds what settings cannot have; it names file and line.
    """
    values: dict[str, Any] = {}
    origins: dict[str, SettingsFile] = {}
    for each in _chain(file):
        given = _read(each)
        for name in ADDING:
            # The nearest file comes first here; in the settings those that it extends do.
            if name in given and name in values:
                given[name] = (*given[name], *values.pop(name))
        values = {**given, **values}
        origins = {**dict.fromkeys(given, each), **origins}
    return Loaded(Settings(**values), origins, file)


def _chain(file: SettingsFile) -> Iterator[SettingsFile]:
    """A file, the one that it extends, and so on."""
    seen: list[Path] = []
    current = file
    while True:
        seen.append(current.path.resolve())
        yield current
        parent = _read(current).get("extend")
        if parent is None:
            return
        where = current.where(("extend",))
        if parent.resolve() in seen:
            raise click.UsageError(f"{where}: 'extend' leads back to '{_shown(parent)}'")
        current = read_file(parent, where)


def _read(file: SettingsFile) -> dict[str, Any]:
    table = _parsed(file)
    try:
        return read_settings(table or {}, str(file.path.parent.absolute()))
    except SettingsError as error:
        raise click.UsageError(f"{file.where(error.keys, error.value)}: {error}") from error


@cache
def _parsed(file: SettingsFile) -> dict[str, Any] | None:
    """The table of settings in a file; None if it has none."""
    import tomllib  # few runs need it

    try:
        table: object = tomllib.loads(file.data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{_shown(file.path)}: not TOML: {error}") from error
    for key in file.section:
        table = table.get(key) if isinstance(table, dict) else None
    if table is not None and not isinstance(table, dict):
        raise click.UsageError(f"{_shown(file.path)}: '{'.'.join(file.section)}' is no table")
    return table


def _shown(path: Path) -> str:
    """A path as short as it is clear: from the current folder, if it lies there."""
    try:
        return str(straight(path).absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(straight(path))


def straight(path: Path) -> Path:
    """The same path without `..`, for people; what is opened is the path as it was given."""
    return path.resolve() if ".." in path.parts else path
