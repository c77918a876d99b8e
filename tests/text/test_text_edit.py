"""Edits: what they make of a buffer, and which ones cannot be applied together."""

import pytest

from caffe_lint.text import Edit, apply_edits


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([], b"0123456789"),
        ([Edit(0, 0, "a")], b"a0123456789"),
        ([Edit(10, 10, "a")], b"0123456789a"),
        ([Edit(0, 10, "")], b""),
        ([Edit(2, 4, "ab")], b"01ab456789"),
        ([Edit(5, 6, "\u6570")], b"01234\xe6\x95\xb06789"),
        ([Edit(8, 9, "b"), Edit(1, 2, "a")], b"0a234567b9"),
        ([Edit(1, 3, "a"), Edit(3, 5, "b")], b"0ab56789"),
        ([Edit(3, 3, "a"), Edit(3, 5, "b")], b"012ab56789"),
        ([Edit(3, 5, "b"), Edit(3, 3, "a")], b"012ab56789"),
    ],
)
def test_edits_are_in_offsets_of_the_unchanged_buffer(edits: list[Edit], expected: bytes) -> None:
    assert apply_edits(b"0123456789", edits) == expected


def test_undecodable_bytes_stay_as_they_are() -> None:
    assert apply_edits(b"\xff# \xb0\xa1", [Edit(1, 2, "//")]) == b"\xff// \xb0\xa1"


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(1, 4, "a"), Edit(3, 5, "b")],
        [Edit(1, 4, "a"), Edit(1, 4, "b")],
        [Edit(1, 4, "a"), Edit(2, 2, "b")],
        [Edit(0, 11, "a")],
        [Edit(-1, 2, "a")],
        [Edit(4, 2, "a")],
        [Edit(11, 11, "a")],
    ],
)
def test_edits_that_overlap_or_lie_outside_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="overlaps another one or lies outside the file"):
        apply_edits(b"0123456789", edits)
