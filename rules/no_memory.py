"""The sequence markers of a recurrent layer are 0 at every time step: it remembers nothing.

Caffe's LSTM and RNN multiply the state of the step before by the marker. With markers of 0 each step starts
anew, the recurrent weights do nothing, and their gradient is 0. A layer of one time step may be meant to:
that is a note.

Bad:
    layer {
      name: "cont" type: "DummyData" top: "cont"
      dummy_data_param { data_filler { value: 0 } shape { dim: 3 dim: 2 } }
    }
    layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" top: "h" recurrent_param { num_output: 5 } }

Good:
    layer {
      name: "begin" type: "DummyData" top: "begin"
      dummy_data_param { data_filler { value: 0 } shape { dim: 1 dim: 2 } }
    }
    layer {
      name: "go_on" type: "DummyData" top: "go_on"
      dummy_data_param { data_filler { value: 1 } shape { dim: 2 dim: 2 } }
    }
    layer {
      name: "cont" type: "Concat" bottom: "begin" bottom: "go_on" top: "cont" concat_param { axis: 0 }
    }
    layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" top: "h" recurrent_param { num_output: 5 } }
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
        if found is None:
            return
        # What the first step says matters only if there is no other.
        later = range(1, found.steps) if found.steps > 1 else range(1)
        if not all(found.step_is(step, 0) for step in later):
            return
        message = (
            f"the markers '{found.use.name}' are 0: each step of '{layer.name}' starts anew, "
            f"its recurrent weights do nothing{found.caveat}"
        )
        blob = found.use.blob
        notes = [] if blob is None else [Note(f"'{found.use.name}' comes from here", blob.span)]
        finding = self.report(context, message, found.use.span, notes)
        yield finding._replace(severity=Severity.NOTE) if found.steps == 1 else finding
