"""Scalars read as the C++ parser stores them, and what is said where it rejects them."""

import math

import pytest

from caffe_lint.schema import BVLC, FieldType, load_schema
from caffe_lint.schema.value import describe, excerpt, near_value, read_value
from caffe_lint.text import scalar

FIELDS = {
    "int32": ("SolverParameter", "display"),
    "uint32": ("InnerProductParameter", "num_output"),
    "int64": ("BlobShape", "dim"),
    "float": ("LRNParameter", "alpha"),
    "double": ("BlobProto", "double_data"),
    "bool": ("NetParameter", "force_backward"),
    "string": ("NetParameter", "name"),
    "enum": ("PoolingParameter", "pool"),
    "message": ("NetParameter", "layer"),
}


def field(kind: str) -> FieldType:
    message, name = FIELDS[kind]
    found = load_schema().view([BVLC]).message(message).field(name)
    assert found
    assert found.kind == kind
    return found


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("int32", "12", 12),
        ("int32", "- 5", -5),
        ("int32", "-# c\n5", -5),
        ("int32", "0x1F", 31),
        ("int32", "-0X10", -16),
        ("int32", "010", 8),
        ("int32", "00", 0),
        ("int32", "2147483647", 2147483647),
        ("int32", "2147483648", None),
        ("int32", "-2147483648", -2147483648),
        ("int32", "1.0", None),
        ("int32", "1e5", None),
        ("int32", '"5"', None),
        ("int32", "inf", None),
        ("uint32", "4294967295", 4294967295),
        ("uint32", "4294967296", None),
        ("uint32", "-0", None),
        ("uint32", "9" * 10_000, None),
        ("int64", "9223372036854775807", 9223372036854775807),
        ("int64", "9223372036854775808", None),
        ("float", "0.1", 0.10000000149011612),
        ("float", "1.5f", 1.5),
        ("float", "1F", 1.0),
        ("float", ".5e1", 5.0),
        ("float", "1.", 1.0),
        ("float", "-  1", -1.0),
        ("float", "1e39", math.inf),
        ("float", "-1e39", -math.inf),
        ("float", "1e-400", 0.0),
        ("float", "-Infinity", -math.inf),
        ("float", "nanf", None),
        ("float", "010", None),
        ("float", "0x10", None),
        ("float", "0", 0.0),
        ("float", "18446744073709551616", 18446744073709551616.0),
        ("double", "0.1", 0.1),
        ("double", "1e400", math.inf),
        ("bool", "t", True),
        ("bool", "True", True),
        ("bool", "true", True),
        ("bool", "f", False),
        ("bool", "False", False),
        ("bool", "01", True),
        ("bool", "0x0", False),
        ("bool", "TRUE", None),
        ("bool", "2", None),
        ("bool", "-0", None),
        ("bool", "1.0", None),
        ("string", '"a b"', "a b"),
        ("string", "'it\"s'", 'it"s'),
        ("string", "\"a\" # 'c'\n 'b'", "ab"),
        ("string", '"""a"""', "a"),
        ("string", '""', ""),
        ("string", r'"\x41\101\n\?\"\\"', 'AA\n?"\\'),
        ("string", r'"\u4e2d\U0001F600"', "中😀"),
        ("string", r'"\ud83d\ude00"', "😀"),
        ("string", '"caf\xe9"', "caf\\xe9"),
        ("string", '"\xc3\xa9"', "é"),
        ("string", "step", None),
        ("enum", "AVE", "AVE"),
        ("enum", "1", "AVE"),
        ("enum", "0x2", "STOCHASTIC"),
        ("enum", "3", None),
        ("enum", "ave", None),
        ("enum", '"AVE"', None),
        ("message", "1", None),
    ],
)
def test_values(kind: str, raw: str, value: object) -> None:
    found = read_value(field(kind), raw)
    assert found == value
    assert type(found) is type(value)


def test_not_a_number_is_a_float() -> None:
    assert math.isnan(float(read_value(field("float"), "-nan") or 0))


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (r'"\400"', b"\x00"),
        (r'"\xff\x4"', b"\xff\x04"),
        (r'"\ud83d"', b"\xed\xa0\xbd"),
        (r'"\u4e2d\udc00"', b"\xe4\xb8\xad\xed\xb0\x80"),
        (r'"\U0011fFfF"', b"\xf4\x9f\xbf\xbf"),
        ('"\xd6\xd0"', b"\xd6\xd0"),
    ],
)
def test_strings_are_bytes(raw: str, value: bytes) -> None:
    assert scalar.string(raw) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("int32", "a whole number from -2147483648 to 2147483647"),
        ("uint32", "a whole number from 0 to 4294967295"),
        ("float", "a decimal number"),
        ("bool", "'true' or 'false'"),
        ("string", "a string in quotes"),
        ("enum", "one of 'MAX', 'AVE', 'STOCHASTIC'"),
        ("message", "a message in braces"),
    ],
)
def test_descriptions(kind: str, text: str) -> None:
    assert describe(field(kind)) == text


@pytest.mark.parametrize(
    ("kind", "raw", "meant"),
    [
        ("uint32", "5.0", "5"),
        ("uint32", "1e3", "1000"),
        ("uint32", '"5"', "5"),
        ("uint32", "1.5", ""),
        ("uint32", "-5", ""),
        ("float", '"0.5"', "0.5"),
        ("bool", "TRUE", "true"),
        ("bool", '"no"', "false"),
        ("bool", "maybe", ""),
        ("enum", "max", "MAX"),
        ("enum", '"AVG"', "AVE"),
        ("enum", "median", ""),
        ("string", "step", '"step"'),
        ("string", "1", ""),
    ],
)
def test_what_was_probably_meant(kind: str, raw: str, meant: str) -> None:
    assert near_value(field(kind), raw) == meant


def test_an_excerpt_is_short_and_on_one_line() -> None:
    assert excerpt('"a"\n  "b"') == '\'"a" "b"\''
    assert excerpt("x" * 100) == "'" + "x" * 39 + "…'"
    assert excerpt('"\xe9"') == "'\"\\xe9\"'"
