"""What git leaves out: `.gitignore` files on all levels, and `.git/info/exclude`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from .patterns import spec_of

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec
    from pathspec.pattern import RegexPattern

_NAME = ".gitignore"
_REPOSITORY = ".git"


class GitIgnore:
    """The ignore files that hold in a folder, the nearest first, with what they are relative to."""

    def __init__(self, rules: "tuple[tuple[str, GitIgnoreSpec], ...]" = ()) -> None:
        self._rules = rules

    @classmethod
    def above(cls, folder: str) -> "GitIgnore":
        """What holds for a folder itself: the ignore files above it, from the top of its repository on.

        A folder that is ignored was named on purpose: nothing above counts in it.
        """
        path = Path(folder)
        top = next((each for each in (path, *path.parents) if (each / _REPOSITORY).exists()), path)
        held = cls()
        for each in reversed([each for each in path.parents if each.is_relative_to(top)]):
            held = held.inside(str(each))
            below = path.parts[len(each.parts)]
            if held.ignores(f"{each / below}{os.sep}"):
                return cls()
        return held

    def inside(self, folder: str) -> "GitIgnore":
        """What holds in a folder, which is not ignored itself."""
        rules = self._rules
        repository = Path(folder, _REPOSITORY)
        if repository.exists():
            # Another repository in this one, such as a submodule, knows nothing of it.
            rules = _read(folder, _git_folder(repository) / "info" / "exclude")
        return GitIgnore((*_read(folder, Path(folder, _NAME)), *rules))

    def ignores(self, path: str) -> bool:
        """Whether git leaves out an absolute path; that of a folder ends with a slash."""
        if not self._rules:
            return False
        from pathspec.pattern import RegexPattern  # takes a while

        for folder, spec in self._rules:
            relative = path.removeprefix(folder.rstrip(os.sep) + os.sep).replace(os.sep, "/")
            for pattern in reversed(spec.patterns):
                # pathspec weighs patterns of folders less than git does, where the last one always wins.
                if isinstance(pattern, RegexPattern) and _means(pattern, relative):
                    return bool(pattern.include)
        return False


def _means(pattern: "RegexPattern", path: str) -> bool:
    """Whether a pattern means a path itself, not only a folder above it."""
    if pattern.regex is None:
        return False
    # The only group is the slash behind the folder that is meant, if it is one.
    bare = path.rstrip("/")
    if any(not match.lastindex for match in pattern.regex.finditer(bare)):
        return True
    ends = (match.start(match.lastindex) for match in pattern.regex.finditer(path) if match.lastindex)
    return any(end == len(bare) for end in ends)


def _read(folder: str, file: Path) -> "tuple[tuple[str, GitIgnoreSpec], ...]":
    try:
        text = os.fsdecode(file.read_bytes())
    except OSError:
        # As git does: one that cannot be read, or is none, says nothing.
        return ()
    lines = [line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n")]
    return ((folder, spec_of(lines)),)


def _git_folder(repository: Path) -> Path:
    """The folder that a repository's settings are in: `.git`, or where that leads to."""
    try:
        if repository.is_dir():
            return repository
        own = repository.parent / repository.read_text("utf-8").removeprefix("gitdir:").strip()
        shared = own / "commondir"
        return own / shared.read_text("utf-8").strip() if shared.exists() else own
    except (OSError, UnicodeDecodeError):
        return repository
