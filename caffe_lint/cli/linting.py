"""Lints many files: what is known from the cache, what is shared by processes, and all of it in order."""

import stat
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..lint import FileReport
from .chooser import Chooser
from .outcome import Mender, Outcome
from .piped import Piped
from .progress import Progress
from .run_options import RunChoice, cores
from .work import Work

if TYPE_CHECKING:
    from ..lint.checker import Checker
    from .cache import Cache

FEW_BYTES = 2**18
"""Files of fewer bytes together are linted at once: processes and cache would take longer to get ready."""


def lint_all(
    paths: Sequence[Path],
    chooser: Chooser,
    mender: Mender | None = None,
    choice: RunChoice = RunChoice(),  # noqa: B008  it is immutable
) -> tuple[list[FileReport], list[click.ClickException]]:
    """What is found in each file, and what is wrong with those that cannot be read or written.

    Raises:
        click.UsageError: if the settings of a file cannot be used: no file is touched then.
    """
    chooser.prepare(paths)
    sizes = {path: _size(path) for path in paths}
    cache = _cache(chooser, choice, sum(sizes.values())) if mender is None else None
    known = {path: report for path in paths if (report := cache.find(path))} if cache else {}
    left = [path for path in paths if path not in known]
    reports: list[FileReport] = []
    errors: list[click.ClickException] = []
    outcomes = _outcomes(left, Work(chooser, mender), choice, sizes)
    with closing(outcomes), Progress(len(paths), len(known)) as progress:
        for path in paths:
            outcome = Outcome(known[path]) if path in known else next(outcomes)
            if isinstance(outcome, click.ClickException):
                errors.append(outcome)
                continue
            if cache and path not in known:
                cache.keep(path, outcome.report, outcome.other_files)
            reports.append(_settled(outcome, chooser.checker(path), mender))
            if path not in known:
                progress.advance()
    return reports, errors


def lint_stdin(
    stdin: Piped, chooser: Chooser, mender: Mender | None
) -> tuple[list[FileReport], list[click.ClickException]]:
    """What is found in the standard input; what settings force out is passed on as it is.

    Raises:
        click.ClickException: if the standard input cannot be used, or its settings.
    """
    checker = chooser.checker(stdin.name)
    if chooser.forces_out(stdin.name):
        checker = checker.without(frozenset(rule.code for rule in checker.rules))
    return [_settled(Work(chooser, mender).on(stdin.read(), checker), checker, mender)], []


def _settled(outcome: Outcome, checker: "Checker", mender: Mender | None) -> FileReport:
    """What is to be reported of a file; one that is mended has been asked about that before."""
    if mender is None:
        return checker.settle(outcome.report)
    mender.take(outcome)
    return outcome.report


def _size(path: Path) -> int:
    """The size of a file; 0 for what is none, such as a pipe, which can be read only once."""
    try:
        status = path.stat()
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def _cache(chooser: Chooser, choice: RunChoice, size: int) -> "Cache | None":
    if choice.no_cache or (size < FEW_BYTES and not chooser.has_cache_dir):
        return None
    from .cache import Cache  # takes a while

    return Cache(chooser)


def _outcomes(
    paths: Sequence[Path], work: Work, choice: RunChoice, sizes: Mapping[Path, int]
) -> Generator[Outcome | click.ClickException, None, None]:
    """What comes of each file, in order."""
    jobs = min(choice.jobs or cores(), len(paths))
    if jobs < 2 or sum(sizes[path] for path in paths) < FEW_BYTES:
        yield from work.each(paths)
        return
    from .workers import in_processes  # takes a while

    yield from in_processes(paths, work, jobs, sizes)
