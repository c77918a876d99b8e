"""Says why the grammar does not match at a place: the slow path, run once for each syntax error."""

from typing import NamedTuple

from . import grammar
from .span import Span


class SyntaxProblem(NamedTuple):
    """A place where a file is not text format; `opening` is the bracket that is not closed, if that is it."""

    span: Span
    message: str
    opening: Span | None = None


def diagnose(text: str, position: int) -> SyntaxProblem | None:
    """What is wrong with the statement behind `position`; None if only white space and comments follow.

    Args:
        text: the file decoded as Latin-1.
        position: where the last statement that could be parsed ends.
    """
    start = skip_gap(text, position)
    if start == len(text):
        return None
    name = grammar.NAME.match(text, start)
    if name is None:
        return unexpected(text, start, "a field name")
    after = skip_gap(text, name.end())
    if text[after : after + 1] != ":":
        return unexpected(text, after, f"':' or '{{' after '{shown(name[0])}'")
    return diagnose_value(text, skip_gap(text, after + 1), name[0])


def diagnose_value(text: str, start: int, name: str) -> SyntaxProblem:
    """What is wrong with the value of the field `name` that should begin at `start`."""
    if text[start : start + 1] == "-":
        start = skip_gap(text, start + 1)
    return unexpected(text, start, f"a value for '{shown(name)}'")


def unexpected(text: str, start: int, expected: str) -> SyntaxProblem:
    """The token at `start` is invalid in itself, or is not what was expected there."""
    if start >= len(text):
        return SyntaxProblem(Span(start, start), f"expected {expected}, found the end of the file")
    return _invalid_token(text, start) or _unexpected_token(text, start, expected)


def skip_gap(text: str, position: int) -> int:
    """The first offset from `position` on that is neither white space nor comment."""
    gap = grammar.SKIP_GAP.match(text, position)
    return gap.end() if gap else position


def _unexpected_token(text: str, start: int, expected: str) -> SyntaxProblem:
    token = grammar.token().match(text, start)
    end = token.end() if token else start + 1
    return SyntaxProblem(Span(start, end), f"expected {expected}, found '{shown(text[start:end])}'")


def shown(token: str) -> str:
    """Source text for a message, cut if it is long."""
    characters = token.encode("latin-1").decode("utf-8", "backslashreplace")
    return characters if len(characters) <= 40 else characters[:39] + "…"


def _invalid_token(text: str, start: int) -> SyntaxProblem | None:
    first = text[start]
    if first in "\"'":
        return _invalid_string(text, start)
    if first.isdecimal() or (first == "." and text[start + 1 : start + 2].isdecimal()):
        return _invalid_number(text, start)
    if first < " ":
        message = f"control character 0x{ord(first):02x} is not allowed here"
        return SyntaxProblem(Span(start, start + 1), message)
    if first >= "\x80":
        return _foreign_character(text, start)
    return None


def _invalid_string(text: str, start: int) -> SyntaxProblem | None:
    valid, literal = grammar.valid_string_start().match(text, start), grammar.literal().match(text, start)
    if valid is None or literal is None:
        return None
    span = Span(start, literal.end())
    stop = text[valid.end() : valid.end() + 1]
    if stop == text[start]:
        return None
    if stop == "\\":
        return SyntaxProblem(
            span, f"invalid escape sequence '{text[valid.end() : valid.end() + 2].strip()}' in a string"
        )
    if stop == "\0":
        return SyntaxProblem(span, "control character 0x00 is not allowed in a string")
    return SyntaxProblem(span, f"the string is not closed by {text[start]} on its line")


def _invalid_number(text: str, start: int) -> SyntaxProblem | None:
    run = grammar.number_like().match(text, start)
    if run is None or grammar.element().fullmatch(run[0]):
        return None
    reason = ""
    if run[0].isdecimal():
        reason = ": a leading zero makes it octal"
    return SyntaxProblem(Span(*run.span()), f"'{shown(run[0])}' is not a number{reason}")


def _foreign_character(text: str, start: int) -> SyntaxProblem:
    end = start + 1
    while end < len(text) and "\x80" <= text[end] < "\xc0":
        end += 1
    raw = text[start:end].encode("latin-1")
    if raw == b"\xef\xbb\xbf":
        return SyntaxProblem(
            Span(start, end), "a byte order mark is not allowed: save the file as UTF-8 without BOM"
        )
    shown = raw.decode("utf-8", "backslashreplace")
    return SyntaxProblem(Span(start, end), f"character '{shown}' is only allowed in strings and comments")
