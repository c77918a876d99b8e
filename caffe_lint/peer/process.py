"""One worker: an interpreter that has pycaffe, given the text of `worker.py` and spoken to in lines."""

import json
import pkgutil
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from threading import Timer
from typing import TypedDict

from .answers import Reply

#: Importing Caffe from a cold disk can take ten seconds, fetching a container image far more.
START_SECONDS = 300.0
CLOSE_SECONDS = 5.0


class PeerError(Exception):
    """Why no answer can be had from the peer, in one sentence."""


class Greeting(TypedDict, total=False):
    """The worker's first line: its versions, or why it cannot serve."""

    python: str
    caffe: str
    failure: str
    detail: str


FAILURES = {
    "missing": "has no module 'caffe'",
    "placeholder": "has only the package 'caffe' of PyPI, an empty placeholder, and no pycaffe",
    "foreign": "has a module 'caffe' without a 'Net', which is not pycaffe: {detail}",
    "broken": "cannot import its module 'caffe': {detail}",
}


class Worker:
    """A running worker, from its greeting until it is closed.

    Raises:
        PeerError: if it cannot be started, does not greet, or has no pycaffe.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._name = f"'{shlex.join(command)}'"
        source = (pkgutil.get_data(__package__, "worker.py") or b"").decode("ascii")
        pipe = subprocess.PIPE
        with ExitStack() as resources:
            self._errors = resources.enter_context(tempfile.TemporaryFile())
            try:
                process = subprocess.Popen(
                    [*command, "-c", source], stdin=pipe, stdout=pipe, stderr=self._errors
                )
            except OSError as error:
                raise PeerError(f"cannot start {self._name}: {error.strerror}") from None
            self._process = resources.enter_context(process)
            self._resources = resources.pop_all()
        try:
            self._greet()
        except PeerError:
            self.close()
            raise

    def ask(self, question: Mapping[str, object], seconds: float) -> Reply:
        """The answer to one question; the worker may take `seconds`.

        Raises:
            PeerError: if the worker dies or falls silent; it is closed then.
        """
        assert self._process.stdin, "it was started with a pipe"
        try:
            with suppress(BrokenPipeError):  # the missing answer tells it better
                self._process.stdin.write(json.dumps(question).encode("ascii") + b"\n")
                self._process.stdin.flush()
            reply: Reply = json.loads(self._read_line(seconds))
        except PeerError:
            self.close()
            raise
        return reply

    def close(self) -> None:
        """End the worker: it stops when its input ends, and is killed if it does not."""
        killer = Timer(CLOSE_SECONDS, self._process.kill)
        killer.start()
        with suppress(BrokenPipeError):
            self._resources.close()
        killer.cancel()

    def _greet(self) -> None:
        line = self._read_line(START_SECONDS)
        try:
            greeting: Greeting = json.loads(line)
        except ValueError:
            said = line[:60].decode("utf-8", "replace").strip()
            raise PeerError(f"{self._name} is no Python interpreter, it said '{said}'") from None
        if "failure" in greeting:
            reason = FAILURES[greeting["failure"]].format(detail=greeting["detail"])
            raise PeerError(f"the Python {greeting['python']} of {self._name} {reason}")

    def _read_line(self, seconds: float) -> bytes:
        assert self._process.stdout, "it was started with a pipe"
        killer = Timer(seconds, self._process.kill)
        killer.start()
        line = self._process.stdout.readline()
        is_silent = killer.finished.is_set()
        killer.cancel()
        if is_silent:
            raise PeerError(f"{self._name} gave no answer within {seconds:g} seconds")
        if not line.endswith(b"\n"):
            raise PeerError(f"{self._name} {self._end()}")
        return line

    def _end(self) -> str:
        """How the process ended, with the last line that it wrote to stderr."""
        status = self._process.wait()
        self._errors.seek(0)
        last = self._errors.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
        how = (
            f"ended with status {status}" if status >= 0 else f"was killed by {signal.Signals(-status).name}"
        )
        return f"{how}: {last}" if last else how
