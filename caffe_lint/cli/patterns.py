"""Patterns of file names as in `.gitignore`: those of settings, and those of git."""

import os
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from ..lint.typed import Glob

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_SPECIAL = frozenset("*?[]!\\/# ")


class Patterns:
    """Some patterns, each relative to its folder; one without holds wherever files are looked for."""

    def __init__(self, globs: Iterable[Glob]) -> None:
        self._names: set[str] = set()
        self._endings: tuple[str, ...] = ()
        by_folder: dict[str, list[str]] = {}
        for folder, pattern in globs:
            # The defaults need no pathspec, which takes 40 ms to import.
            if not folder and _SPECIAL.isdisjoint(pattern):
                self._names.add(pattern)
            elif not folder and pattern[:1] == "*" and _SPECIAL.isdisjoint(pattern[1:]):
                self._endings += (pattern[1:],)
            else:
                by_folder.setdefault(folder and os.path.normpath(folder), []).append(pattern)
        self._specs = {folder: spec_of(lines) for folder, lines in by_folder.items()}

    def match(self, path: str, base: str) -> bool:
        """Whether a pattern means a path, or a folder above it.

        Args:
            path: an absolute path, with a slash behind that of a folder.
            base: the absolute path of the folder that patterns without a folder are relative to.
        """
        for folder, spec in self._specs.items():
            inside = _inside(path, folder or base)
            if inside and spec.match_file(inside):
                return True
        return bool(self._names or self._endings) and self._is_named(_inside(path, base))

    def _is_named(self, inside: str) -> bool:
        parts = inside.split("/")
        return not self._names.isdisjoint(parts) or any(part.endswith(self._endings) for part in parts)


def _inside(path: str, folder: str) -> str:
    """A path from a folder on, with slashes; empty for one that does not lie in it."""
    above = folder.rstrip(os.sep) + os.sep
    return path.removeprefix(above).replace(os.sep, "/") if path.startswith(above) else ""


@cache
def patterns_of(globs: tuple[Glob, ...]) -> Patterns:
    """Some patterns, made once."""
    return Patterns(globs)


def spec_of(lines: Iterable[str]) -> "GitIgnoreSpec":
    """What lines of a `.gitignore` mean; as for git, those that are no pattern mean nothing."""
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines := list(lines))
    except ValueError:
        return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
