"""What the source text of a scalar stands for."""

import math

import pytest

from caffe_lint.text import scalar


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        *[("0", 0), ("12", 12), ("-5", -5), ("- 5", -5), ("-# five\n5", -5)],
        *[("0x1F", 31), ("0Xff", 255), ("-0x10", -16), ("010", 8), ("-017", -15), ("00", 0)],
        *[("18446744073709551615", 2**64 - 1), ("-9223372036854775808", -(2**63))],
        *[("1.", None), ("1.0", None), ("1e3", None), ("1f", None), ("08", None), ("inf", None)],
        *[("TRAIN", None), ('"1"', None), ("true", None)],
    ],
)
def test_integer(raw: str, value: int | None) -> None:
    assert scalar.integer(raw) == value


@pytest.mark.parametrize("digits", ["9" * 100_000, "0x" + "f" * 100_000, "0" + "7" * 100_000])
def test_a_huge_integer_is_larger_than_any_type(digits: str) -> None:
    positive, negative = scalar.integer(digits), scalar.integer("-" + digits)
    assert positive is not None
    assert negative is not None
    assert positive > 2**64
    assert negative < -(2**64)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        *[("1", 1.0), ("1.", 1.0), (".5", 0.5), ("1.5", 1.5), ("-1.5", -1.5), ("- .5e1", -5.0)],
        *[
            ("1e3", 1000.0),
            ("1E-3", 0.001),
            ("1e+3", 1000.0),
            ("1f", 1.0),
            ("1.5F", 1.5),
            ("0", 0.0),
            ("0.5", 0.5),
        ],
        *[
            ("inf", math.inf),
            ("-inf", -math.inf),
            ("Infinity", math.inf),
            ("INF", math.inf),
            ("1e999", math.inf),
        ],
        *[("010", None), ("0x10", None), ("true", None), ('"1"', None)],
    ],
)
def test_real(raw: str, value: float | None) -> None:
    assert scalar.real(raw) == value


@pytest.mark.parametrize("raw", ["nan", "-nan", "NaN"])
def test_not_a_number(raw: str) -> None:
    value = scalar.real(raw)
    assert value is not None
    assert math.isnan(value)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        *[('""', b""), ('"a"', b"a"), ("'a'", b"a"), ('"it\'s"', b"it's"), ("'\"'", b'"')],
        *[("\"a\" 'b'", b"ab"), ('"a"# x\n"b"', b"ab"), ('"a""" "b"', b"ab")],
        (r'"\a\b\f\n\r\t\v\\\?\'\""', b"\a\b\f\n\r\t\v\\?'\""),
        (r'"\0\12\101\377\0012"', b"\0\nA\xff\x012"),
        (r'"\xA\x41\x414"', b"\nAA4"),
        (r'"\u00e9\u6570\U0001F600"', "\u00e9\u6570\U0001f600".encode()),
        (r'"\ud83d\ude00"', "\U0001f600".encode()),
        (r'"\ud83d"', b"\xed\xa0\xbd"),
        ('"\u00c4\u00e3"', b"\xc4\xe3"),
        *[("a", None), ("1", None), ("-1", None)],
    ],
)
def test_string(raw: str, value: bytes | None) -> None:
    assert scalar.string(raw) == value


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (0.5, 0.5),
        (0.1, 0.10000000149011612),
        (1e39, math.inf),
        (-1e39, -math.inf),
        (1e-50, 0.0),
        (3.4028235e38, 3.4028234663852886e38),
    ],
)
def test_float32(value: float, rounded: float) -> None:
    assert scalar.to_float32(value) == rounded
