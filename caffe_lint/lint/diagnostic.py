"""What a rule says: a diagnostic with its place, its other ends and its fix, whole when made."""

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from ..text import Edit, Source, Span

if TYPE_CHECKING:
    from ..net.meaning import Aspect


class Severity(Enum):
    """How bad a finding is; the order is the order of `--fail-on`."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for a note, 2 for an error."""
        return list(Severity).index(self)


class Claim(Enum):
    """What real Caffe does with the net that is reported; the test suite proves it."""

    REJECTS = "rejects"
    WRONG_FORWARD = "wrong-forward"
    WRONG_GRADIENT = "wrong-gradient"
    WASTE = "waste"
    STYLE = "style"


class Note(NamedTuple):
    """Another place that belongs to a finding, with one sentence about it."""

    message: str
    span: Span


class Fix(NamedTuple):
    """Edits that remove the cause of a finding; `safe` ones keep what Caffe computes.

    Whether they change no more than `changes` is checked where they are applied; blobs may always be renamed.
    """

    safe: bool
    message: str
    edits: tuple[Edit, ...]
    changes: "frozenset[Aspect]" = frozenset()


class Diagnostic(NamedTuple):
    """One finding in one file.

    `states` names the net states (`TRAIN`, `TEST, stages: a b`) it holds in; empty for what holds before
    any state: text and schema.
    """

    code: str
    name: str
    severity: Severity
    claim: Claim
    message: str
    span: Span
    states: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    fix: Fix | None = None

    @property
    def sort_key(self) -> tuple[Span, str, str]:
        """By place, then code, then text, so that output never depends on the order of rules."""
        return (self.span, self.code, self.message)


class FileReport(NamedTuple):
    """All findings of one file, in order."""

    source: Source
    diagnostics: tuple[Diagnostic, ...]
    states: tuple[str, ...] = ()
    """The states in which the file was checked; none for a file that is no net."""
