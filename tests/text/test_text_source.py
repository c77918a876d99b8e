"""Lines and columns: counted from 1, columns in characters, whatever the bytes are."""

import pytest

from caffe_lint.text import Position, Source

MIXED = b'name: "\xe6\x95\xb0\xe6\x8d\xae"\r\n# \xb0\xa1 GBK\r\n\ttop: "x"'


@pytest.mark.parametrize(
    ("data", "offset", "line", "column"),
    [
        (b"", 0, 1, 1),
        (b"abc", 0, 1, 1),
        (b"abc", 2, 1, 3),
        (b"abc", 3, 1, 4),
        (b"a\nb", 1, 1, 2),
        (b"a\nb", 2, 2, 1),
        (b"a\n", 2, 2, 1),
        (b"\n\n\n", 1, 2, 1),
        (b"\n\n\n", 3, 4, 1),
        (b"a\rb\n", 2, 1, 3),
        (MIXED, 7, 1, 8),
        (MIXED, 10, 1, 9),
        (MIXED, 13, 1, 10),
        (MIXED, 14, 1, 11),
        (MIXED, 16, 2, 1),
        # Bytes that are no UTF-8 count as one character each.
        (MIXED, 20, 2, 5),
        (MIXED, 26, 3, 1),
        (MIXED, 27, 3, 2),
        (MIXED, 35, 3, 10),
    ],
)
def test_position(data: bytes, offset: int, line: int, column: int) -> None:
    assert Source("net.prototxt", data).position(offset) == Position(line, column, offset)


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", [""]),
        (b"a", ["a"]),
        (b"a\n", ["a"]),
        (b"a\nb", ["a", "b"]),
        (b"a\n\n", ["a", ""]),
        (b"\n", [""]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\rb", ["a\rb"]),
        (MIXED, ['name: "\u6570\u636e"', "# \ufffd\ufffd GBK", '\ttop: "x"']),
    ],
)
def test_lines(data: bytes, lines: list[str]) -> None:
    source = Source("net.prototxt", data)
    assert source.line_count == len(lines)
    assert [source.line(number) for number in range(1, len(lines) + 1)] == lines


def test_lines_never_go_back() -> None:
    source = Source("net.prototxt", MIXED)
    places = [source.position(offset) for offset in range(len(MIXED) + 1)]
    assert [place.line for place in places] == [1] * 16 + [2] * 10 + [3] * 10
    assert places[-1] == Position(3, 10, len(MIXED))
