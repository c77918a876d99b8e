"""The rule API: a rule is a module with one class, whose docstring explains it to users."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from ..net import Document
from ..text import Span
from .context import NetContext
from .diagnostic import Claim, Diagnostic, Note, Severity

if TYPE_CHECKING:
    from .suppression import Stale


class Rule(ABC):
    """What all rules have; the module's docstring is the rule's documentation."""

    code: ClassVar[str]
    """`CL` and three digits, never used again for something else."""
    name: ClassVar[str]
    """Kebab case; the module has the same name in snake case."""
    severity: ClassVar[Severity] = Severity.ERROR
    claim: ClassVar[Claim] = Claim.REJECTS
    """What real Caffe does with a net that has the mistake."""
    fixable: ClassVar[bool] = False
    """Whether some of its findings have a fix."""
    options: tuple[object, ...] = ()
    """What settings may change: a NamedTuple of `Annotated[type, "what it means"]` fields with defaults."""

    def other_files(self, document: Document) -> Iterable[str]:  # noqa: ARG002  for rules that read some
        """The paths of the files on which the findings in a file rest too, whether they exist or not.

        The cache gives findings only as long as these files, too, are as they were.
        """
        return ()


class DocumentRule(Rule):
    """A rule about a file as such, before any net is built of it."""

    @abstractmethod
    def check(self, document: Document) -> Iterator[Diagnostic]:
        """The findings in a file."""

    def report(
        self, message: str, span: Span, notes: Iterable[Note] = (), severity: Severity | None = None
    ) -> Diagnostic:
        """A finding of this rule, with its usual severity unless another one is given."""
        return Diagnostic(
            self.code, self.name, severity or self.severity, self.claim, message, span, notes=tuple(notes)
        )


class NetRule(Rule):
    """A rule about the net of a state, run once for all states that keep the same layers."""

    reads_names_only: ClassVar[bool] = False
    """Whether it looks at names of layers and blobs only, which are right in a broken layer too."""

    @abstractmethod
    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        """The findings in a net."""

    def report(
        self,
        context: NetContext,
        message: str,
        span: Span,
        notes: Iterable[Note] = (),
        claim: Claim | None = None,
    ) -> Diagnostic:
        """A finding of this rule in the states of the net, with its usual claim unless another is given."""
        claim = claim or self.claim
        return Diagnostic(
            self.code, self.name, self.severity, claim, message, span, context.states, tuple(notes)
        )


class SuppressionRule(Rule):
    """A rule about comments that suppress findings, run when it is known what they suppressed."""

    @abstractmethod
    def check(self, document: Document, stale: "Sequence[Stale]") -> Iterator[Diagnostic]:
        """The findings in a file, of whose suppressions some are stale."""
