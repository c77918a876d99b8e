"""Which values a layer reads again in Backward, after all layers have run Forward.

Backward of layer L comes after Forward of everything behind L: what an in-place layer has overwritten by
then is gone (BVLC/caffe issue 2015). What a layer keeps in buffers of its own is safe and not listed.
Source: `Backward_cpu` of each class under src/caffe/layers.
"""

from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from typing import NamedTuple

from ..net import Layer
from .backward import Backward
from .inference import Inference
from .table import TABLE
from .values import power_is_constant


class Need(IntEnum):
    """How much of a value must still be right; each level contains those before it."""

    NOTHING = 0
    POSITIVE = 1
    """Whether it is positive."""
    SIGN = 2
    VALUE = 3


class Read(NamedTuple):
    """A value that a layer's Backward reads."""

    is_top: bool
    which: int
    """The index of the top or bottom."""
    need: Need = Need.VALUE
    is_local: bool = False
    """Whether each element only scales the gradient of the same element: where that is 0 it is not needed."""
    is_of_negatives: bool = False
    """Whether only those elements are read that are not positive."""


ReadFunction = Callable[[Layer, "Gradients"], Iterable[Read]]


class Gradients(NamedTuple):
    """Which gradients a layer works out, and what its shapes are."""

    asked: frozenset[int]
    """The bottoms for which a gradient is asked that something learns from."""
    learns: frozenset[int]
    """The learned blobs for which one is worked out."""
    steps: int | None
    """The first axis of bottom 0: the time steps of a recurrent layer."""


def backward_reads(layer: Layer, inference: Inference, backward: Backward) -> list[Read]:
    """What the Backward of a layer that runs it reads; of a layer in place its top stands for its bottom."""
    function = _READS.get(layer.type) or _fork_reads(layer, inference)
    if function is None or layer not in backward.running:
        return []
    reads = list(function(layer, gradients_of(layer, inference, backward)))
    return [_in_memory(read, layer) for read in reads]


def _fork_reads(layer: Layer, inference: Inference) -> ReadFunction | None:
    if layer.type in TABLE or inference.record(layer) is None:
        return None
    from .forks.overwrites import READS

    return READS.get(layer.type)


def gradients_of(layer: Layer, inference: Inference, backward: Backward) -> Gradients:
    """Which gradients a layer that runs Backward works out."""
    blobs = len(inference.params.get(layer) or ())
    rates = [param.block.real("lr_mult") for param in layer.params[:blobs]]
    shape = inference.shape(layer.bottoms[0].blob) if layer.bottoms else None
    return Gradients(
        frozenset(use.index for use in layer.bottoms if use in backward.useful),
        frozenset(
            index for index in range(blobs) if backward.is_forced or index >= len(rates) or rates[index] != 0
        ),
        shape[0] if shape else None,
    )


def is_in_place(layer: Layer, index: int) -> bool:
    """Whether a layer writes its top of that index over its bottom of that index."""
    return index < len(layer.tops) and layer.tops[index].is_in_place


def _in_memory(read: Read, layer: Layer) -> Read:
    return read._replace(is_top=True) if not read.is_top and is_in_place(layer, read.which) else read


def _bottom(index: int, need: Need = Need.VALUE, *, is_local: bool = False) -> Read:
    return Read(False, index, need, is_local)


def _top(index: int, *, is_local: bool = False) -> Read:
    return Read(True, index, Need.VALUE, is_local)


def _own_output(_layer: Layer, gradients: Gradients) -> Iterator[Read]:
    """Sigmoid, TanH, Exp, Swish: the derivative is worked out from the output."""
    if gradients.asked:
        yield _top(0, is_local=True)


def _own_output_and_all_gradients(_layer: Layer, gradients: Gradients) -> Iterator[Read]:
    """Softmax: each output takes part in the gradients of all others."""
    if gradients.asked:
        yield _top(0)


def _own_input(_layer: Layer, gradients: Gradients) -> Iterator[Read]:
    """BNLL, Clip, Log."""
    if gradients.asked:
        yield _bottom(0)


def _sign_of_input(_layer: Layer, gradients: Gradients) -> Iterator[Read]:
    """AbsVal."""
    if gradients.asked:
        yield _bottom(0, Need.SIGN)


def _relu(layer: Layer, gradients: Gradients) -> Iterator[Read]:
    if gradients.asked and layer.block.block("relu_param").real("negative_slope") != 1:
        yield _bottom(0, Need.POSITIVE, is_local=True)


def _elu(layer: Layer, gradients: Gradients) -> Iterator[Read]:
    if not gradients.asked:
        return
    yield _bottom(0, Need.POSITIVE, is_local=True)
    # Where the input was not positive the slope is alpha + output, and both are 0 with alpha 0.
    is_flat = layer.block.block("elu_param").real("alpha") == 0
    yield Read(True, 0, Need.SIGN if is_flat else Need.VALUE, is_local=True, is_of_negatives=True)


def _prelu(layer: Layer, gradients: Gradients) -> Iterator[Read]:
    # In place it keeps a copy of its input (prelu_layer.cpp, bottom_memory_).
    if is_in_place(layer, 0):
        return
    if gradients.learns:
        yield _bottom(0)
    elif gradients.asked:
        yield _bottom(0, Need.POSITIVE)


def _power(layer: Layer, gradients: Gradients) -> Iterator[Read]:
    power = layer.block.block("power_param").real("power")
    if not gradients.asked or power == 1 or power_is_constant(layer):
        return
    yield _bottom(0)
    if power != 2:
        yield _top(0, is_local=True)


def _weights(layer: Layer, gradients: Gradients) -> Iterator[Read]:
    """Convolution, Deconvolution, InnerProduct, Embed: the gradient of the weights needs the input."""
    if 0 in gradients.learns:
        yield from (_bottom(use.index) for use in layer.bottoms)


def _scale(layer: Layer, gradients: Gradients) -> Iterator[Read]:
    # In place it keeps a copy of its input (scale_layer.cpp, temp_).
    has_two = len(layer.bottoms) > 1
    needs_input = 1 in gradients.asked if has_two else 0 in gradients.learns
    if needs_input and not is_in_place(layer, 0):
        yield _bottom(0)
    if has_two and 0 in gradients.asked:
        yield _bottom(1)


def _eltwise(layer: Layer, gradients: Gradients) -> Iterator[Read]:
    param = layer.block.block("eltwise_param")
    if param.enum("operation") != "PROD" or not gradients.asked:
        return
    if param.boolean("stable_prod_grad"):
        for use in layer.bottoms:
            if gradients.asked - {use.index}:
                yield _bottom(use.index)
        return
    yield from (_bottom(index) for index in sorted(gradients.asked))
    yield _top(0, is_local=True)


def _lrn(layer: Layer, gradients: Gradients) -> Iterator[Read]:
    if not gradients.asked:
        return
    yield _bottom(0)
    if layer.block.block("lrn_param").enum("norm_region") == "ACROSS_CHANNELS":
        yield _top(0, is_local=True)


def _mvn(layer: Layer, gradients: Gradients) -> Iterator[Read]:
    if gradients.asked and layer.block.block("mvn_param").boolean("normalize_variance"):
        yield _top(0)


def _pooling(layer: Layer, gradients: Gradients) -> Iterator[Read]:
    if gradients.asked and len(layer.tops) > 1:
        yield _top(1)


def _reduction(layer: Layer, gradients: Gradients) -> Iterator[Read]:
    operation = layer.block.block("reduction_param").enum("operation")
    if gradients.asked and operation in ("ASUM", "SUMSQ"):
        yield _bottom(0, Need.SIGN if operation == "ASUM" else Need.VALUE)


def _side_inputs(layer: Layer, gradients: Gradients) -> Iterator[Read]:
    """Losses and BatchReindex: labels, targets, similarity flags, indices, an infogain matrix."""
    if gradients.asked:
        yield from (_bottom(use.index) for use in layer.bottoms[_FIRST_SIDE_INPUT[layer.type] :])


def _infogain(layer: Layer, gradients: Gradients) -> Iterator[Read]:
    yield from _side_inputs(layer, gradients)
    if gradients.asked and len(layer.tops) > 1:
        yield _top(1)


def _lstm_unit(layer: Layer, gradients: Gradients) -> Iterator[Read]:
    if gradients.asked:
        yield from (_bottom(use.index) for use in layer.bottoms)
        yield _top(0)


def _recurrent(layer: Layer, gradients: Gradients) -> Iterator[Read]:
    """LSTM and RNN: x and the static input for their weights, and what lies in the unrolled net itself."""
    exposes = layer.block.block("recurrent_param").boolean("expose_hidden")
    states = (2 if layer.type == "LSTM" else 1) if exposes else 0
    if 0 in gradients.learns:
        yield _bottom(0)
    if len(layer.bottoms) - states > 2:
        yield _bottom(2)
    if layer.type == "RNN" and gradients.steps == 1:
        # The output is the last TanH itself.
        yield _top(0, is_local=True)
    if exposes:
        yield _bottom(len(layer.bottoms) - 1)
        yield from (_top(top.index) for top in layer.tops[states : states + 1])


_FIRST_SIDE_INPUT = {
    "BatchReindex": 1,
    "ContrastiveLoss": 2,
    "HingeLoss": 1,
    "InfogainLoss": 1,
    "MultinomialLogisticLoss": 0,
    "SigmoidCrossEntropyLoss": 1,
    "SoftmaxWithLoss": 1,
}

_READS: dict[str, ReadFunction] = {
    "AbsVal": _sign_of_input,
    "BNLL": _own_input,
    "BatchReindex": _side_inputs,
    "Clip": _own_input,
    "ContrastiveLoss": _side_inputs,
    "Convolution": _weights,
    "Deconvolution": _weights,
    "ELU": _elu,
    "Eltwise": _eltwise,
    "Embed": _weights,
    "Exp": _own_output,
    "HingeLoss": _side_inputs,
    "InfogainLoss": _infogain,
    "InnerProduct": _weights,
    "LRN": _lrn,
    "LSTM": _recurrent,
    "LSTMUnit": _lstm_unit,
    "Log": _own_input,
    "MVN": _mvn,
    "MultinomialLogisticLoss": _side_inputs,
    "PReLU": _prelu,
    "Pooling": _pooling,
    "Power": _power,
    "RNN": _recurrent,
    "ReLU": _relu,
    "Reduction": _reduction,
    "Scale": _scale,
    "Sigmoid": _own_output,
    "SigmoidCrossEntropyLoss": _side_inputs,
    "Softmax": _own_output_and_all_gradients,
    "SoftmaxWithLoss": _side_inputs,
    "Swish": _own_output,
    "TanH": _own_output,
}
