"""The `gitlab` format: a Code Quality report, which GitLab shows in merge requests.

Source: GitLab's documentation of CI/CD, "Code Quality report format".
"""

from collections.abc import Iterator, Sequence

from ..lint.diagnostic import Diagnostic, FileReport, Severity
from .json_format import as_list
from .json_text import exact
from .options import ReportOptions
from .place import fingerprints, project_path
from .wording import sentence

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def gitlab(reports: Sequence[FileReport], options: ReportOptions) -> Iterator[str]:
    """A JSON list in pure ASCII, with a line for each finding."""
    return as_list(_findings(reports, options))


def _findings(reports: Sequence[FileReport], options: ReportOptions) -> Iterator[dict[str, object]]:
    for report in reports:
        path = exact(project_path(report.source.path, options))
        for finding, mark in zip(report.diagnostics, fingerprints(report, options), strict=True):
            yield _finding(finding) | {"fingerprint": mark, "location": _place(report, finding, path)}


def _finding(finding: Diagnostic) -> dict[str, object]:
    return {
        "description": exact(f"{finding.code}: {sentence(finding.message)}"),
        "check_name": finding.name,
        "severity": _SEVERITIES[finding.severity],
    }


def _place(report: FileReport, finding: Diagnostic, path: str) -> dict[str, object]:
    first, last = (report.source.position(offset).line for offset in finding.span)
    return {"path": path, "lines": {"begin": first, "end": last}}
