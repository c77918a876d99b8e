"""Real Caffe in another interpreter: its verdicts on nets, and the numbers that they compute."""

from .answers import Answer, BuiltLayer, Comparison, Difference, Param, Run, Slope, Slopes, Values, Verdict
from .client import Peer
from .process import PeerError
from .questions import Feed, Limits, NetText, Plan
from .training import Training

__all__ = [
    "Answer",
    "BuiltLayer",
    "Comparison",
    "Difference",
    "Feed",
    "Limits",
    "NetText",
    "Param",
    "Peer",
    "PeerError",
    "Plan",
    "Run",
    "Slope",
    "Slopes",
    "Training",
    "Values",
    "Verdict",
]
