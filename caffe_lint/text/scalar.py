"""What a scalar's source text stands for, as protobuf's C++ parser reads it.

Source: protobuf 3.12, io/tokenizer.cc (Tokenizer::ParseInteger, ParseFloat, ParseStringAppend) and
text_format.cc (ConsumeSignedInteger, ConsumeDouble, ConsumeString).
"""

import re
import struct
import sys

from .grammar import GAP

_SIGN = re.compile(rf"-{GAP}")
_DECIMAL = re.compile(r"0|[1-9][0-9]*+")
_OCTAL = re.compile(r"0[0-7]++")
_HEX = re.compile(r"0[xX][0-9A-Fa-f]++")
_FLOAT = re.compile(r"((?:[0-9]++\.?+[0-9]*+|\.[0-9]++)(?:[eE][+-]?+[0-9]++)?+)[fF]?+")
_WORDS = {"inf": float("inf"), "infinity": float("inf"), "nan": float("nan")}

_LITERAL_OR_GAP = re.compile(rf"\"((?:[^\"\\]|\\.)*+)\"|'((?:[^'\\]|\\.)*+)'|{GAP}")
_ESCAPE = re.compile(
    rb"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})(?:\\u([dD][c-fC-F][0-9A-Fa-f]{2}))?"
    rb"|U([0-9A-Fa-f]{8})|(.))",
    re.DOTALL,
)
_CONTROLS = dict(zip(b"abfnrtv", b"\a\b\f\n\r\t\v", strict=True))

_LONGEST_INTEGER = 100
"""More digits than any integer type holds, and few enough that Python converts them at once."""


def integer(raw: str) -> int | None:
    """The value of an integer literal, of any size: `12`, `- 5`, `0x1F`, `017`; None for anything else."""
    if raw.isdecimal() and raw[0] != "0":
        return int(raw[:_LONGEST_INTEGER])
    digits, is_negative = _without_sign(raw)
    if _DECIMAL.fullmatch(digits):
        value = int(digits[:_LONGEST_INTEGER])
    elif _OCTAL.fullmatch(digits):
        value = int(digits, 8)
    elif _HEX.fullmatch(digits):
        value = int(digits, 16)
    else:
        return None
    return -value if is_negative else value


def real(raw: str) -> float | None:
    """The value of a decimal number (`1`, `.5e3`, `-1.5f`, `inf`) as a double; None for anything else.

    Octal and hexadecimal integers are none (ConsumeUnsignedDecimalAsDouble rejects them).
    """
    digits, is_negative = _without_sign(raw)
    match = _FLOAT.fullmatch(digits)
    if match and not _OCTAL.fullmatch(digits):
        value: float | None = float(match[1])
    else:
        value = _WORDS.get(digits.lower())
    return -value if is_negative and value is not None else value


def string(raw: str) -> bytes | None:
    """The bytes of adjacent string literals, escapes resolved; None if the text is no string."""
    if raw[0] not in "\"'":
        return None
    pieces = (match[1] or match[2] or "" for match in _LITERAL_OR_GAP.finditer(raw))
    return b"".join(_ESCAPE.sub(_unescape, piece.encode("latin-1")) for piece in pieces)


def to_float32(value: float) -> float:
    """The value as a C++ `float` holds it; beyond its range, infinity."""
    try:
        rounded: float = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    return rounded


def _without_sign(raw: str) -> tuple[str, bool]:
    match = _SIGN.match(raw)
    return (raw[match.end() :], True) if match else (raw, False)


def _unescape(match: re.Match[bytes]) -> bytes:
    octal, digits, unit, trail, point, plain = match.groups()
    if octal:
        return bytes([int(octal, 8) & 0xFF])
    if digits:
        return bytes([int(digits, 16)])
    if plain:
        return bytes([_CONTROLS.get(plain[0], plain[0])])
    code = int(unit or point, 16)
    if trail and 0xD800 <= code < 0xDC00:
        return _utf8(0x10000 + (code - 0xD800 << 10) + int(trail, 16) - 0xDC00)
    return _utf8(code) + (_utf8(int(trail, 16)) if trail else b"")


def _utf8(code: int) -> bytes:
    # The tokenizer lets through a little more than Unicode has, and AppendUTF8 writes it all the same.
    if code > sys.maxunicode:
        return bytes([0xF0 | code >> 18, *(0x80 | code >> shift & 0x3F for shift in (12, 6, 0))])
    # A lone surrogate becomes three bytes like any other code point.
    return chr(code).encode("utf-8", "surrogatepass")
