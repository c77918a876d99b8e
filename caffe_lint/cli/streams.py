"""The standard streams, also where they are closed, lose their reader, or lack characters."""

import os
import sys
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Unread(FileIO):
    """A pipe that takes what nobody reads any more: a run ends with the same exit code, read or not."""

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write to the reader, or to nothing once there is none."""
        try:
            return super().write(data)
        except BrokenPipeError:
            discard_output()
            return memoryview(data).nbytes


def prepare_streams() -> None:
    """Let a run end as it should, whatever its output is, if it is anything (`>&-`)."""
    if sys.stderr is None:
        sys.stderr = _nowhere()
    if sys.stdout is None:
        sys.stdout = _nowhere()
    elif not sys.stdout.isatty():
        raw = _Unread(sys.stdout.fileno(), "w", closefd=False)
        sys.stdout = TextIOWrapper(BufferedWriter(raw), encoding=sys.stdout.encoding)


def _nowhere() -> TextIOWrapper:
    return TextIOWrapper(BufferedWriter(FileIO(os.devnull, "w")), encoding="utf-8")


def tolerate_encodings() -> None:
    """Let characters that an output's encoding lacks come out as escapes, instead of ending the run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def discard_output() -> None:
    """Let what is still to be written to the standard output go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
