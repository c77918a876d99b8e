"""What a single step of an unrolled net has otherwise than most."""

from typing import Literal, NamedTuple

from ..net import Layer
from ..text import Span


class Difference(NamedTuple):
    """What one step has otherwise than most.

    An extra layer stands next to `role`, for a missing one `layer` is a reader that is there. `found` and
    `usual` are types of layers, what a bottom reads, the name of a param, or a setting as it is written.
    """

    step: int
    kind: Literal["extra", "missing", "type", "bottom", "param", "setting"]
    role: str
    layer: Layer
    span: Span
    found: str
    usual: str
