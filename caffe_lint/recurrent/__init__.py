"""Unrolled recurrent nets: finding their steps and what is wrong in them, and writing correct ones."""

from collections.abc import Iterator

from .axes import axes_against_time
from .cell_state import overwritten_cells
from .defect import Defect, Overwriting, ParamName
from .detect import find_unrolls
from .gates import uneven_gates
from .model import Step, Unroll
from .weights import unshared_weights

__all__ = ["Defect", "Overwriting", "ParamName", "Step", "Unroll", "find_defects", "find_unrolls"]


def find_defects(unroll: Unroll) -> Iterator[Defect]:
    """Everything that is wrong in one unrolled net."""
    for check in (unshared_weights, overwritten_cells, uneven_gates, axes_against_time):
        yield from check(unroll)
