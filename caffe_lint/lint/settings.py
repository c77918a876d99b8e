"""What a run is asked to do, made once."""

from pathlib import Path
from typing import Annotated, NamedTuple

from ..net import AUTO, NetState
from ..net.state import Phase
from .diagnostic import FileReport, Severity
from .typed import Glob, Plugin

_TOOL_FOLDERS = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pyenv",
    ".pytest_cache",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pypackages__",
    "_build",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)
"""Folders of tools, and of what they make or fetch."""

_LOOKED_FOR = tuple(Glob("", pattern) for pattern in ("*.prototxt", "*.pbtxt"))
_LEFT_OUT = tuple(Glob("", name) for name in _TOOL_FOLDERS)


class Selection(NamedTuple):
    """Which rules are on, as one place says it; in this order."""

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_ignore: tuple[str, ...] = ()


class Settings(NamedTuple):
    """The settings of one run for the files of a folder; what is annotated is a key of settings files."""

    extend: Annotated[Path | None, "Another settings file, whose values hold where this one gives none."] = (
        None
    )
    select: Annotated[
        tuple[str, ...], "The rules that are on: codes, prefixes of codes or names. None given means all."
    ] = ()
    ignore: Annotated[tuple[str, ...], "Rules that are off; wins over `select`."] = ()
    extend_select: Annotated[
        tuple[str, ...], "Rules that are on besides those of `select`; adds to that of an extended file."
    ] = ()
    extend_ignore: Annotated[
        tuple[str, ...], "Rules that are off besides those of `ignore`; adds to that of an extended file."
    ] = ()
    per_file_ignores: Annotated[
        tuple[tuple[Glob, tuple[str, ...]], ...],
        "Rules that are off in the files that a pattern means, written as in `.gitignore`.",
    ] = ()
    severity: Annotated[
        tuple[tuple[str, Severity], ...], "Another severity for the findings of some rules; later lines win."
    ] = ()
    rules: Annotated[
        tuple[tuple[str, tuple[tuple[str, object], ...]], ...],
        "Options of rules, in a table for each rule, by name or code.",
    ] = ()
    fixable: Annotated[tuple[str, ...], "The rules whose fixes are offered and applied. None means all."] = ()
    unfixable: Annotated[
        tuple[str, ...], "Rules whose fixes are neither offered nor applied; wins over `fixable`."
    ] = ()
    dialect: Annotated[
        str, "The Caffe that judges: `auto` (the one that a file needs), `bvlc`, or a repository."
    ] = AUTO
    target: Annotated[
        tuple[str, ...],
        "The Caffes that every file shall load in, whoever judges it; `beyond-target` finds what they lack.",
    ] = ()
    phase: Annotated[Phase | None, "Check the nets of this phase only."] = None
    level: Annotated[int | None, "Check the nets at this level only."] = None
    stages: Annotated[tuple[str, ...], "Check the nets in these stages, all of them together, only."] = ()
    fail_on: Annotated[Severity | None, "The least severity that gives exit code 1."] = Severity.WARNING
    include: Annotated[
        tuple[Glob, ...], "The files that are looked for in folders; of `*.pbtxt` those that are Caffe's."
    ] = _LOOKED_FOR
    extend_include: Annotated[
        tuple[Glob, ...],
        "Files that are looked for besides those of `include`; adds to that of an extended file.",
    ] = ()
    exclude: Annotated[
        tuple[Glob, ...], "Files and folders that are left out, written as in `.gitignore`."
    ] = _LEFT_OUT
    extend_exclude: Annotated[
        tuple[Glob, ...], "What is left out besides `exclude`; adds to that of an extended file."
    ] = ()
    respect_gitignore: Annotated[bool, "Leave out of folders what git ignores."] = True
    force_exclude: Annotated[bool, "Leave out excluded files even if they are named on the command line."] = (
        False
    )
    baseline: Annotated[Path | None, "A file with old findings, which are not reported."] = None
    plugins: Annotated[
        tuple[Plugin, ...],
        "Modules with rules: paths, module names, names of entry points in the group `caffe_lint.rules`, "
        "or `*` for all of these.",
    ] = ()
    cache_dir: Annotated[
        Path | None, "The folder of the cache; by default `.caffe_lint_cache` beside the settings file."
    ] = None
    command: Selection = Selection()
    """What the command line says about rules; it comes on top of what the files say."""

    @property
    def selections(self) -> tuple[Selection, Selection]:
        """Which rules are on: what the files say, and on top what the command line says."""
        own = Selection(self.select, self.extend_select, self.ignore, self.extend_ignore)
        return own, self.command

    @property
    def included(self) -> tuple[Glob, ...]:
        """The files that are looked for in folders."""
        return self.include + self.extend_include

    @property
    def excluded(self) -> tuple[Glob, ...]:
        """The files and folders that are left out."""
        return self.exclude + self.extend_exclude

    @property
    def states(self) -> tuple[NetState, ...] | None:
        """The states to check, in both phases if none is given; None for all that a file tells apart."""
        if self.phase is None and self.level is None and not self.stages:
            return None
        phases: tuple[Phase, ...] = (self.phase,) if self.phase else ("TRAIN", "TEST")
        return tuple(NetState(phase, self.level or 0, self.stages) for phase in phases)

    def fails(self, report: FileReport) -> bool:
        """Whether a file's findings make the run fail."""
        if self.fail_on is None:
            return False
        return any(finding.severity.rank >= self.fail_on.rank for finding in report.diagnostics)
