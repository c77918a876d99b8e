"""Fixes files, or shows how, and counts what was done."""

import sys

from ..lint import Diagnostic
from ..lint.checker import Checker
from ..lint.fixing import FixedFile, fix
from ..net import Document
from ..report import ColorChoice, printable
from ..report.wording import counted
from .diff import unified_diff, write_diff
from .errors import complain
from .fix_options import FixChoice
from .outcome import Outcome
from .piped import write_stdout
from .writing import rewrite


class Fixer:
    """Fixes one file after the other."""

    def __init__(self, choice: FixChoice, color: ColorChoice, *, is_piped: bool = False) -> None:
        """Begin with nothing fixed.

        Args:
            choice: what is to be done.
            color: when diffs have colour.
            is_piped: whether texts go to the standard output, fixed or not, and not into their files.
        """
        self._choice = choice
        self._color: ColorChoice = color
        self._is_piped = is_piped
        self._fixed = 0
        self._files = 0
        self._unsafe = 0

    @property
    def is_failed(self) -> bool:
        """Whether the fixes themselves make the run fail."""
        return bool(self._fixed) and (self._choice.diff or self._choice.exit_non_zero_on_fix)

    def mend(self, document: Document, checker: Checker) -> Outcome:
        """Fix what a checker finds in a file, and report what remains.

        Raises:
            click.ClickException: if the file cannot be written.
            FixLoopError: if fixes undo each other.
            RuleFailedError: if a rule raises.
        """
        fixed = fix(document, checker.rules, is_unsafe_allowed=self._choice.unsafe_fixes, check=checker.check)
        return Outcome(
            fixed.report,
            done=len(fixed.applied),
            unsafe=sum(_is_unsafe(finding) for finding in fixed.report.diagnostics),
            diff=self._settle(document, fixed) if fixed.applied or self._is_piped else (),
            messages=tuple(_refusal(fixed, finding) for finding in fixed.refused),
        )

    def _settle(self, document: Document, fixed: FixedFile) -> tuple[bytes, ...]:
        """Write a fixed file, or give the diff that was asked for instead."""
        before, after = document.source, fixed.document.source
        if self._choice.diff:
            return tuple(unified_diff(before.path, before.data, after.data))
        if self._is_piped:
            write_stdout(after.data)
            return ()
        rewrite(before, after.data)
        return ()

    def take(self, outcome: Outcome) -> None:
        """Tell of a file, and count it."""
        self._fixed += outcome.done
        self._files += bool(outcome.done)
        self._unsafe += outcome.unsafe
        write_diff(outcome.diff, self._color)
        for message in outcome.messages:
            complain(message)

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


def _refusal(fixed: FixedFile, finding: Diagnostic) -> str:
    source = fixed.document.source
    line = source.position(finding.span.start).line
    return (
        f"{printable(source.path)}:{line}: the fix of {finding.code} is not applied: "
        "it would change more than it is meant to"
    )
