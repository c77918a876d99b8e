"""Rules about old forms that Caffe upgrades by itself, with the new form as a fix."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator

from ..net import Document
from ..schema import BVLC
from ..text import Edit, Span
from .diagnostic import Diagnostic, Fix, Note
from .old_rule import OldRule


class OldFormRule(OldRule):
    """A rule about an old form of a net that Caffe upgrades by itself; one finding a file."""

    def check_net(self, document: Document) -> Iterator[Diagnostic]:
        """The finding about a file, with a fix if Caffe's upgrade loses nothing of what it says."""
        if document.upgraded.problems:
            return
        found = self.find(document)
        if found is not None:
            message, span, remedy = found
            yield self._with_fix(document, self.report(message, span), remedy)

    def _with_fix(self, document: Document, finding: Diagnostic, remedy: str) -> Diagnostic:
        from ..net.renewal import NotRenewableError, with_all_comments

        try:
            edits = with_all_comments(document, self.renew(document))
            _check_readers(document, edits)
        except NotRenewableError as error:
            return finding._replace(notes=(Note(f"no fix: {error.message}", error.span),))
        return finding._replace(fix=Fix(safe=True, message=remedy, edits=edits))

    @abstractmethod
    def find(self, document: Document) -> tuple[str, Span, str] | None:
        """What there is to say of a file, where, and what the fix does."""

    @abstractmethod
    def renew(self, document: Document) -> tuple[Edit, ...]:
        """The edits that write the new form."""


def _check_readers(document: Document, edits: Iterable[Edit]) -> None:
    """Raise NotRenewableError if the new form would be for other Caffes, where the file is not for BVLC's."""
    from ..net.renewal import NotRenewableError

    if BVLC in document.dialects and not document.is_dialect_given:
        return
    after = document.edited(edits)
    if after.schema_problems or not set(document.dialects) <= set(after.dialects):
        message = f"the new form is not known in {document.dialects[0]}, which this file needs"
        raise NotRenewableError(document.root.span, message)
    if after.dialects != document.dialects:
        message = f"in the new form the file would be taken for one of {after.dialects[0]}"
        raise NotRenewableError(document.root.span, message)
