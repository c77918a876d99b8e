"""The net of each state as Caffe builds it: upgrades, state filter, blob versions, parameter owners."""

from .document import AUTO, Document, load
from .model import Blob, Layer, Net, ParamSpec, Use
from .solver import Solver
from .state import NetState
from .upgrade import UpgradeProblem

__all__ = [
    "AUTO",
    "Blob",
    "Document",
    "Layer",
    "Net",
    "NetState",
    "ParamSpec",
    "Solver",
    "UpgradeProblem",
    "Use",
    "load",
]
