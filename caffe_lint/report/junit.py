"""The `junit` format: XML as Jenkins and others read it, a suite for each file and a case for each finding.

Elements and attributes are those of the schema of Jenkins' xUnit plugin (jenkins-junit.xsd).
"""

from collections.abc import Iterable, Iterator, Sequence

from ..lint.diagnostic import Diagnostic, FileReport, Severity
from .options import ReportOptions
from .place import project_path
from .terminal import printable
from .wording import CLAIM_WORDS, sentence

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def junit(reports: Sequence[FileReport], options: ReportOptions) -> Iterator[str]:
    """An XML document in pure ASCII; errors and warnings are failures, notes are output of passed cases."""
    findings = [finding for report in reports for finding in report.diagnostics]
    clean = sum(not report.diagnostics for report in reports)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="caffe-lint" {_counts(findings, clean)}>\n'
    for report in reports:
        yield from _suite(report, project_path(report.source.path, options))
    yield "</testsuites>\n"


def _suite(report: FileReport, path: str) -> Iterator[str]:
    counts = _counts(report.diagnostics, not report.diagnostics)
    yield f'  <testsuite name="{_xml(path)}" {counts} skipped="0">\n'
    if not report.diagnostics:
        yield f'    <testcase name="no findings" classname="{_xml(path)}"/>\n'
    for finding in report.diagnostics:
        line, column, _ = report.source.position(finding.span.start)
        name = f"{finding.code} {finding.name} at {line}:{column}"
        yield f'    <testcase name="{name}" classname="{_xml(path)}">\n'
        yield f"      {_outcome(report, finding, path)}\n"
        yield "    </testcase>\n"
    yield "  </testsuite>\n"


def _counts(findings: Sequence[Diagnostic], clean: int) -> str:
    failures = sum(map(_is_failure, findings))
    return f'tests="{len(findings) + clean}" failures="{failures}" errors="0"'


def _is_failure(finding: Diagnostic) -> bool:
    return finding.severity is not Severity.NOTE


def _outcome(report: FileReport, finding: Diagnostic, path: str) -> str:
    text = "\n".join(map(_xml, _lines(report, finding, path)))
    if not _is_failure(finding):
        return f"<system-out>{text}</system-out>"
    message = _xml(sentence(finding.message))
    return f'<failure type="{finding.severity.value}" message="{message}">{text}</failure>'


def _lines(report: FileReport, finding: Diagnostic, path: str) -> Iterable[str]:
    places = [(finding.span, f"{finding.code} {finding.message}")]
    places += [(note.span, f"note: {note.message}") for note in finding.notes]
    for span, message in places:
        line, column, _ = report.source.position(span.start)
        yield f"{path}:{line}:{column}: {sentence(message)}"
    yield CLAIM_WORDS[finding.claim]


def _xml(text: str) -> str:
    # What XML cannot hold (most controls, surrogates) is not printable either and comes out as an escape.
    return printable(text).translate(_ENTITIES).encode("ascii", "xmlcharrefreplace").decode("ascii")
