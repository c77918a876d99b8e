"""What single steps of an unrolled net write otherwise than most: names of params, and settings."""

from collections import Counter
from collections.abc import Iterator

from ..net import Layer
from ..text import Message
from .difference import Difference
from .model import Unroll


def other_params(unroll: Unroll) -> Iterator[Difference]:
    """Learned blobs under another name than most steps give them."""
    for role in unroll.pattern:
        layers = unroll.layers_with(role)
        for index in range(max(len(layer.params) for _, layer in layers)):
            names = [layer.params[index].name if index < len(layer.params) else "" for _, layer in layers]
            usual, count = Counter(names).most_common(1)[0]
            if not usual or 2 * count <= len(names):
                continue
            for (step, layer), name in zip(layers, names, strict=True):
                if name != usual:
                    span = layer.params[index].span if index < len(layer.params) else layer.name_span
                    found, expected = _named(index, name), f"'{usual}'"
                    yield Difference(step, "param", role, layer, span, found, expected)


def _named(index: int, name: str) -> str:
    return f"param {index} named '{name}'" if name else f"param {index} without a name"


def other_settings(unroll: Unroll) -> Iterator[Difference]:
    """Settings that most steps write otherwise, but for fillers, of which only the owner's counts."""
    for role in unroll.pattern:
        layers = unroll.layers_with(role)
        written = [_written(layer) for _, layer in layers]
        for name in sorted({name for each in written for name in each}):
            values = [each.get(name, "") for each in written]
            usual, count = Counter(values).most_common(1)[0]
            if count == len(values) or 2 * count <= len(values):
                continue
            for (step, layer), value in zip(layers, values, strict=True):
                if value != usual and layer.type == unroll.pattern[role].layer.type:
                    expected = usual.partition(" ")[2] or "not given"
                    yield Difference(
                        step, "setting", role, layer, layer.name_span, value or f"no {name}", expected
                    )


def _written(layer: Layer) -> dict[str, str]:
    """The settings of a layer by name, each as name and values."""
    found: dict[str, str] = {}
    fields = layer.block.message.fields if layer.block.message is not None else ()
    for block in fields:
        if block.name.endswith("_param") and isinstance(block.value, Message):
            for field in block.value.fields:
                if isinstance(field.value, str):
                    before = f"{found[field.name]}, " if field.name in found else f"{field.name} "
                    found[field.name] = before + field.value
    return found
