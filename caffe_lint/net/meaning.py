"""What a file says to Caffe, apart from how it is written: what a fix must leave as it is."""

from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple

from ..schema import Block, Kind
from ..schema.value import read_value
from ..text import Field, List, Message, Span
from .document import Document
from .model import Blob, Net, Use
from .state import NetState

Aspect = Literal["type", "name", "parameters", "params", "rules", "wiring", "settings"]
"""A part of what a layer says (`settings`: what the file says outside of layers) that a fix may change."""

Origin = tuple[int, int] | str
"""A blob by the numbers of its layer and top; the name of a blob that nobody makes."""


class LayerMeaning(NamedTuple):
    """What Caffe knows of a layer; blobs count by who makes them, not by their names."""

    type: str
    name: str
    parameters: tuple[object, ...]
    params: tuple[object, ...]
    rules: tuple[object, ...]
    """Its `include` and `exclude`."""
    wiring: tuple[Origin, ...]
    """What each bottom reads."""
    overwritten: tuple[Origin | None, ...]
    """For each top the earlier top of its name."""
    span: Span


class Meaning(NamedTuple):
    """What Caffe knows of a file."""

    settings: tuple[object, ...]
    nets: dict[NetState, tuple[LayerMeaning, ...]]


def meaning(document: Document) -> Meaning:
    """What a file says."""
    nets: dict[NetState, tuple[LayerMeaning, ...]] = {}
    for net in document.nets():
        layers = tuple(_layers(net))
        nets |= dict.fromkeys(net.states, layers)
    return Meaning(_settings(document), nets)


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
    if list(before.nets) != list(after.nets):
        return "rules" in changes
    return all(
        len(old) == len(after.nets[state])
        and all(map(lambda *pair: _is_layer_kept(*pair, changes, places), old, after.nets[state]))
        for state, old in before.nets.items()
    )


def _is_layer_kept(
    old: LayerMeaning, new: LayerMeaning, changes: Collection[Aspect], places: Collection[int]
) -> bool:
    is_free = "wiring" in changes
    if not is_free and (old.wiring != new.wiring or not _overwrites_no_more(old, new)):
        return False
    same = [old[index] == new[index] for index in range(5)]
    if all(same):
        return True
    is_edited = any(old.span.start <= place <= old.span.end for place in places)
    differing = {name for name, is_same in zip(LayerMeaning._fields, same, strict=False) if not is_same}
    return is_edited and differing <= set(changes)


def _overwrites_no_more(old: LayerMeaning, new: LayerMeaning) -> bool:
    if len(old.overwritten) != len(new.overwritten):
        return False
    pairs = zip(old.overwritten, new.overwritten, strict=True)
    return all(now in (None, earlier) for earlier, now in pairs)


def _layers(net: Net) -> Iterator[LayerMeaning]:
    latest: dict[str, Blob] = {}
    for layer in net.layers:
        overwritten = [latest.get(top.name) for top in layer.tops]
        latest.update((top.name, top) for top in layer.tops)
        apart = {"type", "name", "bottom", "top", "param", "include", "exclude"}
        yield LayerMeaning(
            layer.type,
            layer.name,
            _fields(layer.block, [name for name in layer.block.names if name not in apart]),
            _fields(layer.block, ["param"]),
            _fields(layer.block, ["include", "exclude"]),
            tuple(map(_read, layer.bottoms)),
            tuple(None if blob is None else (blob.layer.index, blob.index) for blob in overwritten),
            layer.span,
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
