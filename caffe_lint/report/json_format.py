"""The formats `json` and `json-lines`: every finding with all it knows, as `check.schema.json` says."""

import json
from collections.abc import Iterable, Iterator, Sequence

from ..lint.diagnostic import Diagnostic, FileReport, Fix, Note
from ..text import Source, Span
from .json_text import exact
from .options import ReportOptions
from .wording import sentence


def json_list(reports: Sequence[FileReport], _options: ReportOptions) -> Iterator[str]:
    """A JSON list in pure ASCII, with a line for each finding."""
    return as_list(_findings(reports))


def json_lines(reports: Sequence[FileReport], _options: ReportOptions) -> Iterator[str]:
    """A JSON object in pure ASCII for each finding, on a line of its own."""
    return (f"{json.dumps(found)}\n" for found in _findings(reports))


def _findings(reports: Sequence[FileReport]) -> Iterator[dict[str, object]]:
    for report in reports:
        for diagnostic in report.diagnostics:
            yield finding(report.source, diagnostic)


def as_list(items: Iterable[object]) -> Iterator[str]:
    """The text of a JSON list with a line for each item, piece by piece."""
    before = "[\n  "
    for item in items:
        yield before + json.dumps(item)
        before = ",\n  "
    yield "[]\n" if before.startswith("[") else "\n]\n"


def finding(source: Source, diagnostic: Diagnostic) -> dict[str, object]:
    """One finding as an object of the JSON contract."""
    return {
        "path": exact(source.path),
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.value,
        "claim": diagnostic.claim.value,
        "message": exact(sentence(diagnostic.message)),
        **_place(source, diagnostic.span),
        "states": [exact(state) for state in diagnostic.states],
        "notes": [_note(source, note) for note in diagnostic.notes],
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
    }


def _note(source: Source, note: Note) -> dict[str, object]:
    return {"message": exact(sentence(note.message)), "path": exact(source.path), **_place(source, note.span)}


def _place(source: Source, span: Span) -> dict[str, object]:
    ends = zip(("start", "end"), span, strict=True)
    return {end: source.position(offset)._asdict() for end, offset in ends}


def _fix(fix: Fix) -> dict[str, object]:
    edits = [{"start": edit.start, "end": edit.end, "text": exact(edit.text)} for edit in fix.edits]
    return {
        "safety": "safe" if fix.safe else "unsafe",
        "message": exact(sentence(fix.message)),
        "edits": edits,
    }
