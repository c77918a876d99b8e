"""The initial state of a recurrent layer comes from layers that are to learn from it.

With `expose_hidden: true` an LSTM or RNN layer takes its first state (h_0, c_0) from bottoms. Caffe works out
no gradient for them: what makes the state, such as an encoder, learns nothing here.

Bad:
    layer { name: "encode" type: "InnerProduct" bottom: "image" top: "h_0" … }
    layer {
      name: "rnn" type: "RNN" bottom: "x" bottom: "cont" bottom: "h_0" top: "o" top: "h_T"
      recurrent_param { num_output: 5 expose_hidden: true }
    }

Good (the encoding goes into each step):
    layer { name: "encode" type: "InnerProduct" bottom: "image" top: "static" … }
    layer {
      name: "rnn" type: "RNN" bottom: "x" bottom: "cont" bottom: "static" top: "o"
      recurrent_param { num_output: 5 }
    }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, NetContext, Note, TrainingRule
from caffe_lint.schema import Block

_STATES = {"LSTM": 2, "RNN": 1}
"""How many bottoms, the last ones, hold the initial state."""


class InitialStateGradient(TrainingRule):
    code = "CL611"
    name = "initial-state-gradient"
    claim = Claim.WRONG_GRADIENT

    def check_training(self, context: NetContext) -> Iterator[Diagnostic]:
        backward = context.backward
        for layer in context.net.layers:
            if layer.type not in _STATES or layer not in backward.running or not _is_exposed(layer.block):
                continue
            for use in layer.bottoms[-_STATES[layer.type] :]:
                if use in backward.asked and use.blob and use.blob.layer in backward.surely_learning:
                    message = (
                        f"no gradient comes back through '{use.name}', the initial state of '{layer.name}'"
                    )
                    source = use.blob.layer
                    note = Note(
                        f"'{source.name}', which is to learn or leads to what is, makes it", use.blob.span
                    )
                    yield self.report(context, message, use.span, [note])


def _is_exposed(block: Block) -> bool:
    return block.block("recurrent_param").boolean("expose_hidden")
