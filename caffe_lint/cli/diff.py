"""Unified diffs on standard output, byte for byte, so that `patch` can apply them."""

import difflib
import re
import sys
from collections.abc import Iterator

from ..report import printable

_LINE = re.compile(rb"[^\n]*+\n|[^\n]++")


def unified_diff(path: str, before: bytes, after: bytes) -> Iterator[bytes]:
    """The lines of a diff between two contents of a file."""
    # A path that would break the header is of no use to `patch` anyway.
    name = printable(path).encode("utf-8", "surrogateescape")
    lines = difflib.diff_bytes(
        difflib.unified_diff, _LINE.findall(before), _LINE.findall(after), name, name, lineterm=b"\n"
    )
    for line in lines:
        yield line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n"


def write_diff(path: str, before: bytes, after: bytes) -> None:
    """Write a diff; what would act on a terminal comes out as text there."""
    if not sys.stdout.isatty():
        sys.stdout.flush()
        sys.stdout.buffer.write(b"".join(unified_diff(path, before, after)))
        return
    for line in unified_diff(path, before, after):
        text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
        sys.stdout.write("\t".join(map(printable, text.split("\t"))) + "\n")
