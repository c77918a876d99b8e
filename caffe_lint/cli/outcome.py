"""What comes of one file, as a worker process hands it over."""

from typing import NamedTuple, Protocol

from ..lint import FileReport
from ..lint.checker import Checker
from ..net import Document


class Outcome(NamedTuple):
    """What was found in a file and done to it."""

    report: FileReport
    other_files: tuple[str, ...] = ()
    """The other files on which the findings rest."""
    done: int = 0
    """How many findings were fixed or suppressed."""
    unsafe: int = 0
    """How many of those that remain have an unsafe fix."""
    diff: tuple[bytes, ...] = ()
    messages: tuple[str, ...] = ()
    """What is to be said on the standard error output."""


class Mender(Protocol):
    """Changes files, or shows how. A copy in each worker process mends, one takes account of it all."""

    @property
    def is_failed(self) -> bool:
        """Whether what was done makes the run fail by itself."""

    def mend(self, document: Document, checker: Checker) -> Outcome:
        """Change a file, and report what remains.

        Raises:
            click.ClickException: if the file cannot be written.
        """

    def take(self, outcome: Outcome) -> None:
        """Tell of a file, in the order of the files, and count it."""

    def tell(self, *, to_stderr: bool) -> None:
        """One line about what was done."""
