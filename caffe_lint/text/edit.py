"""Edits on source bytes: the only way caffe-lint changes a file."""

from collections.abc import Iterable
from typing import NamedTuple


class Edit(NamedTuple):
    """Replace the bytes `start:end` by `text` (UTF-8); an insertion has `start == end`.

    Bytes of the file that are no UTF-8 and only move stand in `text` as lone surrogates (`surrogateescape`).
    """

    start: int
    end: int
    text: str


def apply_edits(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes after all edits, each given in offsets of the unchanged buffer.

    Raises:
        ValueError: if two edits overlap or one lies outside the buffer.
    """
    pieces = []
    done = 0
    for edit in sorted(edits):
        if not done <= edit.start <= edit.end <= len(data):
            raise ValueError(f"edit {edit} overlaps another one or lies outside the file")
        pieces += [data[done : edit.start], edit.text.encode("utf-8", "surrogateescape")]
        done = edit.end
    return b"".join([*pieces, data[done:]])
