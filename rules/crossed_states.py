"""The two first states of an LSTM are crossed: it takes a cell state as h_0 and an output as c_0.

With `expose_hidden: true` the last bottoms of Caffe's LSTM are h_0 and c_0, in the order of its last tops,
h_T and c_T. All have the same shape, so that Caffe takes them in any order.

Bad:
    layer {
      name: "decode" type: "LSTM" bottom: "x" bottom: "cont" bottom: "c_T" bottom: "h_T"
      top: "h" top: "h_end" top: "c_end" recurrent_param { num_output: 5 expose_hidden: true }
    }

Good:
    layer {
      name: "decode" type: "LSTM" bottom: "x" bottom: "cont" bottom: "h_T" bottom: "c_T"
      top: "h" top: "h_end" top: "c_end" recurrent_param { num_output: 5 expose_hidden: true }
    }
"""

from collections.abc import Iterator

from caffe_lint.layers import origin
from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext, Note
from caffe_lint.net import Blob, Layer
from caffe_lint.recurrent.native import exposes_states

_STATES = {("LSTM", 1): "h", ("LSTM", 2): "c", ("LSTMUnit", 0): "c", ("LSTMUnit", 1): "h"}
"""Which tops are the output and the cell state of a step."""


class CrossedStates(LayerRule):
    code = "CL523"
    name = "crossed-states"
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset({"LSTM"})

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        if not exposes_states(layer) or len(layer.bottoms) < 4:
            return
        first, second = layer.bottoms[-2:]
        cell, output = origin(first.blob), origin(second.blob)
        if cell is None or output is None or (_kind(cell), _kind(output)) != ("c", "h"):
            return
        message = (
            f"'{layer.name}' takes '{first.name}', a cell state, as h_0 and '{second.name}' as c_0: "
            "h_0 comes first"
        )
        notes = [
            Note(f"'{first.name}' is the cell state of '{cell.layer.name}'", cell.span),
            Note(f"'{second.name}' is the output of '{output.layer.name}'", output.span),
        ]
        yield self.report(context, message, first.span, notes)


def _kind(blob: Blob) -> str:
    return _STATES.get((blob.layer.type, blob.index), "")
