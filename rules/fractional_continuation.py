"""Sequence continuation indicators that are neither 0 nor 1.

They tell an LSTM at each step whether the sequence goes on (1) or a new one begins (0). Other values go into
the forward pass as factors, but Caffe works out the gradients as if there were none (measured for 0.5: off by
up to 0.12). An RNN layer has the right ones.

Bad:
    layer { name: "go_on" type: "DummyData" top: "go_on" dummy_data_param { data_filler { value: 0.5 } … } }
    layer { name: "cont" type: "Concat" bottom: "begin" bottom: "go_on" top: "cont" concat_param { axis: 0 } }
    layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" top: "h" … }

Good:
    layer { name: "go_on" type: "DummyData" top: "go_on" dummy_data_param { data_filler { value: 1 } … } }
"""

from collections.abc import Iterator

from caffe_lint.layers import constant_of, dummy_fillers
from caffe_lint.lint import Claim, Diagnostic, NetContext, Note, TrainingRule
from caffe_lint.schema import Block

_INDICATORS = {"LSTM": 1, "LSTMUnit": 2}
"""The bottom that holds them."""


class FractionalContinuation(TrainingRule):
    code = "CL609"
    name = "fractional-continuation"
    claim = Claim.WRONG_GRADIENT

    def check_training(self, context: NetContext) -> Iterator[Diagnostic]:
        for layer in context.net.layers:
            index = _INDICATORS.get(layer.type, len(layer.bottoms))
            if layer not in context.backward.running or index >= len(layer.bottoms):
                continue
            use = layer.bottoms[index]
            found = [(filler, text) for filler in dummy_fillers(use.blob) if (text := _fractional(filler))]
            if found:
                filler, text = found[0]
                message = f"continuation indicators of '{layer.name}' are {text}, not 0 or 1: wrong gradients"
                yield self.report(context, message, use.span, [Note("they are filled here", filler.place)])


def _fractional(filler: Block) -> str:
    """The values that are neither 0 nor 1, in words; empty if there are none."""
    value = constant_of(filler)
    if value is None:
        return f"random ('{filler.string('type')}')"
    return "" if value in (0, 1) else f"{value:g}"
