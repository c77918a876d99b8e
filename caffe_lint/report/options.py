"""What a format may know besides the findings: everything the command line decided about the output."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..lint.diagnostic import FileReport
from ..lint.rule import Rule


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How to write a report; a format ignores what it has no use for.

    `width` is the room for a line in cells: prose is wrapped and excerpts are cut to it. `folder` is the
    working folder and `root` the project's, to which services like GitHub want paths to be relative; both
    are absolute. `version` is that of caffe-lint, and `rules` are those of plugins, for formats that explain
    rules.
    """

    color: bool = False
    width: int = 80
    show_states: bool = True
    folder: str = ""
    root: str = ""
    version: str = ""
    rules: tuple[Rule, ...] = ()


Formatter = Callable[[Sequence[FileReport], ReportOptions], Iterable[str]]
"""Turns reports into pieces of text, each with its line ends, to be written one after the other."""
