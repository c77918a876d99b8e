"""Fixes files, or shows how, and counts what was done."""

import sys

import click

from ..lint import Diagnostic, FileReport
from ..lint.checker import Checker
from ..lint.fixing import FixedFile, fix
from ..net import Document
from ..report import printable
from ..report.wording import counted
from .errors import complain
from .fix_options import FixChoice
from .piped import write_stdout
from .replace import replace


class Fixer:
    """Fixes one file after the other."""

    def __init__(self, choice: FixChoice, *, is_piped: bool = False) -> None:
        """Begin with nothing fixed.

        Args:
            choice: what is to be done.
            is_piped: whether texts go to the standard output, fixed or not, and not into their files.
        """
        self._choice = choice
        self._is_piped = is_piped
        self._fixed = 0
        self._files = 0
        self._unsafe = 0

    @property
    def is_failed(self) -> bool:
        """Whether the fixes themselves make the run fail."""
        return bool(self._fixed) and (self._choice.diff or self._choice.exit_non_zero_on_fix)

    def fix(self, document: Document, checker: Checker) -> FileReport:
        """Fix what a checker finds in a file, and report what remains.

        Raises:
            click.ClickException: if the file cannot be written.
            FixLoopError: if fixes undo each other.
            RuleFailedError: if a rule raises.
        """
        fixed = fix(document, checker.rules, is_unsafe_allowed=self._choice.unsafe_fixes, check=checker.check)
        if fixed.applied or self._is_piped:
            self._settle(document, fixed)
        if fixed.applied:
            self._fixed += len(fixed.applied)
            self._files += 1
        self._unsafe += sum(_is_unsafe(finding) for finding in fixed.report.diagnostics)
        for finding in fixed.refused:
            _tell_refused(fixed, finding)
        return fixed.report

    def _settle(self, document: Document, fixed: FixedFile) -> None:
        before, after = document.source, fixed.document.source
        if self._choice.diff:
            from .diff import write_diff

            write_diff(before.path, before.data, after.data)
            return
        if self._is_piped:
            write_stdout(after.data)
            return
        try:
            replace(before.path, before.data, after.data)
        except OSError as error:
            raise click.ClickException(f"cannot write '{before.path}': {error.strerror}") from error

    def tell(self, *, to_stderr: bool) -> None:
        """One line about what was fixed, and what more could be."""
        stream = sys.stderr if to_stderr else sys.stdout
        stream.write(f"{self._summary()}\n")

    def _summary(self) -> str:
        verb = "Would fix" if self._choice.diff else "Fixed"
        done = f"{verb} {counted(self._fixed, 'finding')} in {counted(self._files, 'file')}"
        if not self._fixed:
            done = f"{verb} nothing"
        if not self._unsafe or self._choice.unsafe_fixes:
            return done
        more = " more" if self._fixed else ""
        return f"{done} ({self._unsafe}{more} with --unsafe-fixes)"


def _is_unsafe(finding: Diagnostic) -> bool:
    return finding.fix is not None and not finding.fix.safe


def _tell_refused(fixed: FixedFile, finding: Diagnostic) -> None:
    source = fixed.document.source
    line = source.position(finding.span.start).line
    complain(
        f"{printable(source.path)}:{line}: the fix of {finding.code} is not applied: "
        "it would change more than it is meant to"
    )
