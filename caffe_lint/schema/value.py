"""From a scalar's source text to the value Caffe stores, and what to say where there is none."""

import re
from collections.abc import Callable
from difflib import get_close_matches
from functools import lru_cache

from ..text import scalar
from .model import FieldType, Kind, Value

_BOOLEANS = {"true": True, "True": True, "t": True, "false": False, "False": False, "f": False}
_NEAR_BOOLEANS = {"true": ("true", "t", "yes", "on", "1"), "false": ("false", "f", "no", "off", "0")}
_RANGES = {
    Kind.INT32: (-(1 << 31), (1 << 31) - 1),
    Kind.UINT32: (0, (1 << 32) - 1),
    Kind.INT64: (-(1 << 63), (1 << 63) - 1),
    Kind.UINT64: (0, (1 << 64) - 1),
}
_DESCRIPTIONS = {
    Kind.FLOAT: "a decimal number",
    Kind.DOUBLE: "a decimal number",
    Kind.BOOL: "'true' or 'false'",
    Kind.STRING: "a string in quotes",
    Kind.BYTES: "a string in quotes",
    Kind.MESSAGE: "a message in braces",
}
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*+")
_LONGEST_EXCERPT = 40
_SHORT_WORD = 4
_SHORT_LIKENESS, _LIKENESS = 0.6, 0.75
_MAX_NAMED = 8


def read_value(field: FieldType, raw: str) -> Value | None:
    """What the C++ parser stores for the source text of a scalar; None if it rejects the text.

    Source: text_format.cc, ParserImpl::ConsumeFieldValue. Enum values come as names, also where the file
    gives a number; strings and bytes as UTF-8, with bytes that are none as `\\xNN`.
    """
    # Strings are names, each read a few times; numbers and enum values are the same all over a net.
    return _read_string(field, raw) if field.kind is Kind.STRING else _read_other(field, raw)


@lru_cache(maxsize=4096)
def _read_other(field: FieldType, raw: str) -> Value | None:
    return _READERS[field.kind](field, raw)


def describe(field: FieldType) -> str:
    """What a field takes, to follow 'must be'."""
    if field.kind in _RANGES:
        low, high = _RANGES[field.kind]
        return f"a whole number from {low} to {high}"
    if field.enum:
        names = field.enum.values
        if len(names) > _MAX_NAMED:
            return f"one of the {len(names)} values of {field.type_name}"
        return "one of " + ", ".join(f"'{name}'" for name in names)
    return _DESCRIPTIONS[field.kind]


def excerpt(raw: str) -> str:
    """Source text for a message: quoted, on one line, not too long."""
    text = " ".join(raw.encode("latin-1").decode("utf-8", "backslashreplace").split())
    return f"'{text}'" if len(text) <= _LONGEST_EXCERPT else f"'{text[: _LONGEST_EXCERPT - 1]}…'"


def near_value(field: FieldType, raw: str) -> str:
    """The spelling that was probably meant, or nothing."""
    word = raw.strip("\"'")
    if field.kind in (Kind.STRING, Kind.BYTES):
        return f'"{raw}"' if _IDENTIFIER.fullmatch(raw) else ""
    if field.kind is Kind.BOOL:
        return next((right for right, words in _NEAR_BOOLEANS.items() if word.lower() in words), "")
    if field.enum:
        names = {name.lower(): name for name in field.enum.values}
        likeness = _LIKENESS if len(word) > _SHORT_WORD else _SHORT_LIKENESS
        near = get_close_matches(word.lower(), names, n=1, cutoff=likeness)
        return names[near[0]] if near else ""
    if field.kind in _RANGES:
        number = scalar.real(word)
        word = str(int(number)) if number is not None and number.is_integer() else word
    return word if word != raw and read_value(field, word) is not None else ""


def is_consumed(field: FieldType, raw: str) -> bool:
    """Whether the C++ parser reads on before it rejects the text: words and numbers it has to look up."""
    if field.kind is Kind.BOOL:
        return bool(_IDENTIFIER.fullmatch(raw))
    low, high = _RANGES[Kind.INT32]
    number = scalar.integer(raw)
    is_number = number is not None and low <= number <= high
    return field.kind is Kind.ENUM and (is_number or bool(_IDENTIFIER.fullmatch(raw)))


def _read_integer(field: FieldType, raw: str) -> int | None:
    value = scalar.integer(raw)
    low, high = _RANGES[field.kind]
    # An unsigned field takes no minus sign at all, not even in -0.
    is_allowed = value is not None and low <= value <= high and not (low == 0 and raw[0] == "-")
    return value if is_allowed else None


def _read_float(_field: FieldType, raw: str) -> float | None:
    value = scalar.real(raw)
    return None if value is None else scalar.to_float32(value)


def _read_double(_field: FieldType, raw: str) -> float | None:
    return scalar.real(raw)


def _read_boolean(_field: FieldType, raw: str) -> bool | None:
    if raw in _BOOLEANS:
        return _BOOLEANS[raw]
    value = scalar.integer(raw)
    return bool(value) if value in (0, 1) and raw[0] != "-" else None


def _read_string(_field: FieldType, raw: str) -> str | None:
    if raw.isascii() and raw[0] == '"' and "\\" not in raw and raw.find('"', 1) == len(raw) - 1:
        return raw[1:-1]
    value = scalar.string(raw)
    return None if value is None else value.decode("utf-8", "backslashreplace")


def _read_enum(field: FieldType, raw: str) -> str | None:
    enum = field.enum
    if enum is None or raw in enum.values:
        return raw
    number = scalar.integer(raw)
    return None if number is None else enum.names.get(number)


_READERS: dict[Kind, Callable[[FieldType, str], Value | None]] = {
    **dict.fromkeys(_RANGES, _read_integer),
    Kind.FLOAT: _read_float,
    Kind.DOUBLE: _read_double,
    Kind.BOOL: _read_boolean,
    Kind.STRING: _read_string,
    Kind.BYTES: _read_string,
    Kind.ENUM: _read_enum,
    Kind.MESSAGE: lambda _field, _raw: None,
}
