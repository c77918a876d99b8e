"""Reports: diagnostics in, text out; pure functions of what they are given."""

from collections.abc import Iterable, Sequence

from ..lint.diagnostic import FileReport
from .options import Formatter, ReportOptions
from .terminal import ColorChoice, printable, use_color

__all__ = ["FORMATS", "ColorChoice", "Formatter", "ReportOptions", "printable", "use_color"]

# Each format is imported when it is asked for: the others cost a run nothing.


def _full(reports: Sequence[FileReport], options: ReportOptions) -> Iterable[str]:
    from .full import full

    return full(reports, options)


def _concise(reports: Sequence[FileReport], options: ReportOptions) -> Iterable[str]:
    from .concise import concise

    return concise(reports, options)


def _json(reports: Sequence[FileReport], options: ReportOptions) -> Iterable[str]:
    from .json_format import json_list

    return json_list(reports, options)


FORMATS: dict[str, Formatter] = {"full": _full, "concise": _concise, "json": _json}
"""Every format by the name that `--format` takes."""
