"""Rules about what Caffe still reads, and what today is written otherwise."""

from abc import abstractmethod
from collections.abc import Iterator

from ..net import Document
from .diagnostic import Claim, Diagnostic, Severity
from .rule import DocumentRule


class OldRule(DocumentRule):
    """A rule about something old in a net that the parser takes, with the new form as a fix.

    Caffe computes the same either way, so that a finding is no more than a note.
    """

    severity = Severity.NOTE
    claim = Claim.STYLE
    fixable = True

    def check(self, document: Document) -> Iterator[Diagnostic]:
        """The findings of `check_net`, in a net that the parser takes."""
        is_taken = not document.syntax_problems and not document.schema_problems
        if document.root_type == "NetParameter" and is_taken:
            yield from self.check_net(document)

    @abstractmethod
    def check_net(self, document: Document) -> Iterator[Diagnostic]:
        """The findings in a net."""
