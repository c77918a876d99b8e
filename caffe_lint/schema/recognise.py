"""Recognises files that are not what their name claims."""

from ..text import Span
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Impostor:
    """A."""

    kind: str
    span: Span
    message: str


def recognise(data: bytes) -> Impostor | None:
    """R."""
    return None
