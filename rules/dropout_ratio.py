"""A Dropout that drops everything, or a ratio that is no probability.

In TRAIN Caffe multiplies what it keeps by 1 / (1 - ratio). With a ratio of 1 all values become NaN (0 times
infinity), which then spreads through the net; above 1, or below 0, Caffe aborts in the first iteration.

Bad:
    layer { name: "drop1" type: "Dropout" bottom: "fc1" top: "fc1" dropout_param { dropout_ratio: 1 } }

Good:
    layer { name: "drop1" type: "Dropout" bottom: "fc1" top: "fc1" dropout_param { dropout_ratio: 0.5 } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext
from caffe_lint.net import Layer


class DropoutRatio(LayerRule):
    code = "CL606"
    name = "dropout-ratio"
    claim = Claim.WRONG_FORWARD

    layer_types = frozenset({"Dropout"})

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        param = layer.block.block("dropout_param")
        ratio = param.real("dropout_ratio")
        if not 0 <= ratio < 1:
            effect = "all values become NaN" if ratio == 1 else "the first iteration aborts"
            message = f"'dropout_ratio' must be at least 0 and less than 1, found {ratio:g}: {effect}"
            yield self.report(context, message, param.span("dropout_ratio"))
