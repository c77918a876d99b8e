"""The findings of a file as bytes, to be kept, and back. What is not whole and ours is refused."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..text import Edit, Source, Span
from .diagnostic import Claim, Diagnostic, FileReport, Fix, Note, Severity
from .fingerprint import digest

_MARK = "caffe-lint"


class Record(NamedTuple):
    """What is kept of a file that was checked."""

    report: FileReport
    others: Mapping[str, str] = {}
    """The digests of the other files that the findings rest on, by path."""


def dump(record: Record) -> bytes:
    """A record as bytes. The file itself is not among them, but known again by its digest."""
    report = record.report
    content = {
        "states": report.states,
        "others": record.others,
        "findings": [_dumped(finding) for finding in report.diagnostics],
    }
    payload = json.dumps(content, separators=(",", ":")).encode()
    return f"{_MARK} {digest(report.source.data)} {digest(payload)}\n".encode() + payload


def load(data: bytes, source: Source) -> Record | None:
    """The record in some bytes; None if that is none of this file, or damaged."""
    head, _, payload = data.partition(b"\n")
    if head != f"{_MARK} {digest(source.data)} {digest(payload)}".encode():
        return None
    try:
        content = json.loads(payload)
        findings = tuple(map(_loaded, content["findings"]))
        return Record(FileReport(source, findings, tuple(content["states"])), dict(content["others"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _dumped(finding: Diagnostic) -> list[object]:
    fix = finding.fix and [*finding.fix[:3], sorted(finding.fix.changes)]
    severity, claim = finding.severity.value, finding.claim.value
    return [finding.code, finding.name, severity, claim, *finding[4:8], fix]


def _loaded(values: list[Any]) -> Diagnostic:
    code, name, severity, claim, message, span, states, notes, fix = values
    return Diagnostic(
        code,
        name,
        Severity(severity),
        Claim(claim),
        message,
        Span(*span),
        tuple(states),
        tuple(Note(text, Span(*place)) for text, place in notes),
        _loaded_fix(fix) if fix else None,
    )


def _loaded_fix(values: list[Any]) -> Fix:
    is_safe, message, edits, changes = values
    return Fix(is_safe, message, tuple(Edit(*edit) for edit in edits), frozenset(changes))
