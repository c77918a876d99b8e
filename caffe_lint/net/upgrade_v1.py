"""V1 nets (`layers { type: CONVOLUTION blobs_lr: 1 … }`) in today's form.

Follows util/upgrade_proto.cpp, UpgradeNetDataTransformation and UpgradeV1LayerParameter.
"""

from ..schema import Block, Schema
from ..text import Field, Message
from .rewrite import flat, gathered, quoted, renamed

DATA_BLOCKS = {"DATA": "data_param", "IMAGE_DATA": "image_data_param", "WINDOW_DATA": "window_data_param"}
"""V1 type -> the block in which its transformation may stand."""

TRANSFORM_FIELDS = frozenset({"scale", "mean_file", "crop_size", "mirror"})
"""What moves from there to `transform_param`."""

PARAM_FIELDS = {
    "param": "name",
    "blob_share_mode": "share_mode",
    "blobs_lr": "lr_mult",
    "weight_decay": "decay_mult",
}
"""V1 field, one for each param -> field of the `param` block."""


def upgrade_v1(entries: list[Field], schema: Schema) -> list[Field]:
    """The `layers` entries of a net as LayerParameter messages."""
    return [
        _upgrade_layer(entry, entry.value, schema) for entry in entries if isinstance(entry.value, Message)
    ]


def _upgrade_layer(entry: Field, message: Message, schema: Schema) -> Field:
    fields: list[Field] = []
    specs: dict[int, list[Field]] = {}
    counts: dict[str, int] = {}
    v1_type = _type_name(message, schema)
    for field in flat(message):
        if field.name in PARAM_FIELDS:
            index = counts.get(field.name, 0)
            counts[field.name] = index + 1
            specs.setdefault(index, []).append(renamed(field, PARAM_FIELDS[field.name]))
        elif field.name == "type":
            fields.append(renamed(field, "type", quoted(schema.v1_types.get(v1_type, ""))))
        else:
            fields.append(field)
    fields += [gathered("param", specs[index]) for index in sorted(specs)]
    fields = _upgrade_transformation(fields, DATA_BLOCKS.get(v1_type))
    return renamed(entry, "layer", Message(message.start, message.end, fields))


def _type_name(message: Message, schema: Schema) -> str:
    return Block(message, schema.message("V1LayerParameter"), schema, message.span).enum("type")


def _upgrade_transformation(fields: list[Field], data_block: str | None) -> list[Field]:
    """Move scale, mean_file, crop_size and mirror out of a data block into `transform_param`."""
    upgraded: list[Field] = []
    moved: list[Field] = []
    for field in fields:
        if field.name != data_block or not isinstance(field.value, Message):
            upgraded.append(field)
            continue
        moved += [inner for inner in field.value.fields if inner.name in TRANSFORM_FIELDS]
        kept = [inner for inner in field.value.fields if inner.name not in TRANSFORM_FIELDS]
        upgraded.append(renamed(field, field.name, Message(field.value.start, field.value.end, kept)))
    if not moved:
        return fields
    replaced = {field.name for field in moved}
    own = [field for field in upgraded if field.name == "transform_param"]
    rest = [field for field in upgraded if field.name != "transform_param"]
    for field in own:
        if isinstance(field.value, Message):
            moved = [*(inner for inner in field.value.fields if inner.name not in replaced), *moved]
    return [*rest, gathered("transform_param", moved)]
