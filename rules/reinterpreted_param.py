"""Layers share a param that one reads as something else than the other.

With `share_mode: PERMISSIVE` Caffe wants nothing but the same number of elements. A 4x6 matrix and a 6x4 one
then hold the same numbers in the same order: one is not the transpose of the other. And a bias may share the
values of a weight.

Bad (the weights are 4x6 and 6x4):
    layer { name: "encode" type: "InnerProduct" param { name: "w" } inner_product_param { num_output: 4 } }
    layer {
      name: "decode" type: "InnerProduct" param { name: "w" share_mode: PERMISSIVE }
      inner_product_param { num_output: 6 }
    }

Good:
    layer { name: "encode" type: "InnerProduct" param { name: "w" } inner_product_param { num_output: 4 } }
    layer {
      name: "decode" type: "InnerProduct" param { name: "w" }
      inner_product_param { num_output: 6 transpose: true }
    }
"""

from collections.abc import Iterator
from math import prod

from caffe_lint.layers import Shape, show_shape
from caffe_lint.lint import Claim, Diagnostic, NetContext, NetRule, Note, Severity
from caffe_lint.net import ParamSpec

_BIASES = {
    "Bias": (0,),
    "Convolution": (1,),
    "Deconvolution": (1,),
    "Embed": (1,),
    "InnerProduct": (1,),
    "LSTM": (1,),
    "RNN": (1, 4),
    "Scale": (1,),
}
"""Which learned blobs of a layer type are added, not multiplied."""


class ReinterpretedParam(NetRule):
    code = "CL310"
    name = "reinterpreted-param"
    severity = Severity.WARNING
    claim = Claim.WRONG_FORWARD

    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        for owner, *others in context.net.sharers.values():
            for spec in others:
                message = _difference(context, spec, owner)
                if message:
                    note = Note(f"'{owner.layer.name}' owns '{owner.name}'", owner.span)
                    yield self.report(context, message, spec.span, [note])


def _difference(context: NetContext, spec: ParamSpec, owner: ParamSpec) -> str:
    if spec.layer.type == owner.layer.type and spec.index == owner.index and not _is_permissive(spec):
        return ""
    shape, owned = _shape(context, spec), _shape(context, owner)
    if not shape or not owned or _size(shape) != _size(owned):
        return ""
    kinds = _kind(spec), _kind(owner)
    if kinds[0] != kinds[1] and all(kinds):
        mine, theirs = (
            f"the {kind} of '{who.layer.name}'" for kind, who in zip(kinds, (spec, owner), strict=True)
        )
        return f"'{spec.name}' is {mine} and {theirs}"
    if _is_permissive(spec) and _is_another_matrix(shape, owned):
        return (
            f"'{spec.layer.name}' reads '{spec.name}', {show_shape(owned)}, as {show_shape(shape)}: "
            "the same numbers in the same order, not the transpose"
        )
    return ""


def _is_permissive(spec: ParamSpec) -> bool:
    return spec.block.enum("share_mode") == "PERMISSIVE"


def _kind(spec: ParamSpec) -> str:
    """What a learned blob is; empty if that is not known."""
    if spec.layer.type not in _BIASES:
        return ""
    return "bias" if spec.index in _BIASES[spec.layer.type] else "weight"


def _shape(context: NetContext, spec: ParamSpec) -> Shape:
    shapes = context.shapes.params.get(spec.layer, ())
    return shapes[spec.index] if spec.index < len(shapes) else None


def _size(shape: Shape) -> int | None:
    dims = [dim for dim in shape or () if dim is not None]
    return prod(dims) if len(dims) == len(shape or ()) else None


def _is_another_matrix(shape: Shape, other: Shape) -> bool:
    """Whether both are matrices, for other numbers of outputs; an InnerProduct may be a Convolution."""
    dims, others = ([dim for dim in whole or () if dim != 1] for whole in (shape, other))
    return len(dims) > 1 < len(others) and dims[0] != others[0]
