"""The lexical grammar of protobuf text format, as regular expressions over Latin-1 text.

Follows protobuf 3.12, the version inside Caffe 1.0 as Debian ships it: io/tokenizer.cc
(Tokenizer::Next, ConsumeNumber, ConsumeString) and text_format.cc (ParserImpl).
Every quantifier is possessive: no input makes a match take more than linear time.
"""

import re
from functools import cache

# A NUL ends a comment (Tokenizer::ConsumeLineComment) and is then an invalid character of its own.
GAP = r"(?:[ \t\r\n\v\f]++|\#[^\n\0]*+)*+"

IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_]*+"

_HEX = "[0-9A-Fa-f]"
_ESCAPE = rf"\\(?:[abfnrtv\\?'\"0-7]|x{_HEX}|u{_HEX}{{4}}|U00[01]{_HEX}{{5}})"
_STRING_START = rf"(?:\"[^\"\\\n\0]*+(?:{_ESCAPE}[^\"\\\n\0]*+)*+|'[^'\\\n\0]*+(?:{_ESCAPE}[^'\\\n\0]*+)*+)"
STRING = rf"""(?:"[^"\\\n\0]*+(?:{_ESCAPE}[^"\\\n\0]*+)*+"|'[^'\\\n\0]*+(?:{_ESCAPE}[^'\\\n\0]*+)*+')"""
"""A string literal."""

_NUMBER = (
    rf"(?:0[xX]{_HEX}++|0[0-7]++"
    r"|(?:(?:0|[1-9][0-9]*+)(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?+[0-9]++)?+[fF]?+)(?![A-Za-z0-9_.])"
)

# The text-format parser joins adjacent string literals and takes a minus sign as a token of its own.
_SCALAR = rf"(?:(?:{STRING}(?:{GAP}(?=[\"']))?+)++|(?:-{GAP})?+(?:{IDENTIFIER}|{_NUMBER}))"

STATEMENT = re.compile(
    rf"{GAP}(?:({IDENTIFIER}){GAP}(?::{GAP}(?:({_SCALAR})|([{{<])|(\[))|([{{<])|(\[))|([}}>])|([;,]))"
)
"""One step of a message; `Match.lastindex` is one of the `STEP_` constants, group 1 the field's name."""

STEP_SCALAR = 2
STEP_OPEN = 3
STEP_LIST = 4
STEP_BARE_OPEN = 5
STEP_BARE_LIST = 6
STEP_CLOSE = 7
STEP_SEPARATOR = 8

SKIP_GAP = re.compile(GAP)

NAME = re.compile(IDENTIFIER)


# What follows is rarely needed, and compiling it would be felt at every start.


@cache
def element() -> re.Pattern[str]:
    """One element of a `[ … ]` list: a scalar (group 1) or the opening bracket of a message (group 2)."""
    return re.compile(rf"{GAP}(?:({_SCALAR})|([{{<]))")


@cache
def element_end() -> re.Pattern[str]:
    """What stands behind an element of a list: a comma or the closing bracket (group 1)."""
    return re.compile(rf"{GAP}([,\]])")


@cache
def token() -> re.Pattern[str]:
    """What to show of the place where the grammar stopped."""
    return re.compile(rf"{STRING}|[A-Za-z0-9_.]++|.", re.DOTALL)


@cache
def valid_string_start() -> re.Pattern[str]:
    """A string literal as far as it is valid: the closing quote, or what is wrong, comes next."""
    return re.compile(_STRING_START)


@cache
def literal() -> re.Pattern[str]:
    """A string literal up to its closing quote or the end of its line, with escapes valid or not."""
    return re.compile(r"\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?")


@cache
def number_like() -> re.Pattern[str]:
    """A run of characters that begins like a number and goes on without a gap."""
    return re.compile(r"\.?[0-9](?:[eE][+-](?=[0-9])|[A-Za-z0-9_.])*+")
