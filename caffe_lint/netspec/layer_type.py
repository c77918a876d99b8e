"""Where a layer's keyword arguments belong: into the layer itself, or into the block of its type."""

from collections.abc import Iterator, Mapping
from functools import cache

from ..schema import BVLC, FieldType, load_schema
from .message import Message
from .scalar import did_you_mean

# A hint that names more blocks than these would be none.
_MOST_BLOCKS = 4


def layer_message(layer_type: str, arguments: Mapping[str, object]) -> Message:
    """A LayerParameter of that type; fields of the type's own block are moved there, as pycaffe does.

    Raises:
        AttributeError: if neither the layer nor the block has a field of that name.
        TypeError, ValueError: if a field does not take its value.
    """
    layer = Message("LayerParameter", {"type": layer_type})
    block = _block(layer_type)
    inside = load_schema().message(block.type_name).fields if block else {}
    for name, value in arguments.items():
        if block and name in inside and not name.endswith("param"):
            setattr(layer, block.name, {name: value})
        elif name in load_schema().message("LayerParameter").fields:
            setattr(layer, name, value)
        else:
            raise AttributeError(_unknown(layer_type, name))
    return layer


@cache
def _block(layer_type: str) -> FieldType | None:
    """The field of a layer whose message is named after the type: `relu_param` for `ReLU`."""
    named = [field for field in _blocks() if field.type_name == f"{layer_type}Parameter"]
    # Some forks have a second field of the same message; BVLC's has a number.
    return min(named, key=lambda field: field.number is None, default=None)


def _blocks() -> Iterator[FieldType]:
    fields = load_schema().message("LayerParameter").fields.values()
    return (field for field in fields if field.name.endswith("_param"))


def _unknown(layer_type: str, name: str) -> str:
    schema, block = load_schema(), _block(layer_type)
    if block is None and layer_type not in schema.layer_types:
        return f"no Caffe knows a layer type '{layer_type}'{did_you_mean(layer_type, schema.layer_types)}"
    known = [*schema.message("LayerParameter").fields, "in_place", "ntop"]
    if block:
        known += schema.message(block.type_name).fields
    hint = did_you_mean(name, known) or _other_blocks(name)
    return f"a layer of type '{layer_type}' has no field '{name}'{hint}"


def _other_blocks(name: str) -> str:
    bvlc = load_schema().view([BVLC])
    blocks = [block.name for block in _blocks() if name in bvlc.message(block.type_name).fields]
    return f"; fields of {', '.join(blocks)} have that name" if 0 < len(blocks) <= _MOST_BLOCKS else ""
