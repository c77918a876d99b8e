"""The sequence markers of a recurrent layer are labels or word numbers.

Markers say at each step whether the sequence goes on (1) or a new one begins (0). They have the shape of the
labels and of the words, so that Caffe takes these for markers in silence, and multiplies the state by them.

Bad (`words` are numbers, for an Embed):
    layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "words" top: "h" recurrent_param { num_output: 5 } }

Good:
    layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" top: "h" recurrent_param { num_output: 5 } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext, Note
from caffe_lint.net import Layer, Use

_READERS = {("Accuracy", 1): "labels", ("Embed", 0): "numbers of words", ("SoftmaxWithLoss", 1): "labels"}
"""Who reads a bottom as something that counts from 0."""


class DataAsContinuation(LayerRule):
    code = "CL526"
    name = "data-as-continuation"
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset({"LSTM", "RNN"})

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        use = layer.bottoms[1] if len(layer.bottoms) > 1 else None
        readers = use.blob.uses if use is not None and use.blob is not None else []
        other = next((reader for reader in readers if _counts(context, reader)), None)
        if use is not None and other is not None:
            what = _READERS[other.layer.type, other.index]
            message = f"'{use.name}', the markers of '{layer.name}', are {what} for '{other.layer.name}'"
            yield self.report(context, message, use.span, [Note(f"they are read as {what} here", other.span)])


def _counts(context: NetContext, reader: Use) -> bool:
    """Whether a layer reads numbers that may be more than 1."""
    layer = reader.layer
    if (layer.type, reader.index) not in _READERS:
        return False
    if layer.type == "Embed":
        return layer.block.block("embed_param").integer("input_dim") > 2
    shape = context.shapes.shape(layer.bottoms[0].blob)
    block = "accuracy_param" if layer.type == "Accuracy" else "softmax_param"
    axis = layer.block.block(block).integer("axis")
    classes = shape[axis] if shape and -len(shape) <= axis < len(shape) else None
    return classes is None or classes > 2
