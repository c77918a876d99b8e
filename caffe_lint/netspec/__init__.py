"""Writes nets in Python with the interface of pycaffe's NetSpec, without Caffe.

A script written for pycaffe runs with this package in the place of `caffe`:
`from caffe_lint.netspec import NetSpec, layers as L, params as P, to_proto`.
"""

from .builder import Layer, NetSpec, Top, existing, layers, params, to_proto
from .message import Message, Repeated

TRAIN = 0
TEST = 1

__all__ = [
    "TEST",
    "TRAIN",
    "Layer",
    "Message",
    "NetSpec",
    "Repeated",
    "Top",
    "existing",
    "layers",
    "params",
    "to_proto",
]
