"""A progress bar for those who wait: on a terminal only, and only when it takes a while."""

import sys
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_PATIENCE_SECONDS = 0.5
_REFRESH_SECONDS = 0.1


class Progress:
    """Shows on the standard error output how many files are done."""

    def __init__(self, total: int, done: int = 0) -> None:
        self._total = total
        self._done = done
        self._next = monotonic() + _PATIENCE_SECONDS if sys.stderr.isatty() else float("inf")
        self._bar: tuple[Bar, TaskID] | None = None

    def __enter__(self) -> Self:
        return self

    def advance(self) -> None:
        """One more file is done."""
        self._done += 1
        if monotonic() < self._next:
            return
        self._next = monotonic() + _REFRESH_SECONDS
        if self._bar is None:
            self._bar = _started(self._total)
        bar, task = self._bar
        bar.update(task, completed=self._done, refresh=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar[0].stop()


def _started(total: int) -> "tuple[Bar, TaskID]":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    # It draws without a thread of its own: worker processes may still have to be forked.
    bar = Bar(
        "Checking",
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,
        redirect_stdout=False,
    )
    bar.start()
    return bar, bar.add_task("", total=total)
