"""The sequence markers of a recurrent layer are never 0: its state is never reset.

Where the marker of the first time step is 1, Caffe's LSTM and RNN begin with the state that the last forward
pass left, whatever sequence that was of: the same input gives another output in each pass. With
`expose_hidden: true` the first state comes from a bottom, and markers of 1 are right.

A layer of one time step may be meant to go on from pass to pass: that is a note.

Bad:
    layer {
      name: "cont" type: "DummyData" top: "cont"
      dummy_data_param { data_filler { value: 1 } shape { dim: 3 dim: 2 } }
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
from caffe_lint.recurrent.native import Markers, exposes_states, markers


class CarriedState(LayerRule):
    code = "CL520"
    name = "carried-state"
    severity = Severity.WARNING
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset({"LSTM", "Lstm", "RNN"})

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        found = markers(layer, context.shapes)
        if found is None or exposes_states(layer) or (found.steps > 1 and found.forgets):
            return
        first = next((stream for stream in range(found.streams) if found.at(0, stream)), None)
        if first is None:
            return
        where = f" of stream {first}" if first else ""
        message = (
            f"the marker '{found.use.name}' of the first step{where} is {found.at(0, first):g}: "
            f"'{layer.name}' begins each pass with the state that the last one left{found.caveat}"
        )
        finding = self.report(context, message, found.use.span, _notes(found))
        yield finding._replace(severity=Severity.NOTE) if found.steps == 1 else finding


def _notes(found: Markers) -> list[Note]:
    blob = found.use.blob
    if blob is None:
        return []
    notes = [Note(f"'{found.use.name}' comes from here", blob.span)]
    if found.steps > 1 and all(found.at(step, 0) == 0 for step in range(found.steps)):
        reason = "its values change along axis 1, the streams; the time steps lie along axis 0"
        notes.append(Note(reason, blob.layer.name_span))
    return notes
