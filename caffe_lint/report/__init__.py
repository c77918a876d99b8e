"""Reports: diagnostics in, text out; pure functions of what they are given."""

from collections.abc import Iterable, Sequence
from importlib import import_module

from ..lint.diagnostic import FileReport
from .options import Formatter, ReportOptions
from .terminal import ColorChoice, printable, use_color

__all__ = [
    "DATA_FORMATS",
    "FORMATS",
    "STATISTICS",
    "ColorChoice",
    "Formatter",
    "ReportOptions",
    "printable",
    "use_color",
]


def _late(module: str, function: str) -> Formatter:
    """A formatter whose module is imported when it is asked for: the others cost a run nothing."""

    def write(reports: Sequence[FileReport], options: ReportOptions) -> Iterable[str]:
        formatter: Formatter = getattr(import_module(f".{module}", __name__), function)
        return formatter(reports, options)

    return write


FORMATS: dict[str, Formatter] = {
    "full": _late("full", "full"),
    "concise": _late("concise", "concise"),
    "grouped": _late("grouped", "grouped"),
    "json": _late("json_format", "json_list"),
    "json-lines": _late("json_format", "json_lines"),
    "sarif": _late("sarif", "sarif"),
    "github": _late("github", "github"),
    "gitlab": _late("gitlab", "gitlab"),
    "junit": _late("junit", "junit"),
}
"""Every format by the name that `--format` takes."""

DATA_FORMATS = frozenset({"json", "json-lines", "sarif", "gitlab", "junit"})
"""The formats for programs: they tell of all files, or are not written at all."""

STATISTICS: dict[str, Formatter] = {
    **dict.fromkeys(("full", "concise", "grouped"), _late("counts", "table")),
    "json": _late("counts", "json_list"),
    "json-lines": _late("counts", "json_lines"),
}
"""Counts for each rule, by the name of the format: those that are made for single findings have none."""
