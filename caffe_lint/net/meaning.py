"""What a file says to Caffe, apart from how it is written: what a fix must leave as it is."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, get_args

from ..schema import Block, Kind
from ..schema.value import read_value
from ..text import Field, List, Message, Span
from .document import Document
from .model import Blob, Net, Use
from .state import NetState

Aspect = Literal["type", "name", "parameters", "params", "rules", "wiring", "settings"]
"""A part of what a layer says (`settings`: what the file says outside of layers) that a fix may change."""

EVERY_ASPECT: frozenset[Aspect] = frozenset(get_args(Aspect))

_OWN = ("type", "name", "parameters", "params", "rules")
_APART = frozenset({"type", "name", "bottom", "top", "param", "include", "exclude"})

Origin = tuple[int, int] | str
"""A blob by the numbers of its layer and top; the name of a blob that nobody makes."""


class LayerMeaning(NamedTuple):
    """What a layer says of itself, whatever stands around it."""

    type: str
    name: str
    parameters: tuple[object, ...]
    params: tuple[object, ...]
    rules: tuple[object, ...]
    """Its `include` and `exclude`."""
    span: Span


class LayerWiring(NamedTuple):
    """A layer in a net; blobs count by who makes them, not by their names."""

    number: int
    """The number of the layer in the file."""
    read: tuple[Origin, ...]
    """What each bottom reads."""
    overwritten: tuple[Origin | None, ...]
    """For each top the earlier top of its name."""


class Meaning(NamedTuple):
    """What Caffe knows of a file."""

    settings: tuple[object, ...]
    layers: tuple[LayerMeaning, ...]
    nets: dict[NetState, tuple[LayerWiring, ...]]


def meaning(document: Document) -> Meaning:
    """What a file says."""
    numbers = {id(block): number for number, block in enumerate(document.layer_blocks)}
    nets: dict[NetState, tuple[LayerWiring, ...]] = {}
    for net in document.nets():
        nets |= dict.fromkeys(net.states, tuple(_wiring(net, numbers)))
    layers = zip(document.layer_blocks, document.upgraded.layers, strict=True)
    return Meaning(_settings(document), tuple(_layer(block, field.span) for block, field in layers), nets)


def is_kept(
    before: Meaning, after: Meaning, changes: Collection[Aspect] = (), places: Collection[int] = ()
) -> bool:
    """Whether a file still says the same, but for what may change.

    A top may stop to overwrite an earlier one, and never starts to.

    Args:
        before: what it said.
        after: what it says now.
        changes: what may differ: wiring in all layers, the rest in the layers that are edited.
        places: where the file before was edited.
    """
    if before.settings != after.settings and "settings" not in changes:
        return False
    if len(before.layers) != len(after.layers):
        return False
    pairs = zip(before.layers, after.layers, strict=True)
    if not all(_is_layer_kept(old, new, changes, places) for old, new in pairs):
        return False
    if "wiring" in changes:
        return True
    if _presence(before) != _presence(after):
        return False
    return all(_is_wiring_kept(layers, after.nets[state]) for state, layers in before.nets.items())


def _presence(meaning: Meaning) -> list[tuple[NetState, list[int]]]:
    """Which layers exist in which state."""
    return [(state, [layer.number for layer in layers]) for state, layers in meaning.nets.items()]


def _is_layer_kept(
    old: LayerMeaning, new: LayerMeaning, changes: Collection[Aspect], places: Collection[int]
) -> bool:
    differing = {name for name in _OWN if getattr(old, name) != getattr(new, name)}
    if not differing:
        return True
    is_edited = any(old.span.start <= place <= old.span.end for place in places)
    return is_edited and differing <= set(changes)


def _is_wiring_kept(old: Iterable[LayerWiring], new: Iterable[LayerWiring]) -> bool:
    return all(
        before.read == after.read and _overwrites_no_more(before.overwritten, after.overwritten)
        for before, after in zip(old, new, strict=True)
    )


def _overwrites_no_more(old: Sequence[Origin | None], new: Sequence[Origin | None]) -> bool:
    return len(old) == len(new) and all(now in (None, earlier) for earlier, now in zip(old, new, strict=True))


def _layer(block: Block, span: Span) -> LayerMeaning:
    return LayerMeaning(
        block.string("type"),
        block.string("name"),
        _fields(block, [name for name in block.names if name not in _APART]),
        _fields(block, ["param"]),
        _fields(block, ["include", "exclude"]),
        span,
    )


def _wiring(net: Net, numbers: dict[int, int]) -> Iterator[LayerWiring]:
    latest: dict[str, Blob] = {}
    for layer in net.layers:
        overwritten = [latest.get(top.name) for top in layer.tops]
        latest.update((top.name, top) for top in layer.tops)
        yield LayerWiring(
            numbers[id(layer.block)],
            tuple(map(_read, layer.bottoms)),
            tuple(None if blob is None else (blob.layer.index, blob.index) for blob in overwritten),
        )


def _read(use: Use) -> Origin:
    return use.name if use.blob is None else (use.blob.layer.index, use.blob.index)


def _settings(document: Document) -> tuple[object, ...]:
    """What stands outside of layers; of a solver, its update rule by the name of today."""
    solver = document.solver
    if solver is not None:
        names = [name for name in solver.settings.names if name not in ("type", "solver_type")]
        return (solver.type, *_fields(solver.settings, names))
    if document.root_type != "NetParameter":
        return _raw(document.root)
    layers = {"layer", "layers", "input", "input_dim", "input_shape"}
    settings = document.net_settings
    return _fields(settings, [name for name in settings.names if name not in layers])


def _fields(block: Block, names: Collection[str]) -> tuple[object, ...]:
    """Fields by name with their values in order, as Caffe stores them."""
    return tuple((name, tuple(_values(block, name))) for name in sorted(names) if block.has(name))


def _values(block: Block, name: str) -> Iterator[object]:
    field_type = block.type.field(name)
    if field_type is None:
        yield from (_raw_value(field) for field in block.fields(name))
        return
    if field_type.kind is Kind.MESSAGE:
        yield from (_fields(inner, inner.names) for inner in block.blocks(name))
    for field in block.fields(name):
        if isinstance(field.value, str):
            value = read_value(field_type, field.value)
            # A NaN equals nothing, not even itself; what does not convert counts as it stands.
            yield field.value if value is None else repr(value)


def _raw(message: Message) -> tuple[object, ...]:
    return tuple((field.name, _raw_value(field)) for field in message.fields)


def _raw_value(field: Field) -> object:
    value = field.value
    if isinstance(value, Message):
        return _raw(value)
    return tuple(map(_raw_value, value.items)) if isinstance(value, List) else value
