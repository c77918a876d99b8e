"""A layer overwrites the gradient of a param that it shares with other layers.

Layers that share a param add up their gradients. Two do not: the top of a Parameter layer lies in the memory
of the param, and whoever reads it writes its gradient there; and a Scale overwrites where no axis stands
before those that it scales, or only axes of size 1 (`axis: 0`, or a batch of 1). What Caffe has worked out
before, which is what stands further down in the file, is lost.

Bad:
    layer { name: "a" type: "Scale" param { name: "s" } … scale_param { axis: 0 num_axes: -1 } }
    layer { name: "b" type: "Scale" param { name: "s" } … scale_param { axis: 0 num_axes: -1 } }

Good:
    layer { name: "a" type: "Scale" param { name: "s" } … scale_param { axis: 1 } }
    layer { name: "b" type: "Scale" param { name: "s" } … scale_param { axis: 1 } }
"""

from collections.abc import Iterator
from math import prod

from caffe_lint.layers import Shape, shares_memory
from caffe_lint.lint import Claim, Diagnostic, NetContext, Note, TrainingRule
from caffe_lint.net import Blob, ParamSpec


class OverwrittenParamGradient(TrainingRule):
    code = "CL309"
    name = "overwritten-param-gradient"
    claim = Claim.WRONG_GRADIENT

    def check_training(self, context: NetContext) -> Iterator[Diagnostic]:
        for sharers in context.net.sharers.values():
            if len(sharers) > 1 and all(spec.block.real("lr_mult") for spec in sharers):
                running = [spec for spec in sharers if spec.layer in context.backward.running]
                yield from self._compare(context, running)

    def _compare(self, context: NetContext, sharers: list[ParamSpec]) -> Iterator[Diagnostic]:
        places = {id(spec): _place(spec) for spec in sharers}
        for spec in sharers:
            lost = [other for other in sharers if places[id(other)] > places[id(spec)]]
            if lost and _overwrites(context, spec):
                message = (
                    f"'{spec.layer.name}' overwrites the gradient of '{spec.name}': "
                    f"what '{lost[0].layer.name}' gave it before is lost"
                )
                note = Note(f"'{lost[0].layer.name}' shares it, and runs Backward earlier", lost[0].span)
                yield self.report(context, message, spec.span, [note])


def _overwrites(context: NetContext, spec: ParamSpec) -> bool:
    if spec.layer.type == "Parameter":
        return True
    is_scale = spec.layer.type == "Scale" and spec.index == 0 and len(spec.layer.bottoms) == 1
    return is_scale and _scales_from_the_front(spec, context.shapes.shape(spec.layer.bottoms[0].blob))


def _scales_from_the_front(spec: ParamSpec, bottom: Shape) -> bool:
    """scale_layer.cpp, Backward_cpu: the cases of `is_eltwise`, and `sum_result` as the gradient itself."""
    if bottom is None or None in bottom:
        return False
    dims = [dim for dim in bottom if dim is not None]
    param = spec.layer.block.block("scale_param")
    axis, number = param.integer("axis"), param.integer("num_axes")
    first = axis % len(dims) if dims and number else 0
    last = len(dims) if number == -1 else first + number
    outer, scaled, inner = prod(dims[:first]), prod(dims[first:last]), prod(dims[last:])
    return outer == 1 and (scaled > 1 or inner == 1)


def _place(spec: ParamSpec) -> float:
    """Where in the run order the gradient is written: at the layer, or where a Parameter's top is read."""
    layer = spec.layer
    if layer.type != "Parameter" or not layer.tops:
        return layer.index
    return _reading_place(layer.tops[0])


def _reading_place(blob: Blob) -> float:
    if len(blob.uses) != 1:
        return blob.layer.index + 0.5  # the Split that Caffe puts behind it
    reader = blob.uses[0].layer
    same = [top for top in reader.tops if top.previous is blob]
    if not same and shares_memory(reader):
        same = reader.tops[:1]
    return _reading_place(same[0]) if same else reader.index
