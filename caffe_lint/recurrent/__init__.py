"""Unrolled recurrent nets: finding their steps and what is wrong in them, and writing correct ones."""

from .checks import find_defects
from .defect import Defect, Overwriting, ParamName
from .detect import find_unrolls
from .model import Step, Unroll

__all__ = ["Defect", "Overwriting", "ParamName", "Step", "Unroll", "find_defects", "find_unrolls"]
