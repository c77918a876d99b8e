"""Chooses, for each file, the settings that hold and the checker that they ask for."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..lint.diagnostic import FileReport
from ..lint.settings import Settings
from ..lint.typed import Glob
from ..net import Document
from ..text import Source
from .settings_files import NOTHING, Loaded, SettingsFile, find_settings, load_settings, read_file
from .settings_options import SettingsChoice, command_globs

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

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
        self._specs: dict[tuple[Glob, ...], dict[str, GitIgnoreSpec]] = {}
        self._fixed: Loaded | None = None
        if choice.config or choice.isolated:
            self._fixed = self._overridden(
                load_settings(read_file(Path(choice.config))) if choice.config else NOTHING
            )

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
        return [(glob, rules) for glob, rules in ignores if self._matches((glob,), path)]

    def document(self, source: Source) -> Document:
        """A file, read by the Caffe that settings name."""
        return Document(source, self.settings(source.path).dialect)

    def fails(self, report: FileReport) -> bool:
        """Whether a file's findings make the run fail."""
        return self.settings(report.source.path).fails(report)

    def kept(self, files: Iterable[Path], named: Sequence[str]) -> list[Path]:
        """The files that are not excluded; those that are named are kept, unless settings say otherwise.

        Raises:
            click.UsageError: if nothing is left in the folders that are named.
        """
        files = list(files)
        given = {Path(name) for name in named}
        kept = [path for path in files if not self._is_excluded(path, is_named=path in given)]
        if not kept and files and not all(path in given for path in files):
            raise click.UsageError("all files are excluded")
        return kept

    def prepare(self, files: Iterable[Path]) -> None:
        """Make the checkers of all files, so that what is wrong in settings is said before a file is touched.

        Raises:
            click.UsageError: if the settings of a file cannot be used.
        """
        for path in files:
            self.checker(path)

    def _is_excluded(self, path: Path, *, is_named: bool) -> bool:
        settings = self.settings(path)
        if not settings.exclude or (is_named and not settings.force_exclude):
            return False
        return self._matches(settings.exclude, path)

    def _matches(self, globs: tuple[Glob, ...], path: str | os.PathLike[str]) -> bool:
        if globs not in self._specs:
            self._specs[globs] = _specs(globs)
        absolute = os.path.abspath(path)  # noqa: PTH100
        for folder, spec in self._specs[globs].items():
            relative = os.path.relpath(absolute, folder).replace(os.sep, "/")
            if not relative.startswith("../") and spec.match_file(relative):
                return True
        return False

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
        if choice.exclude:
            settings = settings._replace(exclude=(*settings.exclude, *command_globs(choice.exclude)))
        return loaded._replace(settings=settings)


def _specs(globs: Iterable[Glob]) -> "dict[str, GitIgnoreSpec]":
    from pathspec import GitIgnoreSpec  # few runs need it

    patterns: dict[str, list[str]] = {}
    for folder, pattern in globs:
        patterns.setdefault(folder, []).append(pattern)
    return {folder: GitIgnoreSpec.from_lines(lines) for folder, lines in patterns.items()}
