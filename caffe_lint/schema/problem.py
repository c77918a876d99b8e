"""What the C++ parser would reject in a file whose syntax is right: the kinds, and what a problem holds."""

from dataclasses import dataclass
from enum import Enum

from ..text import Span


class ProblemKind(Enum):
    """What is wrong, under the name that rules have for it."""

    UNKNOWN_FIELD = "unknown-field"
    REPEATED_SINGULAR_FIELD = "repeated-singular-field"
    WRONG_VALUE = "wrong-value"
    MISSING_REQUIRED_FIELD = "missing-required-field"


class Answer(Enum):
    """What the world outside of a view says of a name that the view does not know."""

    ELSEWHERE = "elsewhere"
    """Other repositories know the name."""
    NEAR = "near"
    """Nobody knows it, but there is a name like it, or it belongs to a message around or inside."""
    NOWHERE = "nowhere"
    """Nobody knows it or anything like it."""


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """One thing that the C++ parser rejects.

    `notes` are other places with a sentence each. `answer` is given for unknown fields and enum names;
    `suggestion` is the text to write instead of the bytes of `span`, where one is likely.
    """

    kind: ProblemKind
    span: Span
    message: str
    notes: tuple[tuple[Span, str], ...] = ()
    answer: Answer | None = None
    suggestion: str = ""
