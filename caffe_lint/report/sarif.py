"""The `sarif` format: SARIF 2.1.0 (OASIS), which code scanning services and editors read."""

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from urllib.parse import quote

from ..lint.diagnostic import Diagnostic, FileReport, Fix
from ..lint.registry import all_rules
from ..lint.rule import Rule
from ..text import Edit, Source, Span
from .json_text import json_text
from .options import ReportOptions
from .place import fingerprints, project_path
from .rule_text import rule_text
from .wording import CLAIM_WORDS, sentence

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "SRCROOT"
_Object = dict[str, object]


def sarif(reports: Sequence[FileReport], options: ReportOptions) -> Iterator[str]:
    """A log of one run, in pure ASCII; it describes the rules that have findings."""
    found = {finding.code: finding for report in reports for finding in report.diagnostics}
    codes = {code: index for index, code in enumerate(sorted(found))}
    driver: _Object = {"name": "caffe-lint", "rules": _rules([found[code] for code in codes], options.rules)}
    if options.version:
        driver["version"] = options.version
    run: _Object = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints"}
    if root := options.root or options.folder:
        run["originalUriBaseIds"] = {_ROOT: {"uri": _file_uri(root).removesuffix("/") + "/"}}
    run["results"] = [
        _result(report, finding, options) | {"ruleIndex": codes[finding.code], **_known_by(mark)}
        for report in reports
        for finding, mark in zip(report.diagnostics, fingerprints(report, options), strict=True)
    ]
    yield json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _known_by(mark: str) -> _Object:
    return {"partialFingerprints": {"caffeLint/v1": mark}}


def _rules(examples: Sequence[Diagnostic], plugins: Sequence[Rule]) -> list[_Object]:
    """What is to be said of each rule; the examples are one finding of each."""
    known = {rule.code: rule for rule in (*plugins, *all_rules())}
    return [_rule(example) | _explained(known, example.code) for example in examples]


def _rule(example: Diagnostic) -> _Object:
    return {"id": example.code, "name": example.name, "properties": {"tags": ["caffe"]}}


def _explained(known: dict[str, Rule], code: str) -> _Object:
    if code not in known:
        return {}
    rule = known[code]
    text = rule_text(rule)
    return {
        "shortDescription": {"text": text.summary},
        "fullDescription": {"text": CLAIM_WORDS[rule.claim]},
        "help": {"text": text.text, "markdown": text.markdown},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {"tags": ["caffe"], "claim": rule.claim.value},
    }


def _result(report: FileReport, finding: Diagnostic, options: ReportOptions) -> _Object:
    file = _artifact(report.source, options)
    notes = [
        {"id": number, "message": _message(note.message), **_location(report.source, note.span, file)}
        for number, note in enumerate(finding.notes)
    ]
    result: _Object = {
        "ruleId": finding.code,
        "level": finding.severity.value,
        "message": _message(finding.message),
        "locations": [_location(report.source, finding.span, file)],
        "properties": {
            "claim": finding.claim.value,
            "states": list(finding.states),
        },
    }
    if notes:
        result["relatedLocations"] = notes
    if finding.fix and finding.fix.edits:
        result["fixes"] = [_fix(report.source, finding.fix, file)]
    return result


def _message(text: str) -> _Object:
    return {"text": sentence(text)}


def _location(source: Source, span: Span, file: _Object) -> _Object:
    return {"physicalLocation": {"artifactLocation": file, "region": _region(source, span)}}


def _region(source: Source, span: Span) -> _Object:
    """A place both ways: lines and columns for text, and bytes where the encoding is not known."""
    start, end = map(source.position, span)
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": start.offset,
        "byteLength": end.offset - start.offset,
    }


def _fix(source: Source, fix: Fix, file: _Object) -> _Object:
    safety = "safe" if fix.safe else "unsafe"
    return {
        "description": {"text": f"{sentence(fix.message)} ({safety} fix)"},
        "artifactChanges": [
            {"artifactLocation": file, "replacements": [_replacement(source, edit) for edit in fix.edits]}
        ],
    }


def _replacement(source: Source, edit: Edit) -> _Object:
    deleted = _region(source, Span(edit.start, edit.end))
    return {"deletedRegion": deleted, "insertedContent": {"text": edit.text}}


def _artifact(source: Source, options: ReportOptions) -> _Object:
    path = project_path(source.path, options)
    if PurePath(path).is_absolute():
        return {"uri": _file_uri(path)}
    file: _Object = {"uri": _quoted(path)}
    if options.root or options.folder:
        file["uriBaseId"] = _ROOT
    return file


def _file_uri(path: str) -> str:
    return "file:///" + _quoted(path.replace("\\", "/")).lstrip("/")


def _quoted(path: str) -> str:
    try:
        data = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = path.encode("utf-8", "surrogatepass")
    return quote(data, safe="/")
