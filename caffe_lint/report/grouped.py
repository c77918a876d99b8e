"""The `grouped` format: the findings of each file below its name, in columns."""

from collections.abc import Iterator, Sequence

from ..lint.diagnostic import FileReport
from .options import ReportOptions
from .paint import painted
from .terminal import printable
from .wording import sentence, summary


def grouped(reports: Sequence[FileReport], options: ReportOptions) -> Iterator[str]:
    """A block for each file that has findings, then the summary; columns count characters from 1."""
    for report in reports:
        if report.diagnostics:
            yield f"{painted(printable(report.source.path), 'bold', options)}:\n"
            yield from _findings(report)
            yield "\n"
    yield f"{summary(reports)}\n"


def _findings(report: FileReport) -> Iterator[str]:
    places = [report.source.position(finding.span.start) for finding in report.diagnostics]
    lines = max(len(str(place.line)) for place in places)
    columns = max(len(str(place.column)) for place in places)
    for finding, (line, column, _) in zip(report.diagnostics, places, strict=True):
        text = f"{finding.code} {printable(sentence(finding.message))}"
        yield f"  {line:>{lines}}:{column:<{columns}} {text}\n"
