"""The scalars of messages: from a Python value to what the field holds, and to protobuf's text."""

from collections.abc import Iterable
from difflib import get_close_matches
from numbers import Integral, Real

from ..schema import FieldType, Kind, Value
from ..schema.value import describe, read_value
from ..text.scalar import to_float32

# The digits that a value is tried with first, and those that always suffice (strutil.cc, FloatToBuffer).
_DIGITS = {Kind.FLOAT: (6, 9), Kind.DOUBLE: (15, 17)}

# All that text_format.cc does not write as it is; UTF-8 beyond ASCII it does.
_ESCAPES = {code: f"\\{code:03o}" for code in (*range(32), 127)} | {
    ord(char): f"\\{letter}" for char, letter in zip("\n\r\t\"'\\", "nrt\"'\\", strict=True)
}


def accept(field: FieldType, value: object) -> Value:
    """The value as the field holds it: an enum as a name, a float rounded to 32 bits.

    Raises:
        ValueError: if the field does not take that value.
    """
    accepted = _read(field, value)
    if accepted is None:
        hint = did_you_mean(value, field.enum.values) if field.enum and isinstance(value, str) else ""
        raise ValueError(f"'{field.name}' must be {describe(field)}, got {value!r}{hint}")
    return accepted


def write(field: FieldType, value: Value) -> str:
    """The value as protobuf writes it (text_format.cc, TextFormat::Printer)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if field.kind in _DIGITS:
        return _shortest(field.kind, float(value))
    if field.kind in (Kind.STRING, Kind.BYTES):
        return f'"{str(value).translate(_ESCAPES)}"'
    return str(value)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: a near one that is known, or nothing."""
    near = get_close_matches(name, known, 1)
    return f"; did you mean '{near[0]}'?" if near else ""


def _read(field: FieldType, value: object) -> Value | None:
    if isinstance(value, str):
        is_text = field.kind in (Kind.STRING, Kind.BYTES)
        return value if is_text or (field.enum and value in field.enum.values) else None
    if isinstance(value, bool):
        return read_value(field, str(value))
    if isinstance(value, Integral):
        return read_value(field, str(int(value)))
    if isinstance(value, Real):
        return read_value(field, repr(float(value)))
    return None


def _shortest(kind: Kind, value: float) -> str:
    few, enough = _DIGITS[kind]
    text = f"{value:.{few}g}"
    same = to_float32(float(text)) if kind is Kind.FLOAT else float(text)
    return text if same == value or value != value else f"{value:.{enough}g}"
