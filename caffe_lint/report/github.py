"""The `github` format: workflow commands, which GitHub Actions shows as annotations at the lines of a change.

Escapes as the runner undoes them (actions/toolkit, packages/core/src/command.ts).
"""

from collections.abc import Iterator, Sequence

from ..lint.diagnostic import Diagnostic, FileReport, Severity
from .options import ReportOptions
from .place import project_path
from .terminal import printable
from .wording import CLAIM_WORDS, sentence, summary

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def github(reports: Sequence[FileReport], options: ReportOptions) -> Iterator[str]:
    """A command for each finding, then the summary for people who read the log."""
    for report in reports:
        path = project_path(report.source.path, options)
        for finding in report.diagnostics:
            place = _place(report, finding, path)
            properties = ",".join(f"{key}={_property(value)}" for key, value in place.items())
            yield f"::{_LEVELS[finding.severity]} {properties}::{_message(report, finding)}\n"
    yield f"{summary(reports)}\n"


def _place(report: FileReport, finding: Diagnostic, path: str) -> dict[str, str]:
    start, end = map(report.source.position, finding.span)
    place = {
        "title": f"caffe-lint ({finding.code} {finding.name})",
        "file": path,
        "line": str(start.line),
        "endLine": str(end.line),
    }
    if start.line == end.line:  # GitHub takes columns within one line only
        place |= {"col": str(start.column), "endColumn": str(end.column)}
    return place


def _message(report: FileReport, finding: Diagnostic) -> str:
    line, column, _ = report.source.position(finding.span.start)
    lines = [
        f"{report.source.path}:{line}:{column}: {finding.code} {sentence(finding.message)}",
        CLAIM_WORDS[finding.claim],
    ]
    for note in finding.notes:
        line, column, _ = report.source.position(note.span.start)
        lines.append(f"note: {line}:{column}: {sentence(note.message)}")
    if finding.fix:
        safety = "safe" if finding.fix.safe else "unsafe"
        lines.append(f"help: {sentence(finding.fix.message)} ({safety} fix)")
    return "%0A".join(map(_data, lines))


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
