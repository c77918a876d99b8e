"""What is done with one file, in this process or in a worker."""

import gc
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import click

from ..lint import RuleFailedError
from ..lint.checker import Checker
from ..net import Document
from ..text import Source, paused_collector
from .chooser import Chooser
from .errors import InternalError
from .files import read_source
from .outcome import Mender, Outcome

_SWEPT_BYTES = 2**20
"""How much is read before the trees of the files so far are collected: they are full of cycles."""


class _Sweeper:
    """Collects garbage once in a while; a process has one for all of its files."""

    def __init__(self) -> None:
        self._unswept = 0

    def count(self, size: int) -> None:
        """A file of that size is done."""
        self._unswept += size
        if self._unswept > _SWEPT_BYTES:
            gc.collect()
            self._unswept = 0


_sweeper = _Sweeper()


class Work(NamedTuple):
    """What is to be done with the files of a run."""

    chooser: Chooser
    mender: Mender | None = None

    def each(self, paths: Iterable[Path]) -> Iterator[Outcome | click.ClickException]:
        """What comes of each file; for one that cannot be read or written, the reason.

        Raises:
            InternalError: if caffe-lint itself fails at one.
        """
        for path in paths:
            with paused_collector():
                try:
                    outcome, size = self._one(path)
                    yield outcome
                except click.ClickException as error:
                    yield error
                    continue
                _sweeper.count(size)

    def _one(self, path: Path) -> tuple[Outcome, int]:
        source = read_source(path)
        return self.on(source, self.chooser.checker(path)), len(source.data)

    def on(self, source: Source, checker: Checker) -> Outcome:
        """What comes of one file.

        Raises:
            click.ClickException: if it cannot be written.
            InternalError: if caffe-lint itself fails at it.
        """
        try:
            return self._outcome(self.chooser.document(source), checker)
        except click.ClickException:
            raise
        except RuleFailedError as error:
            raise InternalError(str(error)) from error
        except Exception as error:
            raise InternalError(f"{source.path}: {type(error).__name__}: {error}") from error

    def _outcome(self, document: Document, checker: Checker) -> Outcome:
        if self.mender is not None:
            return self.mender.mend(document, checker)
        report = checker.find(document)
        others = (file for rule in checker.rules for file in rule.other_files(document))
        return Outcome(report, tuple(dict.fromkeys(others)))
