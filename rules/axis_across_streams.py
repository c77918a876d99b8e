"""A layer behind a recurrent one works along the streams: it mixes unrelated sequences.

The output of Caffe's LSTM and RNN is steps x streams x features. An InnerProduct takes all axes from the
second on together unless it says `axis: 2`, a Softmax works along the second. If there is one stream only, a
Softmax along that axis makes every output 1.

Bad:
    layer { name: "prob" type: "Softmax" bottom: "score" top: "prob" }

Good:
    layer { name: "prob" type: "Softmax" bottom: "score" top: "prob" softmax_param { axis: 2 } }
"""

from collections.abc import Iterator

from caffe_lint.layers import show_shape
from caffe_lint.lint import Claim, Diagnostic, NetContext, NetRule, Note, Severity
from caffe_lint.net import Layer
from caffe_lint.recurrent.native import NATIVE, axis_of, sequences
from caffe_lint.schema import BVLC

_NORMALIZING = frozenset({"Softmax", "SoftmaxWithLoss", "InfogainLoss"})
_CHOOSING = frozenset({"Accuracy", "ArgMax"})
"""Types that compare the values along one axis, as the normalising ones do."""


class AxisAcrossStreams(NetRule):
    code = "CL525"
    name = "axis-across-streams"
    severity = Severity.WARNING
    claim = Claim.WRONG_FORWARD

    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        if not any(layer.type in NATIVE for layer in context.net.layers):
            return
        found = sequences(context.net, context.shapes)
        for layer in context.net.layers:
            use = layer.bottoms[0] if layer.bottoms else None
            if use is None or use.blob not in found or layer not in context.shapes.params:
                continue
            shape = context.shapes.shape(use.blob)
            if shape is None or len(shape) < 3 or not _mixes(layer, shape[1], len(shape)):
                continue
            source = found[use.blob]
            message = (
                f"{layer.type} '{layer.name}' works along axis 1 of '{use.name}' ({show_shape(shape)}), "
                "which counts the streams: the features lie along axis 2"
            )
            note = Note(f"'{source.layer.name}' makes steps x streams x features", source.span)
            finding = self.report(context, message, layer.name_span, [note])
            is_useless = layer.type in _NORMALIZING and shape[1] == 1 and BVLC in context.document.dialects
            yield finding._replace(severity=Severity.ERROR) if is_useless else finding


def _mixes(layer: Layer, streams: int | None, axes: int) -> bool:
    if streams is None or axis_of(layer, axes) != 1:
        return False
    takes_rest = layer.type == "InnerProduct" or (
        layer.type == "ArgMax" and not layer.block.block("argmax_param").has("axis")
    )
    return streams > 1 if takes_rest else layer.type in _NORMALIZING | _CHOOSING
