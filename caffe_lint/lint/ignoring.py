"""Writes comments that suppress findings, and keeps all other bytes of the file."""

from bisect import bisect_right
from collections.abc import Callable, Iterator

from ..net import Document
from ..net.meaning import is_kept, meaning
from ..text import Edit, Message, Source, Span
from .diagnostic import Diagnostic, FileReport
from .directives import Directive, find_directives
from .suppression import OWN

LONGEST_LINE = 120
"""A comment that would make a line longer stands above the layer instead."""


def suppressed(
    document: Document, report: FileReport, check: Callable[[Document], FileReport], reason: str = ""
) -> tuple[Document, FileReport]:
    """A file with comments that suppress what was found in it, and what remains to be said of it then.

    Findings about suppressions are not suppressed. A file that is no text format, or has syntax errors, stays
    as it is: nobody knows what a comment would be there.

    Args:
        document: the file.
        report: what was found in it.
        check: finds it.
        reason: what to write behind the codes.
    """
    found = [finding for finding in report.diagnostics if finding.name not in OWN]
    if not found or document.impostor or document.syntax_problems:
        return document, report
    after = document.edited(_edits(document, found, reason))
    if after.syntax_problems or not is_kept(meaning(document), meaning(after)):
        return document, report
    remaining = check(after)
    left = [finding for finding in remaining.diagnostics if finding.name not in OWN]
    return (after, remaining) if len(left) < len(found) else (document, report)


def _edits(document: Document, found: list[Diagnostic], reason: str) -> Iterator[Edit]:
    source = document.source
    directives = {
        _line(source.data, directive.span.start): directive
        for directive in find_directives(source).valid
        if directive.word == "ignore" and directive.selectors is not None
    }
    behind: dict[Span, set[str]] = {}
    above: dict[int, set[str]] = {}
    for finding in found:
        line = _line(source.data, finding.span.start)
        layer = None if line in directives else _layer_to_mark(document, line, finding, reason)
        codes = behind.setdefault(line, set()) if layer is None else above.setdefault(layer, set())
        codes.add(finding.code)
    for line, new in behind.items():
        yield from _behind(source, line, directives.get(line), new, reason)
    for start, new in above.items():
        yield from _above(source, start, new, reason)


def _behind(
    source: Source, line: Span, directive: Directive | None, codes: set[str], reason: str
) -> Iterator[Edit]:
    if directive is not None and directive.brackets is not None:
        known = [selector.text for selector in directive.selectors or ()]
        new = sorted(codes - set(known))
        yield Edit(*directive.brackets, f"[{', '.join([*known, *new])}]")
        return
    text = source.data[line.start : line.end].rstrip()
    yield Edit(
        line.start + len(text), line.start + len(text), f"{'  ' if text else ''}{_comment(codes, reason)}"
    )


def _above(source: Source, start: int, codes: set[str], reason: str) -> Iterator[Edit]:
    line = _line(source.data, start)
    indent = source.data[line.start : start].decode("latin-1")
    newline = "\r\n" if source.data[line.start : line.end].endswith(b"\r\n") else "\n"
    yield Edit(line.start, line.start, f"{indent}{_comment(codes, reason)}{newline}")


def _comment(codes: set[str], reason: str) -> str:
    return f"# caffe-lint: ignore[{', '.join(sorted(codes))}] {reason}".rstrip()


def _layer_to_mark(document: Document, line: Span, finding: Diagnostic, reason: str) -> int | None:
    """Where the layer of a finding begins, if the finding's line has no room, and there is a line above."""
    data = document.source.data
    length = len(data[line.start : line.end].decode("utf-8", "replace").rstrip())
    if length + len(_comment({finding.code}, reason)) + 2 <= LONGEST_LINE:
        return None
    fields = document.root.fields
    number = bisect_right(fields, finding.span.start, key=lambda field: field.start)
    field = fields[number - 1] if number else None
    if field is None or finding.span.start >= field.end or not isinstance(field.value, Message):
        return None
    begin = _line(data, field.start).start
    return None if data[begin : field.start].strip() else field.start


def _line(data: bytes, offset: int) -> Span:
    start = data.rfind(b"\n", 0, offset) + 1
    end = data.find(b"\n", offset)
    return Span(start, len(data) if end < 0 else end + 1)
