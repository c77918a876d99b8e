"""Caffe's own LSTM and RNN layers as a net has them: what is needed to unroll one, or why that cannot be."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..layers import Shape, infer_shapes
from ..net import Document, Layer
from ..net.state import Phase
from ..schema import Block, Kind
from ..schema.value import read_value
from ..text import Field
from .unroll_cell import Kind as CellKind

NATIVE: Mapping[str, CellKind] = {"LSTM": "lstm", "RNN": "rnn"}
"""The layer types that are unrolled inside, and the kinds of cells that they are."""

_STATES: Mapping[CellKind, int] = {"lstm": 2, "rnn": 1}
"""How many bottoms and tops `expose_hidden` adds (lstm_layer.cpp, rnn_layer.cpp)."""

CARRIED = ("include", "exclude", "phase")
"""Fields that each unrolled layer takes over as they are."""

_READ = {
    "name",
    "type",
    "bottom",
    "top",
    "param",
    "recurrent_param",
    "propagate_down",
    "loss_weight",
    *CARRIED,
}


class ConversionError(ValueError):
    """A net cannot be converted; the message says at which layer and why."""


class Lengths(NamedTuple):
    """The time steps and the sequences of a batch that a caller knows, for nets that do not say them."""

    steps: int | None = None
    batch: int | None = None


class NativeLayer(NamedTuple):
    """A native layer of a file, in all states in which it exists."""

    field: Field
    block: Block
    kind: CellKind
    steps: int
    shapes: tuple[Shape, ...]
    """The shapes of its learned blobs; empty where it is in no net."""
    batches: Mapping[Phase, int]
    """The sequences of a batch in each phase; empty where they do not matter."""

    @property
    def name(self) -> str:
        """The name of the layer."""
        return self.block.string("name")

    @property
    def exposed(self) -> int:
        """How many states come from outside and are tops."""
        return _STATES[self.kind] if self.block.block("recurrent_param").boolean("expose_hidden") else 0

    @property
    def has_static(self) -> bool:
        """Whether there is a static input (recurrent_layer.cpp, LayerSetUp)."""
        return len(self.block.strings("bottom")) > 2 + self.exposed


def native_layers(document: Document, lengths: Lengths) -> list[NativeLayer]:
    """The native layers of a net, in the order of the file.

    Raises:
        ConversionError: if the file holds no net that Caffe builds, or no such layer, or a layer cannot be
            unrolled: it differs between states, or nothing says how many time steps it has.
    """
    if document.impostor is not None or document.root_type != "NetParameter":
        raise ConversionError(f"'{document.source.path}' holds no net")
    if document.syntax_problems or document.schema_problems:
        raise ConversionError(f"'{document.source.path}' is no prototxt that Caffe reads; check says why")
    shapes = _shapes(document)
    found = [
        _native(field, block, shapes.get(field.start, []), lengths)
        for field, block in zip(document.upgraded.layers, document.layer_blocks, strict=True)
        if block.string("type") in NATIVE
    ]
    if not found:
        raise ConversionError(f"'{document.source.path}' has no LSTM or RNN layer")
    return found


def fields_of(block: Block) -> dict[str, object]:
    """The fields that stand in a message, by name, with their values."""
    found: dict[str, object] = {}
    for name in block.names:
        field_type = block.field_type(name)
        values: list[object] = (
            [fields_of(inner) for inner in block.blocks(name)]
            if field_type.kind is Kind.MESSAGE
            else [
                read_value(field_type, field.value)
                for field in block.fields(name)
                if isinstance(field.value, str)
            ]
        )
        found[name] = values if field_type.is_repeated else values[0]
    return found


class _Shape(NamedTuple):
    """The axes of time and batch that a native layer has in some states, and its learned blobs."""

    states: str
    phases: tuple[Phase, ...]
    steps: int | None
    batch: int | None
    params: tuple[Shape, ...]


def _shapes(document: Document) -> dict[int, list[_Shape]]:
    """The shapes of the native layers of all states, by the places of the layers."""
    found: dict[int, list[_Shape]] = {}
    for net in document.nets():
        natives = [layer for layer in net.layers if layer.type in NATIVE]
        names = [layer.name for layer in natives]
        for name in names:
            if names.count(name) > 1:
                raise ConversionError(
                    f"two recurrent layers have the name '{name}', and their steps would too"
                )
        inference = infer_shapes(net) if natives else None
        for layer in natives:
            assert inference is not None
            for rejection in inference.rejections:
                if rejection.layer is layer:
                    raise ConversionError(f"Caffe rejects '{layer.name}': {rejection.message}")
            for use in layer.bottoms:
                if use.blob is None and not net.is_unfed:
                    raise ConversionError(f"'{layer.name}' reads '{use.name}', which no layer above makes")
            shape = inference.shape(layer.tops[0]) or (None, None)
            states = ", ".join(map(str, net.states))
            phases = tuple(dict.fromkeys(state.phase for state in net.states))
            params = inference.params.get(layer, ())
            found.setdefault(_place(layer), []).append(_Shape(states, phases, shape[0], shape[1], params))
    return found


def _place(layer: Layer) -> int:
    return layer.span.start


def _native(field: Field, block: Block, shapes: list[_Shape], lengths: Lengths) -> NativeLayer:
    name, kind = block.string("name"), NATIVE[block.string("type")]
    for other in block.names:
        if other not in _READ:
            raise ConversionError(
                f"'{name}' has a field '{other}', which the unrolled layers cannot take over"
            )
    steps = _steps(name, block, shapes, lengths)
    native = NativeLayer(field, block, kind, steps, shapes[0].params if shapes else (), {})
    return native if native.exposed else native._replace(batches=_batches(native, shapes, lengths))


def _steps(name: str, block: Block, shapes: Iterable[_Shape], lengths: Lengths) -> int:
    known = {shape.steps: shape.states for shape in shapes if shape.steps is not None}
    if len(known) > 1:
        listed = ", ".join(f"{steps} in {states}" for steps, states in known.items())
        raise ConversionError(f"'{name}' has another number of time steps in each state: {listed}")
    steps = next(iter(known), lengths.steps)
    if steps is None:
        bottoms = " and ".join(f"'{bottom}'" for bottom in block.strings("bottom")[:2])
        raise ConversionError(
            f"the number of time steps of '{name}' is unknown, since the shape of {bottoms} is: give it"
        )
    return steps


def _batches(native: NativeLayer, shapes: Iterable[_Shape], lengths: Lengths) -> dict[Phase, int]:
    """How many sequences the zeros are for that a layer begins from."""
    batches: dict[Phase, int] = {}
    known = [shape for shape in shapes if shape.batch is not None]
    for shape in known:
        for phase in shape.phases:
            assert shape.batch is not None
            if batches.setdefault(phase, shape.batch) != shape.batch:
                raise ConversionError(
                    f"'{native.name}' has several batch sizes in {phase}, by its stages or levels"
                )
    if not batches:
        if lengths.batch is None:
            raise ConversionError(f"the batch size of '{native.name}' is unknown: give it")
        return {"TRAIN": lengths.batch, "TEST": lengths.batch}
    if len(set(batches.values())) > 1 and (native.block.has("include") or native.block.has("exclude")):
        raise ConversionError(f"'{native.name}' has rules of its own and a batch size for each phase")
    return batches
