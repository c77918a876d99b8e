"""V0 nets (`layers { layer { type: "conv" kernelsize: 3 } bottom: … }`) as V1 entries.

Follows util/upgrade_proto.cpp, UpgradeV0PaddingLayers and UpgradeV0LayerParameter. What Caffe drops there
is dropped here: net-level fields, `include`, `exclude` and `loss_weight` around a V0 layer, and fields that
mean nothing for the layer's type.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from ..schema import Schema
from ..text import Field, Message, Span
from .rewrite import flat, gathered, named, renamed

BLOCKS = {
    "conv": "convolution_param",
    "innerproduct": "inner_product_param",
    "pool": "pooling_param",
    "dropout": "dropout_param",
    "lrn": "lrn_param",
    "data": "data_param",
    "hdf5_data": "hdf5_data_param",
    "images": "image_data_param",
    "window_data": "window_data_param",
    "infogain_loss": "infogain_loss_param",
    "concat": "concat_param",
}
"""V0 type -> the block of its own."""

_PRODUCTS = ("conv", "innerproduct")
_WINDOWS = ("conv", "pool")
_BATCHES = ("data", "hdf5_data", "images", "window_data")

FIELDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "num_output": ("num_output", _PRODUCTS),
    "biasterm": ("bias_term", _PRODUCTS),
    "weight_filler": ("weight_filler", _PRODUCTS),
    "bias_filler": ("bias_filler", _PRODUCTS),
    "pad": ("pad", _WINDOWS),
    "kernelsize": ("kernel_size", _WINDOWS),
    "stride": ("stride", _WINDOWS),
    "group": ("group", ("conv",)),
    "pool": ("pool", ("pool",)),
    "dropout_ratio": ("dropout_ratio", ("dropout",)),
    "local_size": ("local_size", ("lrn",)),
    "alpha": ("alpha", ("lrn",)),
    "beta": ("beta", ("lrn",)),
    "k": ("k", ("lrn",)),
    "source": ("source", (*_BATCHES, "infogain_loss")),
    "batchsize": ("batch_size", _BATCHES),
    "rand_skip": ("rand_skip", ("data", "images")),
    "shuffle_images": ("shuffle", ("images",)),
    "new_height": ("new_height", ("images",)),
    "new_width": ("new_width", ("images",)),
    "concat_dim": ("concat_dim", ("concat",)),
    "det_fg_threshold": ("fg_threshold", ("window_data",)),
    "det_bg_threshold": ("bg_threshold", ("window_data",)),
    "det_fg_fraction": ("fg_fraction", ("window_data",)),
    "det_context_pad": ("context_pad", ("window_data",)),
    "det_crop_mode": ("crop_mode", ("window_data",)),
}
"""V0 field -> field of the type's block, and the V0 types for which it means something."""

TRANSFORM_FIELDS = {"scale": "scale", "meanfile": "mean_file", "cropsize": "crop_size", "mirror": "mirror"}
"""V0 field -> field of `transform_param`, whatever the type."""

_KEPT = frozenset({"name", "blobs", "blobs_lr", "weight_decay"})


LOST_IN_NET = ("layer", "state", "input_shape")
"""Fields of a V0 net that UpgradeV0Net does not take over and that would mean something."""

LOST_AROUND_LAYERS = ("include", "exclude", "loss_weight")
"""The same around a V0 layer."""

PADDING = "padding"
"""The V0 type of a layer that pads for the one behind it."""


class RefusedError(Exception):
    """A V0 net that Caffe does not upgrade: a layer of no V0 type, or padding it cannot merge.

    Attributes:
        span: the layer to blame.
        message: what is wrong.
        caffe: a fragment of what Caffe prints.
    """

    def __init__(self, span: Span, message: str, caffe: str) -> None:
        super().__init__(message)
        self.span = span
        self.message = message
        self.caffe = caffe


def upgrade_v0(entries: list[Field], schema: Schema) -> list[Field]:
    """The `layers` entries of a V0 net as V1 entries, padding layers merged into what reads them.

    Raises:
        RefusedError: where Caffe refuses to merge a padding layer, or does not know a type.
    """
    return [
        _upgrade_layer(entry, padding, schema)
        for entry, padding in with_paddings(entries)
        if v0_type_of(entry) != PADDING
    ]


def with_paddings(entries: list[Field]) -> Iterator[tuple[Field, Field | None]]:
    """Each entry with the padding layer that it reads.

    Raises:
        RefusedError: where Caffe refuses to merge it.
    """
    producers: dict[str, Field] = {}
    for entry in entries:
        yield entry, _padding_before(entry, producers)
        for top in _strings(entry, "top"):
            producers[top] = entry


def _message(field: Field) -> Message:
    return field.value if isinstance(field.value, Message) else Message(field.start, field.end, [])


def inner_of(entry: Field) -> Message:
    """What stands in the `layer` of an entry."""
    for field in named(_message(entry), "layer"):
        return _message(field)
    return Message(entry.start, entry.end, [])


def v0_type_of(entry: Field) -> str:
    """The type of a V0 layer, as it is written."""
    for field in named(inner_of(entry), "type"):
        return str(field.value).strip("\"'")
    return ""


def _strings(entry: Field, name: str) -> list[str]:
    return [str(field.value) for field in named(_message(entry), name)]


def _padding_before(entry: Field, producers: dict[str, Field]) -> Field | None:
    bottoms = _strings(entry, "bottom")
    for bottom in bottoms:
        source = producers.get(bottom)
        if source is not None and v0_type_of(source) == PADDING:
            _check_padding(entry, source, len(bottoms))
            return source
    return None


def _check_padding(entry: Field, padding: Field, bottoms: int) -> None:
    if v0_type_of(entry) not in _WINDOWS:
        message = (
            f"a padding layer feeds a layer of type '{v0_type_of(entry)}', allowed are 'conv' and 'pool'"
        )
        raise RefusedError(
            entry.name_span, message, "Padding layer input to non-convolutional / non-pooling layer type"
        )
    if bottoms != 1:
        message = f"a layer behind a padding layer must have one bottom, found {bottoms}"
        raise RefusedError(entry.name_span, message, "Conv Layer takes a single blob as input.")
    if len(_strings(padding, "bottom")) != 1:
        message = f"a padding layer must have one bottom, found {len(_strings(padding, 'bottom'))}"
        raise RefusedError(padding.name_span, message, "Padding Layer takes a single blob as input.")
    if len(_strings(padding, "top")) != 1:
        message = f"a padding layer must have one top, found {len(_strings(padding, 'top'))}"
        raise RefusedError(padding.name_span, message, "Padding Layer produces a single blob as output.")


def _upgrade_layer(entry: Field, padding: Field | None, schema: Schema) -> Field:
    v0_type = v0_type_of(entry)
    outer = [field for field in flat(_message(entry)) if field.name in ("bottom", "top")]
    inner = list(flat(inner_of(entry)))
    if padding is not None:
        source = named(_message(padding), "bottom")[0]
        outer = [
            renamed(field, "bottom", str(source.value)) if field.name == "bottom" else field
            for field in outer
        ]
        inner = [field for field in inner if field.name != "pad"] + named(inner_of(padding), "pad")
    fields = [*outer, *(field for field in inner if field.name in _KEPT)]
    fields += [_upgrade_type(field, v0_type, schema) for field in inner if field.name == "type"]
    fields += [field for field in inner if field.name == "hdf5_output_param" and v0_type == "hdf5_output"]
    own = [
        renamed(field, FIELDS[field.name][0])
        for field in inner
        if field.name in FIELDS and v0_type in FIELDS[field.name][1]
    ]
    transform = [
        renamed(field, TRANSFORM_FIELDS[field.name]) for field in inner if field.name in TRANSFORM_FIELDS
    ]
    if own:
        fields.append(gathered(BLOCKS[v0_type], own))
    if transform:
        fields.append(gathered("transform_param", transform))
    message = _message(entry)
    return renamed(entry, "layers", Message(message.start, message.end, fields))


def _upgrade_type(field: Field, v0_type: str, schema: Schema) -> Field:
    """UpgradeV0LayerType."""
    if v0_type not in schema.v0_types:
        near = get_close_matches(v0_type, schema.v0_types, n=1)
        hint = f", did you mean '{near[0]}'?" if near else ""
        message = f"no V0 layer type '{v0_type}'{hint}"
        raise RefusedError(field.span, message, f"Unknown layer name: {v0_type}")
    return renamed(field, "type", schema.v0_types[v0_type])
