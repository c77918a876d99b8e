"""What the C++ parser would reject in a file whose syntax is right: the kinds, and what a problem holds."""

from enum import Enum
from typing import NamedTuple

from ..text import Span
from ..text.grammar import SKIP_GAP

_LONGEST_GAP = 4096
"""So many bytes of comments are passed over to find where Caffe's message points."""


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


class SchemaProblem(NamedTuple):
    """One thing that the C++ parser rejects.

    `notes` are other places with a sentence each. `answer` is given for unknown fields and enum names;
    `suggestion` is the text to write instead of the bytes of `span`, where one is likely. `is_consumed`
    tells that the C++ parser has read the span when it rejects it, see `offset_in_caffe`.
    """

    kind: ProblemKind
    span: Span
    message: str
    notes: tuple[tuple[Span, str], ...] = ()
    answer: Answer | None = None
    suggestion: str = ""
    is_consumed: bool = False

    def offset_in_caffe(self, data: bytes) -> int:
        """Where Caffe's own message about the problem points, which may be some lines further down.

        The C++ parser names the token that it has not read yet (text_format.cc, ParserImpl::ReportError).
        """
        if not self.is_consumed:
            return self.span.start
        rest = data[self.span.end : self.span.end + _LONGEST_GAP]
        gap = SKIP_GAP.match(rest.decode("latin-1"))
        return self.span.end + (gap.end() if gap else 0)
