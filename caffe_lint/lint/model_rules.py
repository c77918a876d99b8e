"""Rules whose findings the model has already worked out: such a rule only names its kind of mistake."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from ..layers import Hazard, Rejection
from ..net import Document, Layer
from ..recurrent import Defect
from ..schema import BVLC, Answer, SchemaProblem
from ..text import Span
from .context import NetContext
from .diagnostic import Claim, Diagnostic, Fix, Note, Severity
from .rule import DocumentRule, NetRule
from .spelling import spelling_fix


class SchemaRule(DocumentRule):
    """A rule for one kind of thing that the dialect's parser rejects in a file of right syntax."""

    def check(self, document: Document) -> Iterator[Diagnostic]:
        """The schema problems that bear the rule's name."""
        for problem in document.schema_problems:
            if problem.kind.value == self.name:
                notes = [Note(message, span) for span, message in problem.notes]
                notes += _place_in_caffe(problem, document)
                severity = severity_of(problem.answer, document)
                finding = self.report(problem.message, problem.span, notes, severity)
                yield finding._replace(fix=self.fix(document, problem))

    def fix(self, document: Document, problem: SchemaProblem) -> Fix | None:  # noqa: ARG002
        """What puts a problem right, where that is certain."""
        return None


def _place_in_caffe(problem: SchemaProblem, document: Document) -> list[Note]:
    """Where Caffe's message points, if that is another line: its parser is one token ahead."""
    data = document.source.data
    offset = problem.offset_in_caffe(data)
    if b"\n" not in data[problem.span.end : offset]:
        return []
    return [Note("Caffe's own message names this place, behind the mistake", Span(offset, offset + 1))]


def severity_of(answer: Answer | None, document: Document) -> Severity:
    """How bad an unknown name is: where the dialect is inferred, the file may be for a Caffe nobody knows."""
    if document.is_dialect_given:
        return Severity.ERROR
    if answer is Answer.NOWHERE:
        return Severity.NOTE
    is_certain = answer is not Answer.ELSEWHERE and BVLC in document.dialects
    return Severity.ERROR if is_certain else Severity.WARNING


class RejectionRule(NetRule):
    """A rule for one kind of mistake at which Caffe aborts while it sets up the layers.

    The layer table is BVLC's. In a net that only another Caffe can read, what BVLC's would not accept is a
    warning, or less where such limits are known to differ.
    """

    foreign_severity = Severity.WARNING

    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        """The rejections that bear the rule's name."""
        is_foreign = BVLC not in context.document.dialects
        for rejection in context.rejections:
            if rejection.rule == self.name:
                notes = [Note(message, span) for message, span in rejection.notes]
                finding = self.report(context, rejection.message, rejection.span, notes)
                if rejection.spelling is not None:
                    fix = spelling_fix(
                        context.document, rejection.span, *rejection.spelling, changes="parameters"
                    )
                    finding = finding._replace(fix=fix)
                yield self._foreign(context, rejection, finding) if is_foreign else finding

    def _foreign(self, context: NetContext, rejection: Rejection, finding: Diagnostic) -> Diagnostic:
        record = context.shapes.record(rejection.layer)
        is_vague = record is not None and record.is_counted_only
        return finding._replace(severity=Severity.NOTE if is_vague else self.foreign_severity)


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
                finding = self.report(context, defect.message, defect.span, notes, claim)
                yield finding._replace(fix=self.fix(context, defect))

    def fix(self, context: NetContext, defect: Defect) -> Fix | None:  # noqa: ARG002
        """What puts a defect right, where that is certain."""
        return None


class HazardRule(NetRule):
    """A rule for one way in which an in-place layer overwrites what is still needed."""

    fixable = True

    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        """The hazards that bear the rule's name, in the phases in which they do harm."""
        if context.net.is_partial:
            return
        for phase in dict.fromkeys(state.phase for state in context.net.states):
            states = tuple(str(state) for state in context.net.states if state.phase == phase)
            for hazard in context.hazards(phase):
                if hazard.kind == self.name:
                    finding = self._finding(context, hazard)._replace(states=states)
                    yield _softened(finding, context.document)

    def _finding(self, context: NetContext, hazard: Hazard) -> Diagnostic:
        from ..net.rename import fresh_top  # few files need it

        notes = [Note(message, span) for message, span in hazard.notes]
        finding = self.report(context, hazard.message, hazard.blob.span, notes)
        edits = fresh_top(context.document, context.net, hazard.blob)
        if edits is not None:
            fix = Fix(
                safe=hazard.is_certain,
                message=f"give '{hazard.blob.layer.name}' a top of its own",
                edits=edits,
            )
            finding = finding._replace(fix=fix)
        return finding if hazard.is_certain else finding._replace(severity=Severity.NOTE)


class LayerRule(NetRule):
    """A rule about single layers, by what BVLC's Caffe does with them."""

    layer_types: ClassVar[frozenset[str]] = frozenset()
    """The layer types that it is about; empty for all."""

    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        """The findings in the layers of those types."""
        for layer in context.net.layers:
            if not layer.is_damaged and (not self.layer_types or layer.type in self.layer_types):
                for finding in self.check_layer(context, layer):
                    yield _softened(finding, context.document)

    @abstractmethod
    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        """The findings in a layer."""


class TrainingRule(NetRule):
    """A rule about gradients: it looks at nets that are trained, and speaks of their TRAIN states only."""

    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        """The findings in a net that is trained."""
        if context.trained_states:
            for finding in self.check_training(context):
                yield _softened(finding, context.document)._replace(states=context.trained_states)

    @abstractmethod
    def check_training(self, context: NetContext) -> Iterator[Diagnostic]:
        """The findings in a net that has data and a loss in TRAIN."""


def _softened(finding: Diagnostic, document: Document) -> Diagnostic:
    """A finding about what BVLC's Caffe does: no more than a warning if only another Caffe reads the file."""
    is_too_bad = BVLC not in document.dialects and finding.severity is Severity.ERROR
    return finding._replace(severity=Severity.WARNING) if is_too_bad else finding
