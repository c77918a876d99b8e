"""What fork layer types do in place, what their Backward reads, and what they leave of what they overwrite.

Read in the sources of the forks, not measured: what follows from it says so, and is a warning at most.
"""

from collections.abc import Iterator

from ...net import Layer
from ..backward_reads import Gradients, Need, Read, ReadFunction
from ..in_place_fault import Fault
from ..overwriting import Change

_MOVES = Fault("it moves elements over others that it still has to move")
_INPUT_IS_GONE = Fault(
    "the value of its bottom, which the gradient of its weights needs, is gone", is_in_gradient=True
)
_BOTTOM_IS_GONE = Fault("the value of its bottom, which Backward needs, is gone", is_in_gradient=True)
_RESIZES = Fault("its top has another size than its bottom")

FAULTS: dict[str, Fault] = {
    "ConvolutionDepthwise": _INPUT_IS_GONE,
    "DepthwiseConvolution": _INPUT_IS_GONE,
    "Flip": _MOVES,
    "Interp": _RESIZES,
    "LstmUnit": _BOTTOM_IS_GONE,
    "Mish": _BOTTOM_IS_GONE,
    "Permute": _MOVES,
    "ShuffleChannel": _MOVES,
    "Upsample": _RESIZES,
}
"""What goes wrong in the types that are wrong in place in every fork that has them."""


def _weights(_layer: Layer, gradients: Gradients) -> Iterator[Read]:
    if 0 in gradients.learns:
        yield Read(False, 0)


def _clamped(_layer: Layer, gradients: Gradients) -> Iterator[Read]:
    """ReLU6 tests whether its input lies between 0 and 6."""
    if gradients.asked:
        yield Read(False, 0, Need.VALUE, is_local=True)


def _factors(_layer: Layer, gradients: Gradients) -> Iterator[Read]:
    """Axpy and Scalar: each factor is needed for the gradient of the other."""
    if 0 in gradients.asked:
        yield Read(False, 1)
    if 1 in gradients.asked:
        yield Read(False, 0)


def _input_and_output(_layer: Layer, _gradients: Gradients) -> Iterator[Read]:
    yield Read(False, 0)
    yield Read(True, 0)


def _states(layer: Layer, _gradients: Gradients) -> Iterator[Read]:
    """LstmUnit reads its input, the cell state before and the one that it has made."""
    yield from (Read(False, use.index) for use in layer.bottoms)
    if len(layer.tops) > 1:
        yield Read(True, 1)


READS: dict[str, ReadFunction] = {
    "Axpy": _factors,
    "ConvolutionDepthwise": _weights,
    "DepthwiseConvolution": _weights,
    "Lstm": _input_and_output,
    "LstmUnit": _states,
    "ReLU6": _clamped,
    "Scalar": _factors,
}

CHANGES: dict[str, Change] = {
    "BN": Change(Need.NOTHING, Need.NOTHING),
    "Mish": Change(Need.NOTHING, Need.NOTHING),
    "Normalize": Change(Need.SIGN, Need.SIGN),
    "ReLU6": Change(Need.VALUE, Need.POSITIVE, is_repeatable=True),
    "SpatialDropout": Change(Need.SIGN, Need.NOTHING),
    "SyncBN": Change(Need.NOTHING, Need.NOTHING),
}
