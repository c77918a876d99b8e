"""Shares files among processes and gives what comes of them in order.

Workers are not killed at work: what they are writing would stay half written. A worker that is told to stop
leaves its file as it was, and ends.
"""

import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread
from time import monotonic
from types import FrameType

import click

from .errors import InternalError
from .outcome import Outcome
from .work import Work

START_METHOD = "fork" if sys.platform == "linux" else "spawn"
"""A fork begins at once, but only Linux is safe for it."""

_BATCH_BYTES = 2**17
_BATCH_FILES = 50
_GRACE_SECONDS = 5.0

Results = list[Outcome | click.ClickException]


def in_processes(
    paths: Sequence[Path], work: Work, jobs: int, sizes: Mapping[Path, int]
) -> Iterator[Outcome | click.ClickException]:
    """What comes of each file, in order.

    Raises:
        InternalError: if caffe-lint itself fails at a file, or a process dies.
    """
    batches = list(_batches(paths, sizes))
    others = multiprocessing.active_children()
    context = multiprocessing.get_context(START_METHOD)
    try:
        made = ProcessPoolExecutor(min(jobs, len(batches)), context, _begin, (work, os.getpid()))
    except (OSError, NotImplementedError):  # some systems lack what processes share
        yield from work.each(paths)
        return
    with made as pool:
        try:
            with _no_interrupts():
                futures = [pool.submit(_do, batch) for batch in batches]
            for future in futures:
                yield from future.result()
        except BrokenProcessPool as error:
            _end_idle(_children_but(others))
            message = "a worker process died, perhaps of too little memory; --jobs 1 does without them"
            raise InternalError(message) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in _children_but(others):
                child.terminate()
            raise


def _children_but(others: Sequence[BaseProcess]) -> list[BaseProcess]:
    return [child for child in multiprocessing.active_children() if child not in others]


def _end_idle(children: Iterable[BaseProcess]) -> None:
    """End the workers that are left when one has died.

    The pool has told them to stop. Who works at a file does; who waits for one would wait for ever.
    """
    deadline = monotonic() + _GRACE_SECONDS
    for child in children:
        child.join(max(deadline - monotonic(), 0))
        child.kill()


def _batches(paths: Sequence[Path], sizes: Mapping[Path, int]) -> Iterator[list[Path]]:
    batch: list[Path] = []
    size = 0
    for path in paths:
        batch.append(path)
        size += sizes[path]
        if size >= _BATCH_BYTES or len(batch) == _BATCH_FILES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Ctrl-C is for this process; those that begin inside inherit that it means nothing to them."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class _Stopped(BaseException):
    """A worker is to end."""


class _Worker:
    """What a worker process knows."""

    work: Work
    is_busy = False
    is_stopped = False


def _begin(work: Work, parent: int) -> None:
    _Worker.work = work
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _stop)
    Thread(target=_end_with, args=(parent,), daemon=True).start()
    # What was there before is no garbage, and need not be looked at again and again.
    gc.freeze()


def _end_with(parent: int) -> None:
    """End when the parent process does, however it does."""
    process = multiprocessing.parent_process()
    if process is not None and process.pid == parent:
        process.join()
        os._exit(1)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    _Worker.is_stopped = True
    if _Worker.is_busy:
        raise _Stopped


def _do(paths: list[Path]) -> Results:
    _Worker.is_busy = True
    try:
        if _Worker.is_stopped:
            raise _Stopped
        return list(_Worker.work.each(paths))
    finally:
        _Worker.is_busy = False
