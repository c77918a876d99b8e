"""Unrolled recurrent nets: finding their steps and what is wrong in them, and writing correct ones."""

from collections.abc import Iterator

from .defect import Defect, Overwriting, ParamName
from .detect import find_unrolls
from .model import Step, Unroll

__all__ = ["Defect", "Overwriting", "ParamName", "Step", "Unroll", "find_defects", "find_unrolls"]


def find_defects(unroll: Unroll) -> Iterator[Defect]:
    """Everything that is wrong in one unrolled net."""
    yield from ()
