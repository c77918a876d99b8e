"""A Flatten behind a Reshape cuts all gradients below it off.

A Reshape lets its top and its bottom share one gradient from the start. Backward of a Flatten hands its
bottom the gradient of its top by exchanging the memory, so that the Reshape's bottom is left with the old
one, which stays 0: nothing below learns, and Caffe says nothing. The same goes for a Flatten behind a Concat
of one bottom, a Slice of one top, an LSTM, an RNN or a Parameter, also with layers in place between. A
Reshape to `dim: 0 dim: -1` does what a Flatten does, and passes the gradient on.

Bad:
    layer {
      name: "steps" type: "Reshape" bottom: "fc1" top: "steps"
      reshape_param { shape { dim: 0 dim: 2 dim: 4 } }
    }
    layer { name: "flat" type: "Flatten" bottom: "steps" top: "flat" }

Good:
    layer {
      name: "steps" type: "Reshape" bottom: "fc1" top: "steps"
      reshape_param { shape { dim: 0 dim: 2 dim: 4 } }
    }
    layer {
      name: "flat" type: "Reshape" bottom: "steps" top: "flat" reshape_param { shape { dim: 0 dim: -1 } }
    }
"""

from collections.abc import Iterator

from caffe_lint.layers import shares_memory
from caffe_lint.lint import Claim, Diagnostic, NetContext, Note, TrainingRule
from caffe_lint.net import Blob, Layer

_SHARE_FROM_THE_START = frozenset({"Concat", "LSTM", "Parameter", "RNN", "Reshape", "Slice"})


class GradientCutByFlatten(TrainingRule):
    code = "CL407"
    name = "gradient-cut-by-flatten"
    claim = Claim.WRONG_GRADIENT

    def check_training(self, context: NetContext) -> Iterator[Diagnostic]:
        for layer in context.net.layers:
            if layer.type == "Flatten" and layer in context.backward.running:
                maker = self._cut_off(context, layer)
                if maker is not None:
                    head = f"no gradient comes back through '{layer.name}', a Flatten behind"
                    message = f"{head} the {maker.layer.type} '{maker.layer.name}': nothing below it learns"
                    note = Note(f"'{maker.layer.name}' keeps the old gradient, which is 0", maker.span)
                    yield self.report(context, message, layer.type_span, [note])

    def _cut_off(self, context: NetContext, layer: Layer) -> Blob | None:
        """The blob whose gradient is a copy that the Flatten does not know of."""
        use = layer.bottoms[0] if layer.bottoms else None
        if use is None or use.blob is None or use not in context.backward.useful:
            return None
        if context.backward.is_split(use.blob):
            return None
        maker = use.blob.origin
        # A Concat and a Slice of several blobs have memory of their own.
        is_single = maker.layer.type not in ("Concat", "Slice") or shares_memory(maker.layer)
        return maker if maker.layer.type in _SHARE_FROM_THE_START and is_single else None
