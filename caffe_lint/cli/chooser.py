"""Chooses, for each file, the settings that hold and the checker that they ask for."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ..lint.diagnostic import FileReport
from ..lint.settings import Settings
from ..lint.typed import Glob
from ..net import Document
from ..text import Source
from .patterns import patterns_of
from .settings_files import NOTHING, Loaded, SettingsFile, find_settings, load_settings, read_file
from .settings_options import SettingsChoice, command_globs

if TYPE_CHECKING:
    from ..lint.checker import Checker
    from ..lint.rule import Rule


class Chooser:
    """The settings of all files of a run; each settings file is read once."""

    def __init__(self, choice: SettingsChoice) -> None:
        """Keep what the command line says.

        Raises:
            click.UsageError: if it names a settings file that cannot be read.
        """
        self._choice = choice
        self._by_folder: dict[str, Loaded] = {}
        self._by_path: dict[Path, Loaded] = {}
        self._checkers: dict[Settings, Checker] = {}
        self._fixed: Loaded | None = None
        if choice.config or choice.isolated:
            self._fixed = self._overridden(
                load_settings(read_file(Path(choice.config))) if choice.config else NOTHING
            )

    def __reduce__(self) -> "tuple[type[Chooser], tuple[SettingsChoice]]":
        # Another process makes its own: what plugins have brought along cannot travel.
        return Chooser, (self._choice,)

    def loaded(self, path: str | os.PathLike[str]) -> Loaded:
        """The settings that hold for a file, which need not exist.

        Raises:
            click.UsageError: if a settings file cannot be read or is wrong.
        """
        if self._fixed is not None:
            return self._fixed
        folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120  run for each file
        if folder not in self._by_folder:
            file = find_settings(folder)
            self._by_folder[folder] = self._load(file) if file else self._load_none()
        return self._by_folder[folder]

    def settings(self, path: str | os.PathLike[str]) -> Settings:
        """The settings that hold for a file.

        Raises:
            click.UsageError: if a settings file cannot be read or is wrong.
        """
        return self.loaded(path).settings

    def project(self, path: str | os.PathLike[str]) -> Path:
        """The folder of the settings file that was found for a file; the current one where there is none.

        Raises:
            click.UsageError: if a settings file cannot be read or is wrong.
        """
        file = self.loaded(path).file
        return file.path.parent if file and self._fixed is None else Path()

    @property
    def has_cache_dir(self) -> bool:
        """Whether the settings of a file that was looked at name the folder of the cache."""
        loaded = [self._fixed] if self._fixed else self._by_path.values()
        return any(each.settings.cache_dir is not None for each in loaded)

    def checker(self, path: str | os.PathLike[str]) -> "Checker":
        """What checks a file.

        Raises:
            click.UsageError: if settings name rules or plugins that do not exist or cannot be used.
        """
        loaded = self.loaded(path)
        settings = loaded.settings
        if settings not in self._checkers:
            from .checkers import checker_for  # imports all rules, which wrong calls do not need

            self._checkers[settings] = checker_for(loaded, self._choice)
        checker = self._checkers[settings]
        if not settings.per_file_ignores:
            return checker
        from ..lint.registry import codes_of

        selectors = [selector for _, rules in self.file_ignores(path) for selector in rules]
        return checker.without(frozenset(codes_of(checker.known, selectors))) if selectors else checker

    def plugin_rules(self) -> "tuple[Rule, ...]":
        """The rules of the plugins of all files so far, by code."""
        found = {
            rule.code: rule
            for settings, checker in self._checkers.items()
            if settings.plugins
            for rule in checker.known
        }
        return tuple(found[code] for code in sorted(found))

    def file_ignores(self, path: str | os.PathLike[str]) -> list[tuple[Glob, tuple[str, ...]]]:
        """What `per-file-ignores` says about a file."""
        ignores = self.settings(path).per_file_ignores
        return [(glob, rules) for glob, rules in ignores if self.matches((glob,), path)]

    def document(self, source: Source) -> Document:
        """A file, read by the Caffe that settings name."""
        settings = self.settings(source.path)
        return Document(source, settings.dialect, settings.target)

    def fails(self, report: FileReport) -> bool:
        """Whether a file's findings make the run fail."""
        return self.settings(report.source.path).fails(report)

    def forces_out(self, path: str | os.PathLike[str]) -> bool:
        """Whether a file is left out although it is named."""
        settings = self.settings(path)
        return settings.force_exclude and self.matches(settings.excluded, path)

    def matches(self, globs: tuple[Glob, ...], path: str | os.PathLike[str], base: str = "") -> bool:
        """Whether a pattern means a path; that of a folder ends with a slash.

        Patterns without a folder of their own are relative to `base`, by default the current one.
        """
        slash = os.sep if str(path).endswith(os.sep) else ""
        absolute = os.path.abspath(path) + slash  # noqa: PTH100  run for each file
        return patterns_of(globs).match(absolute, base or os.getcwd())  # noqa: PTH109

    def prepare(self, files: Iterable[Path]) -> None:
        """Make the checkers of all files, so that what is wrong in settings is said before a file is touched.

        Raises:
            click.UsageError: if the settings of a file cannot be used.
        """
        for path in files:
            self.checker(path)

    def _load(self, file: SettingsFile) -> Loaded:
        if file.path not in self._by_path:
            self._by_path[file.path] = self._overridden(load_settings(file))
        return self._by_path[file.path]

    def _load_none(self) -> Loaded:
        return self._by_path.setdefault(Path(), self._overridden(NOTHING))

    def _overridden(self, loaded: Loaded) -> Loaded:
        """The settings of a file with what the command line gives in its place."""
        choice, settings = self._choice, loaded.settings
        settings = settings._replace(**choice.overrides, command=choice.selection)
        if choice.extend_exclude:
            added = (*settings.extend_exclude, *command_globs(choice.extend_exclude))
            settings = settings._replace(extend_exclude=added)
        return loaded._replace(settings=settings)
