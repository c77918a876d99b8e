"""Where comments stand: a `#` inside of a string begins none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caffe_lint.text import end_of_gap, find_comments, parse
from caffe_lint.text.tree import Message


@pytest.mark.parametrize(
    ("data", "comments"),
    [
        (b"", []),
        (b"a: 1", []),
        (b"# x", [b"# x"]),
        (b"a: 1 # x # y\n#z\r\n# w\r\n", [b"# x # y", b"#z", b"# w"]),
        (b"a: '# no' # yes 'x\nb: \"# no\\\" # no\" #", [b"# yes 'x", b"#"]),
        (b"a: 'not closed # no\nb: 1 # yes", [b"# yes"]),
        (b"a: 'x\\\\' # yes", [b"# yes"]),
        (b"# one\0 # two", [b"# one", b"# two"]),
        (b"# it's\na: 'b'", [b"# it's"]),
        (b"# \xd6\xd0\n", [b"# \xd6\xd0"]),
    ],
)
def test_comments(data: bytes, comments: list[bytes]) -> None:
    assert [data[start:end] for start, end in find_comments(data)] == comments


@pytest.mark.parametrize(
    ("data", "offset", "end"), [(b"a  # x\n\n# y\n  b", 1, 14), (b"a", 0, 0), (b"a # x", 1, 5), (b"ab", 1, 1)]
)
def test_end_of_gap(data: bytes, offset: int, end: int) -> None:
    assert end_of_gap(data, offset) == end


PIECES = st.sampled_from(
    ["a: 1", "b: '#'", 'c: "x # y"', "d { e: 2 }", "# '", '# "x', "#", "\n", "\n\n", " "]
)


@given(st.lists(PIECES, max_size=20))
def test_a_file_without_its_comments_says_the_same(pieces: list[str]) -> None:
    data = "".join(f"{piece}\n" for piece in pieces).encode()
    bare = bytearray(data)
    for start, end in find_comments(data):
        bare[start:end] = b" " * (end - start)
    before, after = parse(data), parse(bytes(bare))
    assert (before.problems, after.problems) == ([], [])
    assert _places(before.root) == _places(after.root)


def _places(message: Message) -> list[tuple[str, int, int]]:
    return [(field.name, field.start, field.end) for field in message.fields]
