"""The sequence markers of a recurrent layer are 0 at every time step: it remembers nothing.

Caffe's LSTM and RNN multiply the state of the step before by the marker. With markers of 0 each step starts
anew, the recurrent weights do nothing, and their gradient is 0.

Bad:
    layer { name: "cont" type: "DummyData" top: "cont" dummy_data_param { data_filler { value: 0 } … } }
    layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" top: "h" … }

Good:
    layer { name: "begin" type: "DummyData" top: "begin" dummy_data_param { data_filler { value: 0 } … } }
    layer { name: "go_on" type: "DummyData" top: "go_on" dummy_data_param { data_filler { value: 1 } … } }
    layer { name: "cont" type: "Concat" bottom: "begin" bottom: "go_on" top: "cont" concat_param { axis: 0 } }
    layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" top: "h" … }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext, Note, Severity
from caffe_lint.net import Layer
from caffe_lint.recurrent.native import markers


class NoMemory(LayerRule):
    code = "CL521"
    name = "no-memory"
    severity = Severity.WARNING
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset({"LSTM", "Lstm", "RNN"})

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        found = markers(layer, context.shapes)
        # A single step is a sequence of its own, which begins anew.
        if found is None or found.steps < 2 or not found.forgets:
            return
        message = (
            f"the markers '{found.use.name}' are 0: each step of '{layer.name}' starts anew, "
            f"its recurrent weights do nothing{found.caveat}"
        )
        blob = found.use.blob
        notes = [] if blob is None else [Note(f"'{found.use.name}' comes from here", blob.span)]
        yield self.report(context, message, found.use.span, notes)
