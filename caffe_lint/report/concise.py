"""The `concise` format: one plain line for each finding, for editors and grep."""

from collections.abc import Iterator, Sequence

from ..lint.diagnostic import FileReport
from .options import ReportOptions
from .terminal import printable
from .wording import sentence, summary


def concise(reports: Sequence[FileReport], _options: ReportOptions) -> Iterator[str]:
    """Lines `path:line:column: CODE message`, then the summary; columns count characters from 1."""
    for report in reports:
        path = printable(report.source.path)
        for diagnostic in report.diagnostics:
            line, column, _ = report.source.position(diagnostic.span.start)
            yield f"{path}:{line}:{column}: {diagnostic.code} {printable(sentence(diagnostic.message))}\n"
    yield f"{summary(reports)}\n"
