"""A setting of a layer that another one of its settings makes void.

Caffe ignores it in silence: `coeff` of an Eltwise that takes the maximum, `k` of an LRN within channels,
`kernel_h` beside `kernel_size` in a Pooling layer, `normalize` of a loss beside `normalization`.

Bad:
    eltwise_param { operation: MAX coeff: 1 coeff: -1 }

Good:
    eltwise_param { operation: SUM coeff: 1 coeff: -1 }
"""

from collections.abc import Callable, Iterator

from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext, Severity
from caffe_lint.net import Layer
from caffe_lint.schema import Block

Finding = tuple[Block, str, str]
"""The block with a setting that is not read, its name, and why."""


def _eltwise(block: Block) -> Iterator[Finding]:
    """eltwise_layer.cpp, Forward_cpu; an Eltwise PROD with coefficients is rejected."""
    param = block.block("eltwise_param")
    if param.has("coeff") and param.enum("operation") == "MAX":
        yield param, "coeff", "a MAX has no coefficients"


def _lrn(block: Block) -> Iterator[Finding]:
    """lrn_layer.cpp, LayerSetUp: the shift of the inner Power layer is 1."""
    param = block.block("lrn_param")
    if param.enum("norm_region") == "WITHIN_CHANNEL" and param.real("k") != 1:
        yield param, "k", "WITHIN_CHANNEL always takes 1"


def _pooling(block: Block) -> Iterator[Finding]:
    """pooling_layer.cpp, LayerSetUp: rejected only if both are given beside `kernel_size`."""
    param = block.block("pooling_param")
    size = param.integer("kernel_size")
    for name in ("kernel_h", "kernel_w"):
        if param.has("kernel_size") and param.has(name) and param.integer(name) != size:
            yield param, name, f"'kernel_size' is {size}"


def _loss(block: Block) -> Iterator[Finding]:
    """softmax_loss_layer.cpp, LayerSetUp, and the two other losses that can ignore a label."""
    param = block.block("loss_param")
    if param.has("normalize") and param.has("normalization"):
        meant = "VALID" if param.boolean("normalize") else "BATCH_SIZE"
        if param.enum("normalization") != meant:
            yield param, "normalize", f"'normalization' is {param.enum('normalization')}"


_CHECKS: dict[str, Callable[[Block], Iterator[Finding]]] = {
    "Eltwise": _eltwise,
    "InfogainLoss": _loss,
    "LRN": _lrn,
    "Pooling": _pooling,
    "SigmoidCrossEntropyLoss": _loss,
    "SoftmaxWithLoss": _loss,
}


class UnreadSetting(LayerRule):
    code = "CL311"
    name = "unread-setting"
    severity = Severity.WARNING
    claim = Claim.WASTE

    layer_types = frozenset(_CHECKS)

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        if layer in context.shapes.params:
            for param, name, reason in _CHECKS[layer.type](layer.block):
                message = f"'{name}' of '{layer.name}' does nothing: {reason}"
                yield self.report(context, message, param.span(name))
