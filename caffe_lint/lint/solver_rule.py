"""What rules about solver files share: who judges the file, and names out of a fixed list."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import NamedTuple

from ..net import Document, Solver
from ..schema import BVLC, Answer
from .diagnostic import Diagnostic, Severity
from .model_rules import severity_of
from .rule import DocumentRule


class SolverRule(DocumentRule):
    """A rule about a solver file that the parser takes.

    What Caffe does with it is read from BVLC's. Where only another Caffe can read the file, nothing that a
    rule finds is more than a warning.
    """

    def check(self, document: Document) -> Iterator[Diagnostic]:
        """The findings of `check_solver`, for a file that is a solver."""
        is_foreign = BVLC not in document.dialects
        for finding in self.check_solver(document.solver) if document.solver else ():
            is_too_bad = is_foreign and finding.severity is Severity.ERROR
            yield finding._replace(severity=Severity.WARNING) if is_too_bad else finding

    @abstractmethod
    def check_solver(self, solver: Solver) -> Iterator[Diagnostic]:
        """The findings in a solver."""


class Judged(NamedTuple):
    """A name that BVLC's Caffe does not know."""

    severity: Severity
    hint: str
    """What was probably meant, or what there is."""
    meant: str
    """The only name that is near; empty where none is, or several are."""


def judge_name(name: str, known: Iterable[str], document: Document) -> Judged:
    """How bad it is that a name is none of those that BVLC's Caffe compares it with, and what was meant.

    Names that other Caffes have are not known in full: for a file of one of them it is a note.
    """
    names = {right.lower(): right for right in known}
    near = get_close_matches(name.lower(), names, n=2, cutoff=0.7)
    if name.lower() in names:
        near = [name.lower()]
    answer = Answer.NEAR if near or not name else Answer.NOWHERE
    severity = severity_of(answer, document) if BVLC in document.dialects else Severity.NOTE
    if near:
        meant = names[near[0]]
        return Judged(severity, f"did you mean '{meant}'?", "" if near[1:] else meant)
    return Judged(severity, "known are " + ", ".join(f"'{right}'" for right in names.values()), "")
