"""Rolls unrolled LSTMs and RNNs up: one of Caffe's own layers takes the place of all steps in a text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import NamedTuple

from ..layers import Inference, infer_shapes
from ..net import Document, Layer, Net
from ..net.weights import Weights
from ..netspec import Message
from ..text import Edit, Source, apply_edits, paused_collector
from .detect import find_unrolls
from .model import Unroll
from .roll_cell import Cell, read_cell
from .roll_layers import Native, rolled_layers
from .roll_params import fillers, native_params
from .roll_plan import Plan, plan_roll
from .roll_terms import RollError
from .roll_weights import rolled_layer
from .unroll_native_layer import CARRIED, ConversionError, fields_of
from .unroll_place import OLD_FORM


class RolledLayer(NamedTuple):
    """A native layer that took the place of a cell, and what is to be known of it besides."""

    name: str
    type: str
    steps: int
    units: int
    notes: tuple[str, ...]


class Rolled(NamedTuple):
    """The new bytes of a file, the native layers in it, and its weights, if there were any."""

    data: bytes
    layers: tuple[RolledLayer, ...]
    weights: Weights | None


class _Found(NamedTuple):
    """A cell in one net of a file, which may be in others too, and the change to that net."""

    net: Net
    cell: Cell
    plan: Plan


def roll(document: Document, weights: Weights | None = None) -> Rolled:
    """Roll up all unrolled LSTMs and RNNs of a net; all bytes outside of the replaced layers stay.

    Each is computed by one layer of Caffe then, under the same names of inputs and outputs. Without markers
    the layer gets some that begin anew at the first step. With markers of the net's own it goes on from the
    last pass where the first of them is not 0, and the unrolled form did not. With states from outside, the
    native layer passes no gradients to them.

    Args:
        document: the net.
        weights: those of the net.

    Raises:
        ConversionError: if there is nothing to roll up, or a cell is not what Caffe's layers compute; the
            message begins with path and line where there is a place to name.
    """
    _check(document)
    layers: list[RolledLayer] = []
    with paused_collector():
        while (found := _first_cell(document)) is not None:
            data, layer, weights = _roll_one(document, found, weights)
            layers.append(layer)
            document = Document(Source(document.source.path, data))
    if not layers:
        raise ConversionError(f"'{document.source.path}' has no unrolled LSTM or RNN")
    return Rolled(document.source.data, tuple(layers), weights)


def _check(document: Document) -> None:
    path = document.source.path
    if document.impostor is not None or document.root_type != "NetParameter":
        raise ConversionError(f"'{path}' holds no net")
    if document.syntax_problems or document.schema_problems:
        raise ConversionError(f"'{path}' is no prototxt that Caffe reads; check says why")
    if document.net_settings.has("layers"):
        raise ConversionError(OLD_FORM.format(path))


def _first_cell(document: Document) -> list[_Found] | None:
    """The first cell of the file, in each net that has it; None if there is none.

    Raises:
        ConversionError: if it cannot be rolled up.
    """
    nets = document.nets()
    inferences = [infer_shapes(net) for net in nets]
    unrolls = [find_unrolls(net) for net in nets]
    first = next((unroll for each in unrolls for unroll in each), None)
    if first is None:
        return None
    try:
        return list(_in_all_nets(first, nets, inferences, unrolls))
    except RollError as error:
        line = document.source.position(error.span.start).line
        raise ConversionError(f"{document.source.path}:{line}: {error}") from error


def _in_all_nets(
    first: Unroll, nets: Sequence[Net], inferences: Sequence[Inference], unrolls: Sequence[list[Unroll]]
) -> Iterator[_Found]:
    places = _places(first)
    for net, inference, found in zip(nets, inferences, unrolls, strict=True):
        unroll = next((each for each in found if _places(each) == places), None)
        if unroll is not None:
            cell = read_cell(unroll, inference)
            yield _Found(net, cell, plan_roll(net, cell, inference))
            continue
        there = {layer.span.start for layer in net.layers}
        if not there.isdisjoint(places):
            layer = next(iter(first.steps[0].layers.values()))
            raise RollError("the cell has other layers in other states of the net", layer.name_span)


def _places(unroll: Unroll) -> tuple[int, ...]:
    return tuple(blob.layer.span.start if (blob := step.hidden) else -1 for step in unroll.steps)


def _roll_one(
    document: Document, found: list[_Found], weights: Weights | None
) -> tuple[bytes, RolledLayer, Weights | None]:
    net, cell, _ = found[0]
    try:
        plan = _united([each.plan for each in found], cell)
        removed = [layer for layer in _layers(found) if layer.span.start in plan.removed]
        native, messages, is_same_filler = _written(document, net, cell, removed, plan)
        _carry(messages, cell, removed, plan)
    except RollError as error:
        line = document.source.position(error.span.start).line
        raise ConversionError(f"{document.source.path}:{line}: {error}") from error
    data = _rewritten(document, messages, removed, plan)
    _check_result(document, data)
    if weights is not None:
        layer_weights = rolled_layer(native.name, cell, net, weights)
        weights = weights.replaced({layer.name for layer in removed}, [layer_weights])
    notes = tuple(_notes(cell, plan, is_same_filler=is_same_filler))
    return data, RolledLayer(native.name, cell.type, len(cell.hidden), cell.units, notes), weights


def _layers(found: Iterable[_Found]) -> list[Layer]:
    """The layers of all nets, once each, in the order of the file."""
    layers = {layer.span.start: layer for each in found for layer in each.net.layers}
    return [layers[start] for start in sorted(layers)]


def _united(plans: list[Plan], cell: Cell) -> Plan:
    """One plan for all states: what is removed in one must not be needed in another."""
    first = plans[0]
    removed = frozenset().union(*(plan.removed for plan in plans))
    taken = sorted({each for plan in plans for each in plan.taken})
    plan = first._replace(
        removed=removed,
        taken=tuple(taken),
        after=max(each.after for each in plans),
        before=min(each.before for each in plans),
        is_output=any(each.is_output for each in plans),
        unread=tuple(dict.fromkeys(name for each in plans for name in each.unread)),
    )
    for each in plans:
        shared = (each.x, each.cont, each.static, each.starts, each.sequence, each.last_states, each.batch)
        same = (plan.x, plan.cont, plan.static, plan.starts, plan.sequence, plan.last_states, plan.batch)
        needs_batch = any(not isinstance(part, str) for part in plan.cont.joined)
        if shared[:-1] != same[:-1] or (needs_batch and shared != same) or each.kept & removed:
            message = "the cell is not wired alike in all states of the net (TRAIN, TEST, stages)"
            raise RollError(message, cell.hidden[0].layer.name_span)
    return plan


def _written(
    document: Document, net: Net, cell: Cell, removed: list[Layer], plan: Plan
) -> tuple[Native, list[Message], bool]:
    """The native layer, all new layers, and whether the products that it stands for had the same fillers."""
    weight_filler, bias_filler, is_same = fillers(cell)
    params = native_params(cell, net, plan.removed)
    places = {layer.span.start for layer in removed}
    kept = [
        block
        for field, block in zip(document.upgraded.layers, document.layer_blocks, strict=True)
        if field.start not in places
    ]
    layers = {block.string("name") for block in kept}
    blobs = {top for block in kept for top in block.strings("top")}
    # What the layers in place behind the cell write has these names too.
    outputs = {plan.sequence, *(name for _, name in plan.taken), *plan.last_states}
    for name in _names(cell, removed):
        native = Native(name, cell.type, cell.units, len(cell.hidden), params, weight_filler, bias_filler)
        messages = rolled_layers(native, plan)
        made = {str(top) for message in messages for top in _listed(message.top)} - outputs
        if layers.isdisjoint(str(message.name) for message in messages) and blobs.isdisjoint(made):
            break
    return native, messages, is_same


def _listed(values: object) -> list[object]:
    return values if isinstance(values, list) else []


def _names(cell: Cell, removed: list[Layer]) -> Iterator[str]:
    """What the names of the removed layers have in common, up to a mark between words; then with numbers."""
    common = _common_start([layer.name for layer in removed])
    stem = re.sub(r"[^0-9A-Za-z]*(?:[^0-9A-Za-z][0-9A-Za-z]*)?$", "", common) or cell.type.lower()
    yield stem
    yield from (f"{stem}{number}" for number in count(2))


def _common_start(names: list[str]) -> str:
    """What all names begin with."""
    first, last = min(names), max(names)
    size = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), None)
    return first[:size]


def _carry(messages: list[Message], cell: Cell, removed: list[Layer], plan: Plan) -> None:
    """Give the new layers what all those of the cell have: the states in which they exist, a loss weight."""
    core = {blob.layer.span.start: blob.layer for blob in (*cell.hidden, *cell.cells)}
    rules = [
        {name: value for name, value in fields_of(layer.block).items() if name in CARRIED}
        for layer in core.values()
    ]
    for layer, found in zip(core.values(), rules, strict=True):
        if found != rules[0]:
            raise RollError(
                f"'{layer.name}' exists in other states than the rest of the cell", layer.name_span
            )
    for message in messages:
        for name, value in rules[0].items():
            setattr(message, name, value)
    for layer in removed:
        if layer.block.has("propagate_down"):
            message_text = f"'{layer.name}' has 'propagate_down', which the native layer cannot take over"
            raise RollError(message_text, layer.block.span("propagate_down"))
        if any(layer.block.reals("loss_weight")):
            _carry_loss(messages, layer, plan)


def _carry_loss(messages: list[Message], layer: Layer, plan: Plan) -> None:
    names = [top.name for top in layer.tops]
    for message in messages:
        tops = message.top
        assert isinstance(tops, list)
        if names == [plan.sequence] and tops[0] == plan.sequence:
            message.loss_weight = [*layer.block.reals("loss_weight"), *[0.0] * (len(tops) - 1)]
            return
    raise RollError(
        f"'{layer.name}' has a loss weight, which no output of the native layer can take over",
        layer.name_span,
    )


def _rewritten(document: Document, messages: list[Message], removed: list[Layer], plan: Plan) -> bytes:
    """The file without the removed layers, and with the new ones where all inputs are made already."""
    data = document.source.data
    newline = "\r\n" if b"\r\n" in data else "\n"
    text = "".join(str(Message("NetParameter", {"layer": [message]})) for message in messages).rstrip("\n")
    fields = {field.start: field for field in document.upgraded.layers}
    for layer in removed:
        if fields[layer.span.start].start == fields[layer.span.start].value_start:
            line = document.source.position(layer.span.start).line
            raise ConversionError(f"{document.source.path}:{line}: '{layer.name}' is an element of a list")
    starts = [layer.span.start for layer in removed]
    anchor = next((start for start in starts if plan.after < start < plan.before), None)
    edits = [_deletion(data, layer) for layer in removed if layer.span.start != anchor]
    if anchor is not None:
        indent = _indent(data, anchor)
        edits.append(Edit(anchor, fields[anchor].end, _indented(text, indent, newline)))
    else:
        end = fields[plan.after].end
        indent = _indent(data, plan.after)
        edits.append(Edit(end, end, f"{newline}{indent}{_indented(text, indent, newline)}"))
    return apply_edits(data, edits)


def _indent(data: bytes, start: int) -> str:
    line = data[data.rfind(b"\n", 0, start) + 1 : start]
    return "" if line.strip() else line.decode()


def _indented(text: str, indent: str, newline: str) -> str:
    return text.replace("\n", f"{newline}{indent}")


def _deletion(data: bytes, layer: Layer) -> Edit:
    """Take a layer out, with its lines if nothing else stands in them."""
    start, end = layer.span
    line_start = data.rfind(b"\n", 0, start) + 1
    line_end = data.find(b"\n", end) + 1 or len(data)
    if not data[line_start:start].strip() and not data[end:line_end].strip():
        start, end = line_start, line_end
    return Edit(start, end, "")


def _check_result(document: Document, data: bytes) -> None:
    """That the new file is as sound as the old one, as far as can be told without Caffe.

    Raises:
        ConversionError: if it is not.
    """
    new = Document(Source(document.source.path, data))
    before, after = (_faults(each) for each in (document, new))
    if added := after - before:
        raise ConversionError(f"the cell cannot be rolled up: {min(added)}")


def _faults(document: Document) -> set[str]:
    found = {f"{problem.kind.value} in the new layers" for problem in document.schema_problems}
    for net in document.nets():
        found |= {f"nobody makes '{use.name}'" for use in net.uses if use.blob is None}
        found |= {f"'{blob.name}' would be made twice" for blob in net.blobs if blob.duplicate_of is not None}
        found |= {rejection.message for rejection in infer_shapes(net).rejections}
    return found


def _notes(cell: Cell, plan: Plan, *, is_same_filler: bool) -> Iterator[str]:
    if not is_same_filler:
        yield "the products of the cell had several fillers, and the layer has that of x"
    if cell.begins_from_zeros and not plan.starts and plan.cont.whole:
        yield (
            f"where the first of '{plan.cont.whole}' is not 0, the layer goes on from the last forward pass "
            "(the unrolled net began from zeros)"
        )
    if any(blob is not None and blob.layer.bottoms for blob in cell.starts) and plan.starts:
        yield "the layer passes no gradients to its first states, the unrolled net did"
