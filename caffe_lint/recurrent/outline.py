"""Steps that are built otherwise than the others: layers too many or missing, other operations and sizes."""

from collections.abc import Iterator

from ..net import Layer
from ..schema import Block
from ..text import Message, Span
from .defect import Defect, Kind, Look, Place, others, usual
from .initial import starts_from_zeros
from .layer_kinds import ACTIVATIONS, is_marked, operation
from .model import Node, Step

_ELSEWHERE = ("operation", "slice_point", "axis", "slice_dim", "concat_dim", "engine")
"""Settings that have a check of their own, or none."""


def odd_steps(look: Look) -> Iterator[Defect]:
    """Differences of single steps from most steps, layer by layer."""
    for node in look.unroll.pattern.values():
        yield from _types(look, node)
        yield from _settings(look, node)
    for step in look.unroll.steps:
        yield from _extra(look, step)
        yield from _missing(look, step)


def _types(look: Look, node: Node) -> Iterator[Defect]:
    layers = look.unroll.layers_with(node.role)
    kinds = [_kind(layer) for _, layer in layers]
    if len(set(kinds)) == 1:
        return
    expected = usual(kinds)
    for (step, layer), kind in zip(layers, kinds, strict=True):
        if kind == expected or (layer.type in ACTIVATIONS and node.layer.type in ACTIVATIONS):
            continue
        right = layers[kinds.index(expected)][1]
        count = kinds.count(expected)
        verb = "is" if len(layers) == 2 else "have"
        message = (
            f"'{layer.name}' of step {step} is {_named(layer)}, "
            f"{others(count, len(layers))} {verb} {_named(right)} there"
        )
        place = (
            layer.block.block("eltwise_param").span("operation")
            if layer.type == right.type
            else layer.type_span
        )
        note = Place(f"'{right.name}' is {_named(right)}", right.type_span)
        yield Defect("step-out-of-line", message, place, (note,), resizes=(layer,))


def _kind(layer: Layer) -> tuple[str, str]:
    return layer.type, operation(layer)


def _named(layer: Layer) -> str:
    done = operation(layer)
    article = "an" if layer.type[:1] in "AEIOU" else "a"
    return f"{article} {layer.type}" + (f" {done}" if done else "")


def _settings(look: Look, node: Node) -> Iterator[Defect]:
    layers = [
        (step, layer) for step, layer in look.unroll.layers_with(node.role) if layer.type == node.layer.type
    ]
    if len(layers) < 3:
        return
    found = [_values(layer) for _, layer in layers]
    if len(set(found)) == 1:
        return
    blocks = {name for values in found for name, _ in values}
    for block_name in sorted(blocks):
        yield from _compare(layers, block_name)


def _values(layer: Layer) -> tuple[tuple[str, object], ...]:
    """The settings as they stand in the file, without those that cannot differ in effect."""
    message = layer.block.message
    fields = message.fields if message is not None else ()
    return tuple(
        (field.name, _flat(field.value))
        for field in fields
        if field.name.endswith("_param") and isinstance(field.value, Message) and _is_known(layer, field.name)
    )


def _is_known(layer: Layer, name: str) -> bool:
    """Whether any Caffe has such a block; a misspelt one is a finding of its own."""
    try:
        layer.block.field_type(name)
    except KeyError:
        return False
    return True


def _flat(message: Message) -> tuple[object, ...]:
    return tuple(
        (field.name, field.value if isinstance(field.value, str) else _flat(field.value))
        for field in message.fields
        if not field.name.endswith("filler") and not field.name.startswith(_ELSEWHERE)
        if isinstance(field.value, (str, Message))
    )


def _compare(layers: list[tuple[int, Layer]], block_name: str) -> Iterator[Defect]:
    blocks = [layer.block.block(block_name) for _, layer in layers]
    names = {
        field.name
        for block in blocks
        if block.message is not None
        for field in block.message.fields
        if isinstance(field.value, str) and field.name not in _ELSEWHERE
    }
    for name in sorted(names):
        values = [_value(block, name) for block in blocks]
        expected = usual(values)
        if values.count(expected) < 2 or 2 * values.count(expected) <= len(values):
            continue
        for (step, layer), block, value in zip(layers, blocks, values, strict=True):
            if value != expected:
                message = (
                    f"'{name}' of '{layer.name}' in step {step} is {_shown(value)}, "
                    f"{others(values.count(expected), len(values))} have {_shown(expected)}"
                )
                right = layers[values.index(expected)][1]
                note = Place(
                    f"'{right.name}' has {_shown(expected)}", right.block.block(block_name).span(name)
                )
                yield Defect("step-out-of-line", message, block.span(name), (note,), resizes=(layer,))


def _value(block: Block, name: str) -> tuple[object, ...]:
    """The value of a setting as Caffe reads it, defaults filled in."""
    for read in (block.reals, block.integers, block.strings):
        try:
            values = read(name)
        except (KeyError, TypeError):
            continue
        if values:
            return tuple(values)
    for single in (block.integer, block.real, block.boolean, block.string):
        try:
            return (single(name),)
        except (KeyError, TypeError):
            continue
    return ()


def _shown(value: tuple[object, ...]) -> str:
    return ", ".join(str(each) for each in value) or "not given"


def _extra(look: Look, step: Step) -> Iterator[Defect]:
    for role, layer in step.extra.items():
        if layer in step.layers.values():
            continue
        kind: Kind = (
            "gate-activation"
            if layer.type in ACTIVATIONS and look.unroll.cell != "recursive"
            else "step-out-of-line"
        )
        message = f"step {step.number} has {_named(layer)}, '{layer.name}', that the other steps have not"
        behind = step.layers.get(role)
        note = (Place(f"it stands behind '{behind.name}'", behind.name_span),) if behind is not None else ()
        yield Defect(kind, message, layer.name_span, note, resizes=(layer,))


def _missing(look: Look, step: Step) -> Iterator[Defect]:
    unroll = look.unroll
    missing = [role for role in unroll.pattern if role not in step.layers and role not in step.absent]
    for role in missing:
        node = unroll.pattern[role]
        if node.layer.type in ACTIVATIONS or any(
            role in unroll.roles_behind(unroll.pattern[each]) for each in missing
        ):
            continue
        if any(found is not None and getattr(found, "role", None) == role for found in _reads(step)):
            continue
        if is_marked(node.layer) and step.number == 0 and starts_from_zeros(unroll):
            continue
        reader, place = _reader(look, step, role)
        kind: Kind = "continuation" if is_marked(node.layer) else "step-out-of-line"
        message = (
            f"step {step.number} lacks the {node.layer.type} that the other steps "
            f"have in front of '{reader.name}'"
        )
        note = Place(f"in another step it is '{node.layer.name}'", node.layer.name_span)
        yield Defect(kind, message, place, (note,), resizes=(reader,))


def _reads(step: Step) -> Iterator[object]:
    for slots in step.reads.values():
        yield from slots


def _reader(look: Look, step: Step, role: str) -> tuple[Layer, Span]:
    """The layer that reads what is missing, and the bottom."""
    for other, node in look.unroll.pattern.items():
        for number, slot in enumerate(node.slots):
            if getattr(slot, "role", None) == role and getattr(slot, "lag", 0) == 0 and other in step.layers:
                uses = step.bottoms.get(other, [])
                use = uses[number] if number < len(uses) else None
                layer = step.layers[other]
                return layer, use.span if use is not None else layer.name_span
    hidden = step.hidden
    layer = hidden.layer if hidden is not None else next(iter(step.layers.values()))
    return layer, hidden.span if hidden is not None else layer.name_span
