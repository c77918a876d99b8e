"""Finds what a template leaves to be filled in, where text format could not have it: `${n}`, `{n}`, `%d`."""

import re
from bisect import bisect_right
from functools import cache

from ..text import Span
from .model import Kind, load_schema

# What a form holds in any case comes first: looking for that alone takes next to no time. A pair of braces
# or angle brackets around one word is never text format; `{}` is.
_FORMS = tuple(
    (sure, re.compile(form))
    for sure, form in (
        (b"$", rb"\$(?:\{[^{}\n]*+\}|\([^()\n]*+\)|[A-Za-z_]\w*+)"),
        (b"%", rb"%(?:\(\w++\))?+-?+[0-9]*+(?:\.[0-9]++)?+[sdifgeu]\b"),
        (b"{{", rb"\{\{[^{}\n]*+\}\}"),
        (b"{%", rb"\{%[^%{}\n]*+%\}"),
        (b"<%", rb"<%[^%<>\n]*+%>"),
        (b"<", rb"<[A-Za-z_]\w*+>"),
        (b"@", rb"@[A-Za-z_]\w*+@"),
        (b"{", rb"\{(?:[A-Za-z_][\w.]*+|[0-9]++)\}"),
    )
)
_BARE_WORD = re.compile(rb":[ \t]*+([A-Za-z]++[0-9]++[A-Za-z_]\w*+|[A-Z][A-Z0-9]*+_\w++|__\w++)")
_NAME_BEFORE = re.compile(rb"(\w++)\s*+\Z")
_HIDDEN = re.compile(rb"\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?|#[^\n]*+")
_NUMBERS = (Kind.INT32, Kind.UINT32, Kind.INT64, Kind.UINT64, Kind.FLOAT, Kind.DOUBLE)


def placeholders(data: bytes) -> list[Span]:
    """The places to fill in, in the order of the file, none inside another, in a comment or in a string."""
    forms = [form for sure, form in _FORMS if sure in data]
    found = [Span(*match.span()) for form in forms for match in form.finditer(data)]
    found += [Span(*match.span(1)) for match in _BARE_WORD.finditer(data) if _is_for_number(match, data)]
    apart: list[Span] = []
    for span in visible(data, found):
        if not apart or span.start >= apart[-1].end:
            apart.append(span)
    return apart


def visible(data: bytes, spans: list[Span]) -> list[Span]:
    """The spans that begin outside of strings and comments, in the order of the file."""
    hidden = [match.span() for match in _HIDDEN.finditer(data)] if spans else []
    ends = [0, *(end for _, end in hidden)]
    starts = [start for start, _ in hidden]
    return [span for span in sorted(spans) if span.start >= ends[bisect_right(starts, span.start)]]


def _is_for_number(match: re.Match[bytes], data: bytes) -> bool:
    name = _NAME_BEFORE.search(data, max(0, match.start() - 100), match.start())
    if name is None or match[1].decode() in _enum_values():
        return False
    return name[1].decode("latin-1") in _number_fields()


@cache
def _enum_values() -> frozenset[str]:
    schema = load_schema()
    return frozenset(value for name in schema.enum_names for value in schema.enum(name).values)


@cache
def _number_fields() -> frozenset[str]:
    """The names that stand for numbers in every message that has them."""
    schema = load_schema()
    fields = [field for name in schema.message_names for field in schema.message(name).fields.values()]
    numbers = {field.name for field in fields if field.kind in _NUMBERS}
    return frozenset(numbers - {field.name for field in fields if field.kind not in _NUMBERS})
