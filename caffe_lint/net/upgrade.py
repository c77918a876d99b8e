"""Caffe's upgrades of old files, on the tree: every field of the result keeps its place in the source.

Follows util/upgrade_proto.cpp, UpgradeNetAsNeeded: V0 to V1, data transformations, V1 to V2, the old `input`
fields, BatchNorm.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from ..schema import Block, Schema
from ..text import Field, Message, Span
from .rewrite import flat, gathered, named, quoted, renamed
from .upgrade_v0 import RefusedError, upgrade_v0
from .upgrade_v1 import upgrade_v1


class UpgradeProblem(NamedTuple):
    """A file that Caffe refuses to upgrade; `caffe` is a fragment of what it prints."""

    span: Span
    message: str
    caffe: str


INPUT_LAYER = "input"
"""The name of the field for the layer that stands for old-style inputs; that of any other is `layer`."""


@dataclass(eq=False, repr=False, slots=True)
class Upgraded:
    """A net file in today's form; each of `layers` holds a LayerParameter message."""

    name: str
    layers: list[Field]
    problems: list[UpgradeProblem] = field(default_factory=list)
    unsized_inputs: frozenset[str] = frozenset()
    """Inputs with too few dims: Caffe reads the missing ones from foreign memory."""


def upgrade(root: Message, schema: Schema) -> Upgraded:
    """The layers of a NetParameter file as Caffe sees them after its upgrades."""
    block = Block.root(root, "NetParameter", schema)
    result = Upgraded(block.string("name"), block.fields("layer"))
    old = [entry for entry in block.fields("layers") if isinstance(entry.value, Message)]
    is_v0 = any(named(entry.value, "layer") for entry in old if isinstance(entry.value, Message))
    if is_v0:
        _upgrade_v0_layers(old, result, schema)
    elif old:
        _upgrade_v1_layers(old, result, schema)
    if block.has("input"):
        # UpgradeV0Net copies `input` and `input_dim` only.
        _upgrade_inputs(block, [] if is_v0 else block.fields("input_shape"), result)
    result.layers = [
        _upgrade_batch_norm(layer) for layer in result.layers if isinstance(layer.value, Message)
    ]
    return result


def _upgrade_v0_layers(old: list[Field], result: Upgraded, schema: Schema) -> None:
    # UpgradeV0Net copies only the old entries: `layer` entries in the same file are gone.
    result.layers = []
    try:
        result.layers = upgrade_v1(upgrade_v0(old, schema), schema)
    except RefusedError as error:
        result.problems.append(UpgradeProblem(error.span, error.message, error.caffe))


def _upgrade_v1_layers(old: list[Field], result: Upgraded, schema: Schema) -> None:
    if result.layers:
        message = "'layers' (the old form) and 'layer' stand in one file, which Caffe refuses to upgrade"
        caffe = "Refusing to upgrade inconsistent NetParameter input;"
        result.problems.append(UpgradeProblem(old[0].name_span, message, caffe))
    result.layers = [*upgrade_v1(old, schema), *result.layers]


def _upgrade_inputs(block: Block, given_shapes: list[Field], result: Upgraded) -> None:
    """UpgradeNetInput: one Input layer in front of the others, if any size is given."""
    inputs, dims = block.fields("input"), block.fields("input_dim")
    if given_shapes:
        shapes = [renamed(shape, "shape") for shape in given_shapes[: len(inputs)]]
    else:
        quads = [dims[start : start + 4] for start in range(0, len(dims), 4)][: len(inputs)]
        shapes = [gathered("shape", [renamed(dim, "dim") for dim in quad]) for quad in quads]
        if quads and len(quads[-1]) < 4:
            shapes.pop()
    if not (given_shapes or dims):
        return
    # A missing shape is read out of bounds; the first one stands in for it so that the layer can be built.
    missing = len(inputs) - len(shapes)
    result.unsized_inputs = frozenset(block.strings("input")[len(shapes) :])
    shapes += shapes[:1] * missing if shapes else [_empty_shape(inputs[0])] * missing
    first = inputs[0]
    tops = [renamed(field, "top") for field in inputs]
    type_field, name = renamed(first, "type", quoted("Input")), renamed(first, "name", quoted("input"))
    param = gathered("input_param", shapes)
    result.layers.insert(0, gathered(INPUT_LAYER, [name, type_field, *tops, param]))


def _empty_shape(field: Field) -> Field:
    return renamed(field, "shape", Message(field.start, field.end, []))


def _upgrade_batch_norm(layer: Field) -> Field:
    """UpgradeNetBatchNorm: with exactly three `param` entries their multipliers become 0."""
    message = layer.value
    assert isinstance(message, Message)
    if not any(
        field.name == "type" and field.value in ('"BatchNorm"', "'BatchNorm'") for field in message.fields
    ):
        return layer
    if len(named(message, "param")) != 3:
        return layer
    fields = [_frozen(field) if field.name == "param" else field for field in flat(message)]
    return renamed(layer, "layer", Message(message.start, message.end, fields))


def _frozen(param: Field) -> Field:
    if not isinstance(param.value, Message):
        return param
    kept = [field for field in param.value.fields if field.name not in ("lr_mult", "decay_mult")]
    zeros = [renamed(param, name, "0") for name in ("lr_mult", "decay_mult")]
    return renamed(param, "param", Message(param.value.start, param.value.end, [*kept, *zeros]))
