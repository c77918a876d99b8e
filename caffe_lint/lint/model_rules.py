"""Rules whose findings the model has already worked out: such a rule only names its kind of mistake."""

from collections.abc import Iterator

from ..net import Document
from ..schema import Answer
from .context import NetContext
from .diagnostic import Claim, Diagnostic, Note, Severity
from .rule import DocumentRule, NetRule


class SchemaRule(DocumentRule):
    """A rule for one kind of thing that the dialect's parser rejects in a file of right syntax."""

    def check(self, document: Document) -> Iterator[Diagnostic]:
        """The schema problems that bear the rule's name."""
        for problem in document.schema_problems:
            if problem.kind.value == self.name:
                notes = [Note(message, span) for span, message in problem.notes]
                yield self.report(problem.message, problem.span, notes, severity_of(problem.answer, document))


def severity_of(answer: Answer | None, document: Document) -> Severity:
    """How bad an unknown name is: where the dialect is inferred, the file may be for a Caffe nobody knows."""
    if document.is_dialect_given or answer not in (Answer.ELSEWHERE, Answer.NOWHERE):
        return Severity.ERROR
    return Severity.WARNING if answer is Answer.ELSEWHERE else Severity.NOTE


class RejectionRule(NetRule):
    """A rule for one kind of mistake at which Caffe aborts while it sets up the layers."""

    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        """The rejections that bear the rule's name."""
        for rejection in context.rejections:
            if rejection.rule == self.name:
                notes = [Note(message, span) for message, span in rejection.notes]
                yield self.report(context, rejection.message, rejection.span, notes)


class RecurrentRule(NetRule):
    """A rule for one kind of defect of unrolled recurrent nets."""

    claim = Claim.WRONG_FORWARD

    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        """The defects that bear the rule's name; those that make Caffe abort claim that instead."""
        for defect in context.defects:
            if defect.kind == self.name:
                is_rejected = defect.resizes and len(context.caffe_rejections) > len(context.rejections)
                notes = [Note(place.message, place.span) for place in defect.notes]
                claim = Claim.REJECTS if is_rejected else self.claim
                yield self.report(context, defect.message, defect.span, notes, claim)
