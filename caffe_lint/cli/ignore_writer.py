"""Writes suppressions of all findings into files, and counts them."""

import sys

from ..lint.checker import Checker
from ..lint.ignoring import suppressed
from ..net import Document
from ..report.wording import counted
from .ignore_options import IgnoreChoice
from .outcome import Outcome
from .writing import rewrite


class IgnoreWriter:
    """Suppresses what is found in one file after the other."""

    is_failed = False
    """What remains decides alone whether the run fails."""

    def __init__(self, choice: IgnoreChoice) -> None:
        self._choice = choice
        self._findings = 0
        self._files = 0

    def mend(self, document: Document, checker: Checker) -> Outcome:
        """Suppress what a checker finds in a file, and report what remains.

        Raises:
            click.ClickException: if the file cannot be written.
            RuleFailedError: if a rule raises.
        """
        before = checker.check(document)
        after, report = suppressed(document, before, checker.check, self._choice.reason)
        if after is document:
            return Outcome(report)
        rewrite(document.source, after.source.data)
        return Outcome(report, done=len(before.diagnostics) - len(report.diagnostics))

    def take(self, outcome: Outcome) -> None:
        """Count what was suppressed in a file."""
        self._findings += outcome.done
        self._files += bool(outcome.done)

    def tell(self, *, to_stderr: bool) -> None:
        """One line about what was suppressed."""
        done = f"Suppressed {counted(self._findings, 'finding')} in {counted(self._files, 'file')}"
        stream = sys.stderr if to_stderr else sys.stdout
        stream.write(f"{done if self._files else 'Suppressed nothing'}\n")
