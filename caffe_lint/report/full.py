"""The `full` format: each finding with its excerpt, its other ends and its fix, for people at a terminal."""

from collections.abc import Iterator, Sequence

from ..lint.diagnostic import FileReport
from .finding import FindingWriter
from .options import ReportOptions
from .wording import summary


def full(reports: Sequence[FileReport], options: ReportOptions) -> Iterator[str]:
    """The findings, a blank line after each, then the summary."""
    for report in reports:
        if report.diagnostics:
            yield from _findings(report, options)
    yield f"{summary(reports)}\n"


def _findings(report: FileReport, options: ReportOptions) -> Iterator[str]:
    writer = FindingWriter(report, options)
    for diagnostic in report.diagnostics:
        yield "\n".join([*writer.lines(diagnostic), "\n"])
