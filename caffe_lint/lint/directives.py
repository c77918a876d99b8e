"""Comments that speak to caffe-lint: `# caffe-lint: ignore[CL402] reason`."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from typing import NamedTuple

from ..text import Source, Span, find_comments

WORDS = ("ignore", "ignore-file", "off", "on")
"""What suppresses findings, or stops doing so."""

OTHERS = ("unroll", "end")
"""The marks of the generator of unrolled nets."""

TRIGGER = b"caffe-lint"


class Selector(NamedTuple):
    """A code, prefix of codes or name in the brackets of a directive."""

    text: str
    span: Span


class Directive(NamedTuple):
    """One directive that suppresses findings or stops doing so."""

    word: str
    span: Span
    """From its `#` to the end of the comment, or to the next directive in it."""
    comment: Span
    """The whole comment."""
    selectors: tuple[Selector, ...] | None
    """What stands in brackets; None without brackets, which means all rules."""
    brackets: Span | None
    is_alone: bool
    """Whether the comment has its line for itself."""


class Malformed(NamedTuple):
    """A comment that looks like a directive and is none."""

    span: Span
    message: str


class Directives(NamedTuple):
    """All directives of a file, in order."""

    valid: tuple[Directive, ...] = ()
    malformed: tuple[Malformed, ...] = ()


@cache
def _mark() -> re.Pattern[bytes]:
    return re.compile(rb"\#[ \t]*+caffe-lint[ \t]*+:[ \t]*+")


@cache
def _almost() -> re.Pattern[bytes]:
    """A directive without its colon, as only brackets tell it from prose."""
    return re.compile(rb"\#[ \t]*+caffe-lint[ \t]++(ignore|ignore-file|off|on)[ \t]*+\[")


@cache
def _content() -> re.Pattern[bytes]:
    return re.compile(rb"([^\s\[:]*+)(:?)[ \t]*+(?:(\[)([^\]]*+)(\])?)?")


@cache
def _code() -> re.Pattern[bytes]:
    return re.compile(rb"[A-Z]++[0-9]++(?:[ \t]*+,[ \t]*+[A-Z]++[0-9]++)*+")


@cache
def _selector() -> re.Pattern[bytes]:
    return re.compile(rb"[^\s,]++")


def find_directives(source: Source) -> Directives:
    """The directives in the comments of a file; a `#` inside of a string begins none."""
    if TRIGGER not in source.data:
        return Directives()
    valid, malformed = [], []
    for comment in find_comments(source.data):
        for found in _in_comment(source.data, comment):
            if isinstance(found, Directive):
                valid.append(found)
            else:
                malformed.append(found)
    return Directives(tuple(valid), tuple(malformed))


def _in_comment(data: bytes, comment: Span) -> Iterator[Directive | Malformed]:
    if data.find(TRIGGER, *comment) < 0:
        return
    marks = list(_mark().finditer(data, *comment))
    # A directive ends where the next one in the same comment begins.
    ends = [*(mark.start() for mark in marks[1:]), comment.end]
    for mark, end in zip(marks, ends, strict=False):
        stop = mark.start() + len(data[mark.start() : end].rstrip(b" \t"))
        found = _read(data, Span(mark.start(), max(stop, mark.end())), mark.end(), comment)
        if found is not None:
            yield found
    almost = None if marks else _almost().search(data, *comment)
    if almost:
        message = f"write '# caffe-lint: {almost[1].decode()}[…]', with a colon: this suppresses nothing"
        yield Malformed(Span(almost.start(), comment.end), message)


def _read(data: bytes, span: Span, start: int, comment: Span) -> Directive | Malformed | None:
    match = _content().match(data, start, span.end)
    assert match is not None  # all of it is optional
    word = match[1].decode("utf-8", "replace")
    if word in OTHERS:
        return None
    if word not in WORDS:
        return Malformed(span, _unknown(word))
    if match[2]:
        return Malformed(span, f"write '{word}[CODE]' or '{word}', without a colon behind it")
    if not match[3]:
        code = _code().match(data, match.end(), span.end)
        if code:
            return Malformed(
                span, f"write '{word}[{code[0].decode()}]': '{word}' without brackets means all rules"
            )
        return Directive(word, span, comment, None, None, _is_alone(data, comment))
    if not match[5]:
        return Malformed(span, f"'[' behind '{word}' is not closed by ']'")
    selectors = tuple(
        Selector(found[0].decode("utf-8", "replace"), Span(*found.span()))
        for found in _selector().finditer(data, match.start(4), match.end(4))
    )
    if not selectors:
        return Malformed(span, f"'{word}[]' names no rule; '{word}' without brackets means all")
    return Directive(
        word, span, comment, selectors, Span(match.start(3), match.end(5)), _is_alone(data, comment)
    )


def _unknown(word: str) -> str:
    near = get_close_matches(word.lower(), WORDS, n=1)
    known = ", ".join(f"'{each}'" for each in WORDS)
    hint = f"did you mean '{near[0]}'?" if near else f"known are {known}"
    return f"unknown directive '{word}': {hint}" if word else f"a directive without a word: {hint}"


def _is_alone(data: bytes, comment: Span) -> bool:
    before = data[data.rfind(b"\n", 0, comment.start) + 1 : comment.start]
    return not before.strip()
