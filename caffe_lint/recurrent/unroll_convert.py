"""Replaces Caffe's own LSTM and RNN layers in the text of a net by what they compute, step by step."""

from collections.abc import Iterator
from typing import NamedTuple

from .. import netspec
from ..layers import Shape
from ..net import Document
from ..netspec import Message
from ..text import Edit, apply_edits, paused_collector
from .unroll_cell import Cell, Inputs, State, Style, roles
from .unroll_layer import Unrolled, add_steps
from .unroll_mapping import ExplicitParam, explicit_params
from .unroll_native_layer import CARRIED, ConversionError, Lengths, NativeLayer, fields_of, native_layers
from .unroll_net import NetWriter, Top


class UnrolledLayer(NamedTuple):
    """A native layer that was replaced, and where its learned blobs are now."""

    name: str
    steps: int
    params: tuple[ExplicitParam, ...]
    shapes: tuple[Shape, ...]
    """The shapes of its learned blobs."""


class Conversion(NamedTuple):
    """The new bytes of a file, and the layers that were replaced."""

    data: bytes
    layers: tuple[UnrolledLayer, ...]


def unroll_native(
    document: Document, style: Style = "sequence", lengths: Lengths | None = None
) -> Conversion:
    """Unroll all native layers of a net; all bytes outside of them stay.

    Names of bottoms and tops, fillers, multipliers and param names, the states in which a layer exists, its
    loss weights and `propagate_down` are kept. Two things change: the state of the last
    pass is forgotten, and gradients do flow through first and last states.

    Args:
        document: the net.
        style: `sequence`, `netspec`, or `lstmunit`, which an RNN reads as `sequence`.
        lengths: the time steps and the batch size, for a net that does not say them.

    Raises:
        ConversionError: if a layer cannot be unrolled.
    """
    taken = _names(document)
    newline = "\r\n" if b"\r\n" in document.source.data else "\n"
    edits, layers = [], []
    for native in native_layers(document, lengths or Lengths()):
        prefix = f"{native.name}/"
        while any(name.startswith(prefix) for name in taken):
            prefix += "unrolled/"
        cell = _cell(native, prefix, style)
        with paused_collector():
            messages = _messages(native, cell, prefix)
            text = _text(document.source.data, native, messages).replace("\n", newline)
        edits.append(Edit(native.field.start, native.field.end, text))
        params = explicit_params(cell, prefix)
        layers.append(UnrolledLayer(native.name, native.steps, params, native.shapes))
    return Conversion(apply_edits(document.source.data, edits), tuple(layers))


def _names(document: Document) -> set[str]:
    return {
        name
        for block in document.layer_blocks
        for name in (block.string("name"), *block.strings("bottom"), *block.strings("top"))
    }


def _cell(native: NativeLayer, prefix: str, style: Style) -> Cell:
    block, entries = native.block.block("recurrent_param"), native.block.blocks("param")
    params = {}
    for index, (role, _) in enumerate(roles(native.kind, static=native.has_static)):
        given = fields_of(entries[index]) if index < len(entries) else {}
        params[role] = {**given, "name": given.get("name") or f"{prefix}{role}"}
    return Cell(
        native.kind,
        native.steps,
        # For constants, of which this form has none.
        1,
        block.integer("num_output"),
        "sequence" if native.kind == "rnn" and style == "lstmunit" else style,
        params,
        fields_of(block.block("weight_filler")),
        fields_of(block.block("bias_filler")),
    )


def _messages(native: NativeLayer, cell: Cell, prefix: str) -> list[Message]:
    """The layers that take the place of a native one."""
    spec = netspec.NetSpec()
    net, outside = NetWriter(netspec, spec, prefix), NetWriter(netspec, spec)
    names = native.block.strings("bottom")
    bottoms = {name: netspec.existing(name) for name in names}
    for name, top in bottoms.items():
        outside.name_top(name, top)
    x, cont, *rest = (bottoms[name] for name in names)
    static = rest.pop(0) if native.has_static else None
    firsts: list[Top] = []
    zeros: list[Message] = []
    if not native.exposed:
        firsts, zeros = _zeros(native, cell, prefix)
    unrolled = add_steps(net, cell, Inputs(x, State(*(rest or firsts)), cont, static))
    _add_tops(net, outside, native, cell, unrolled)
    messages = [*zeros, *_layers(spec.to_proto())]
    _carry(native, messages)
    return messages


def _layers(net: Message) -> Iterator[Message]:
    layers = net.layer
    assert isinstance(layers, list)
    yield from (layer for layer in layers if isinstance(layer, Message))


def _zeros(native: NativeLayer, cell: Cell, prefix: str) -> tuple[list[Top], list[Message]]:
    """The first states, and the layers that make them: for each phase if their batches differ."""
    sizes = set(native.batches.values())
    tops: list[Top] = []
    messages = []
    for name in ("h0", "c0") if native.kind == "lstm" else ("h0",):
        tops.append(netspec.existing(prefix + name))
        for phase, batch in native.batches.items():
            shape = {"dim": [1, batch, cell.hidden]}
            fields: dict[str, object] = {
                "name": prefix + name,
                "type": "DummyData",
                "top": prefix + name,
                "dummy_data_param": {"shape": shape, "data_filler": {"type": "constant", "value": 0}},
            }
            if len(sizes) > 1:
                fields["include"] = {"phase": phase}
            messages.append(Message("LayerParameter", fields))
            if len(sizes) == 1:
                break
    return tops, messages


def _add_tops(
    net: NetWriter, outside: NetWriter, native: NativeLayer, cell: Cell, unrolled: Unrolled
) -> None:
    """The tops of the native layer: the outputs of all steps, and with `expose_hidden` the last states."""
    hidden, *states = native.block.strings("top")
    try:
        top = net.add("Concat", "concat_h", *unrolled.outputs, concat_param={"axis": 0})
        outside.name_top(hidden, top)
        for name, end, last in zip(states, ("h_T", "c_T"), unrolled.state, strict=False):
            assert last is not None
            # A blob of its own, so that it is an output if nothing reads it.
            outside.name_top(name, net.add("Split", end, last))
    except ValueError as error:
        raise ConversionError(f"'{native.name}' cannot be unrolled: {error}") from error
    if cell.style == "lstmunit" and not states and unrolled.state.c is not None:
        net.add_sink("no_c", unrolled.state.c)


def _carry(native: NativeLayer, messages: list[Message]) -> None:
    """Give the layers what the native one has for all of them, for its tops, and for its bottoms."""
    block, fields = native.block, fields_of(native.block)
    for message in messages:
        for name in CARRIED:
            if name in fields:
                setattr(message, name, fields[name])
    weights = dict(zip(block.strings("top"), block.reals("loss_weight"), strict=False))
    flags = dict(zip(block.strings("bottom"), block.booleans("propagate_down"), strict=False))
    for message in messages:
        (*_, top) = [None, *_strings(message.top)]
        if top in weights:
            message.loss_weight = [weights[top]]
        bottoms = _strings(message.bottom)
        if not flags.keys().isdisjoint(bottoms):
            message.propagate_down = [flags.get(bottom, True) for bottom in bottoms]


def _strings(values: object) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list) else []


def _text(data: bytes, native: NativeLayer, messages: list[Message]) -> str:
    """The layers as they stand in the file, indented like the native one, or as elements of its list."""
    texts = [str(Message("NetParameter", {"layer": [message]})).rstrip("\n") for message in messages]
    is_element = native.field.start == native.field.value_start
    text = ",\n".join(text.removeprefix("layer ") for text in texts) if is_element else "\n".join(texts)
    line = data[data.rfind(b"\n", 0, native.field.start) + 1 : native.field.start]
    indent = "" if line.strip() else line.decode()
    return text.replace("\n", f"\n{indent}")
