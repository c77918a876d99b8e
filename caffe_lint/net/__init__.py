"""The net of each state as Caffe builds it: upgrades, state filter, blob versions, parameter owners."""

from .document import AUTO, Document, load
from .model import Blob, Layer, Net, ParamSpec, Use
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
    "UpgradeProblem",
    "Use",
    "load",
]
