"""The `json` format: every finding with all it knows, as `check.schema.json` describes it."""

import json
import re
from collections.abc import Iterator, Sequence

from ..lint.diagnostic import Diagnostic, FileReport, Fix, Note
from ..text import Source, Span
from .options import ReportOptions
from .terminal import printable
from .wording import sentence

_SURROGATE = re.compile("[\ud800-\udfff]")


def json_list(reports: Sequence[FileReport], _options: ReportOptions) -> Iterator[str]:
    """A JSON list in pure ASCII, with a line for each finding."""
    before = "[\n  "
    for report in reports:
        for diagnostic in report.diagnostics:
            yield before + json.dumps(finding(report.source, diagnostic))
            before = ",\n  "
    yield "[]\n" if before.startswith("[") else "\n]\n"


def finding(source: Source, diagnostic: Diagnostic) -> dict[str, object]:
    """One finding as an object of the JSON contract."""
    return {
        "path": _text(source.path),
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.value,
        "claim": diagnostic.claim.value,
        "message": _text(sentence(diagnostic.message)),
        **_place(source, diagnostic.span),
        "states": [_text(state) for state in diagnostic.states],
        "notes": [_note(source, note) for note in diagnostic.notes],
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
    }


def _note(source: Source, note: Note) -> dict[str, object]:
    return {"message": _text(sentence(note.message)), "path": _text(source.path), **_place(source, note.span)}


def _place(source: Source, span: Span) -> dict[str, object]:
    ends = zip(("start", "end"), span, strict=True)
    return {end: source.position(offset)._asdict() for end, offset in ends}


def _fix(fix: Fix) -> dict[str, object]:
    edits = [{"start": edit.start, "end": edit.end, "text": _text(edit.text)} for edit in fix.edits]
    return {
        "safety": "safe" if fix.safe else "unsafe",
        "message": _text(sentence(fix.message)),
        "edits": edits,
    }


def _text(text: str) -> str:
    # Exact but for lone surrogates (undecodable bytes of a path or name): no JSON text can hold those.
    return _SURROGATE.sub(lambda match: printable(match[0]), text)
