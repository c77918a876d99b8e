"""Which findings the comments of a file suppress, and which of these comments do nothing.

`ignore` behind code is about its line; on a line of its own it is about the statement below, all of a layer
if that is one. `ignore-file` is about the file, `off` about what follows, up to an `on`.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from ..net import Document
from ..text import Message, Source, Span, end_of_gap
from .diagnostic import Diagnostic
from .directives import Directive, Selector, find_directives
from .registry import UnknownRuleError, matching
from .rule import Rule

STALE = "stale-suppression"
MALFORMED = "malformed-suppression"
OWN = (STALE, MALFORMED)
"""The rules about suppressions, which only suppressions that name them suppress."""


class Unused(NamedTuple):
    """A selector that suppresses nothing; None for a directive without brackets."""

    selector: Selector | None
    reason: str
    is_unknown: bool = False


class Stale(NamedTuple):
    """A directive of which some selectors, or all, suppress nothing."""

    directive: Directive
    unused: tuple[Unused, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it is of use."""
        return len(self.unused) == len(self.directive.selectors or (None,))


class _Part(NamedTuple):
    """A place, and the names of the rules that are off there."""

    span: Span
    names: frozenset[str]


class _Cover(NamedTuple):
    """What one selector of a directive covers."""

    directive: Directive
    selector: Selector | None
    parts: tuple[_Part, ...]

    @property
    def names(self) -> frozenset[str]:
        """The names of all rules that it means."""
        return frozenset().union(*(part.names for part in self.parts))

    def is_about(self, finding: Diagnostic, part: _Part) -> bool:
        """Whether it suppresses a finding that lies in one of its parts."""
        return finding.name in part.names and (self.selector is not None or finding.name not in OWN)


class Suppressions:
    """The suppressions of one file."""

    def __init__(self, document: Document, known: Sequence[Rule]) -> None:
        """Read the comments of a file.

        Args:
            document: the file.
            known: all rules that there are.
        """
        self._document = document
        self._known = known
        self._directives = find_directives(document.source).valid
        self._names_of: dict[str, frozenset[str]] = {}
        self._used: set[_Cover] = set()
        self._unused: list[tuple[Directive, Unused]] = []

    def __bool__(self) -> bool:
        return bool(self._directives)

    def remaining(self, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The findings that no comment suppresses, by place; what suppresses the others is noted as used."""
        kept = []
        waiting = sorted(
            ((part, cover) for cover in self._covers for part in cover.parts),
            key=lambda item: item[0].span.start,
            reverse=True,
        )
        active: list[tuple[_Part, _Cover]] = []
        for finding in sorted(findings, key=lambda finding: finding.span.start):
            place = finding.span.start
            while waiting and waiting[-1][0].span.start <= place:
                active.append(waiting.pop())
            active = [(part, cover) for part, cover in active if place < part.span.end]
            covers = [cover for part, cover in active if cover.is_about(finding, part)]
            self._used.update(covers)
            if not covers:
                kept.append(finding)
        return kept

    def stale(self, names: Iterable[str]) -> list[Stale]:
        """The directives that suppressed nothing, or name rules that do not exist.

        What may be of use in another run is not judged: rules that are off, and, where the file cannot be
        read in full, rules that did not see all of it.

        Args:
            names: the names of the rules that are on, and of which the findings have been looked at.
        """
        on = frozenset(names)
        covers = self._covers
        unused = [
            *self._unused,
            *((cover.directive, self._reason(cover)) for cover in covers if self._is_stale(cover, on)),
        ]
        by_directive: dict[Directive, list[Unused]] = {}
        for directive, reason in unused:
            by_directive.setdefault(directive, []).append(reason)
        return [
            Stale(directive, tuple(found)) for directive, found in sorted(by_directive.items(), key=_place)
        ]

    def _is_stale(self, cover: _Cover, on: frozenset[str]) -> bool:
        meant = cover.names - set(OWN)
        if cover in self._used or not meant:
            return False
        return meant <= on and (
            self._is_readable or all(self._codes[name].startswith("CL0") for name in meant)
        )

    def _reason(self, cover: _Cover) -> Unused:
        what = f"'{cover.selector.text}'" if cover.selector else "any rule"
        where = {"ignore-file": "in this file", "off": "in this range"}.get(cover.directive.word, "here")
        return Unused(cover.selector, f"no finding of {what} {where}")

    @cached_property
    def _is_readable(self) -> bool:
        document = self._document
        return not document.impostor and not document.syntax_problems and not document.schema_problems

    @cached_property
    def _codes(self) -> dict[str, str]:
        return {rule.name: rule.code for rule in self._known}

    @cached_property
    def _covers(self) -> list[_Cover]:
        covers: list[_Cover] = []
        ranges = _Ranges(len(self._document.source.data))
        for directive in self._directives:
            for selector, names in self._meant(directive):
                if directive.word == "off":
                    ranges.begin(directive, selector, names)
                elif directive.word == "on":
                    if not ranges.end(directive, names):
                        self._unused.append((directive, Unused(selector, "nothing is off here")))
                else:
                    parts = tuple(_Part(span, names) for span in self._spans(directive))
                    covers.append(_Cover(directive, selector, parts))
        return [*covers, *ranges.covers()]

    def _meant(self, directive: Directive) -> Iterator[tuple[Selector | None, frozenset[str]]]:
        if directive.selectors is None:
            yield None, frozenset(self._codes)
        for selector in directive.selectors or ():
            try:
                yield selector, self._names(selector.text)
            except UnknownRuleError as error:
                self._unused.append((directive, Unused(selector, str(error), is_unknown=True)))

    def _names(self, selector: str) -> frozenset[str]:
        """The names of the rules that a selector means; an unrolled net has the same one again and again."""
        if selector not in self._names_of:
            self._names_of[selector] = frozenset(rule.name for rule in matching(self._known, selector))
        return self._names_of[selector]

    def _spans(self, directive: Directive) -> tuple[Span, ...]:
        data = self._document.source.data
        if directive.word == "ignore-file":
            return (Span(0, len(data) + 1),)
        line = _line(data, directive.span.start)
        return (line, self._below(directive.comment.end)) if directive.is_alone else (line,)

    def _below(self, end: int) -> Span:
        """The statement below a comment; what is none of the tree reaches to the end of its line."""
        data = self._document.source.data
        start = end_of_gap(data, end)
        return Span(start, self._statements.get(start) or _line(data, start).end)

    @cached_property
    def _statements(self) -> dict[int, int]:
        """Where the statements of the file end, by where they begin; of several, the outermost."""
        return dict(reversed(list(_statements(self._document.root))))


class _Ranges:
    """The ranges in which rules are off."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._open: list[tuple[Directive, Selector | None, frozenset[str], int]] = []
        self._parts: dict[tuple[Directive, Selector | None], list[_Part]] = {}

    def begin(self, directive: Directive, selector: Selector | None, names: frozenset[str]) -> None:
        """Some rules are off from here on."""
        self._open.append((directive, selector, names, directive.span.start))

    def end(self, directive: Directive, names: frozenset[str]) -> bool:
        """Some rules are on again from here on; returns whether any of them was off."""
        still_open = []
        was_off = False
        for begun, selector, off, start in self._open:
            if off & names:
                was_off = True
                self._close(begun, selector, off & names, Span(start, directive.span.start))
            if off - names:
                still_open.append((begun, selector, off - names, start))
        self._open = still_open
        return was_off

    def covers(self) -> Iterator[_Cover]:
        """What each selector covers, after the last directive."""
        for begun, selector, off, start in self._open:
            self._close(begun, selector, off, Span(start, self._size + 1))
        for (directive, selector), parts in self._parts.items():
            yield _Cover(directive, selector, tuple(parts))

    def _close(
        self, directive: Directive, selector: Selector | None, names: frozenset[str], span: Span
    ) -> None:
        self._parts.setdefault((directive, selector), []).append(_Part(span, names))


def _line(data: bytes, offset: int) -> Span:
    start = data.rfind(b"\n", 0, offset) + 1
    end = data.find(b"\n", offset)
    return Span(start, len(data) + 1 if end < 0 else end + 1)


def _statements(message: Message) -> Iterator[tuple[int, int]]:
    for field in message.fields:
        yield field.start, field.end
        for element in field.elements():
            if element is not field:
                yield element.value_start, element.end
            if isinstance(element.value, Message):
                yield from _statements(element.value)


def _place(item: tuple[Directive, list[Unused]]) -> Span:
    return item[0].span


def removal(source: Source, directive: Directive) -> Span:
    """What to remove to take a directive out: its whole line, if nothing else stands there."""
    data, (start, end) = source.data, directive.span
    line = _line(data, start)
    if not data[line.start : start].strip() and not data[end : line.end].strip():
        return Span(line.start, min(line.end, len(data)))
    if directive.comment.end > end:
        # Another directive stands behind it.
        return Span(start, end + len(data[end : line.end]) - len(data[end : line.end].lstrip(b" \t")))
    return Span(line.start + len(data[line.start : start].rstrip(b" \t")), end)
