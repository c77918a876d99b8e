"""Writes recurrent nets, out of plain layers that compute what Caffe's own LSTM and RNN layers compute.

`add_recurrent` works over pycaffe's NetSpec as well as over `caffe_lint.netspec`. Axes stand for T time
steps, B sequences of a batch and H hidden units.
"""

from collections.abc import Mapping
from typing import NamedTuple

from .. import netspec
from ..text import paused_collector
from .unroll_cell import Cell, Inputs, State
from .unroll_layer import add_steps
from .unroll_native import Sequence, add_native, pick_outputs
from .unroll_net import NetWriter, Top
from .unroll_options import UnrollOptions


class Outer(NamedTuple):
    """What a stack of layers reads; `states` are the first states by the beginning of their names."""

    x: Top
    states: Mapping[str, State | None]
    cont: Top | None = None
    static: Top | None = None


def unroll(options: UnrollOptions) -> str:
    """The text of an unrolled net; with `options.bottom` that of layers for an existing one.

    Raises:
        ValueError: if two blobs would have one name.
    """
    name = f'name: "{options.KIND}"\n' if options.bottom is None else ""
    return name + unroll_layers(options)


def unroll_layers(options: UnrollOptions) -> str:
    """The text of the layers alone.

    Raises:
        ValueError: if two blobs would have one name.
    """
    with paused_collector():
        spec = netspec.NetSpec()
        outer = _add_inputs(NetWriter(netspec, spec), options)
        add_recurrent(NetWriter(netspec, spec, options.prefix), options, outer)
        return str(spec.to_proto())


def add_recurrent(net: NetWriter, options: UnrollOptions, outer: Outer) -> None:
    """Add the layers of a stack to a NetSpec.

    The outputs of all steps become the top `H` [T, B, H], the last one alone `h_last` [1, B, H]; with two
    directions both are twice as long, forwards first.
    """
    x = outer.x
    for depth, parts in enumerate(options.parts):
        is_top = depth + 1 == options.layers
        output = options.output if is_top else "sequence"
        halves = []
        for part in parts:
            inputs = Inputs(x, outer.states[part], outer.cont, outer.static if depth == 0 else None)
            within, cell = net.within(part), options.cell(part)
            halves.append(add_layer(within, cell, inputs, output, backwards=part.endswith("backward/")))
        outside = net if is_top else net.within(f"layer{depth + 1}/")
        joined = Sequence(
            _join(outside, "H", [half.hidden for half in halves]),
            _join(outside, "h_last", [half.last for half in halves]),
        )
        if joined.hidden is not None:
            x = joined.hidden


def add_layer(
    net: NetWriter, cell: Cell, inputs: Inputs, output: str, *, backwards: bool = False
) -> Sequence:
    """Add one layer, one direction; its outputs are the tops `H` and `h_last`, if they are asked for."""
    sequence, last = output != "last", output != "sequence"
    if cell.is_native:
        hidden = add_native(net, cell, inputs, backwards=backwards)
        found = pick_outputs(net, cell, hidden, backwards=backwards, sequence=sequence, last=last)
        for name, top in (("H", found.hidden), ("h_last", found.last)):
            if top is not None:
                net.name_top(name, top)
        return found
    steps = add_steps(net, cell, inputs, backwards=backwards, last_only=not sequence)
    if cell.style == "lstmunit" and steps.state.c is not None:
        # Of the plain layers one reads the last cell state; LSTMUnit leaves it open.
        net.add_sink("no_c", steps.state.c)
    if not sequence:
        net.name_top("h_last", steps.last)
        return Sequence(None, steps.last)
    outputs, last_output = list(steps.outputs), None
    if last:
        # Only a top that nothing reads is an output of a net.
        index = 0 if backwards else -1
        outputs[index], last_output = net.add_layer("Split", "split_h", ("h_to_H", "h_last"), steps.last)
    (hidden,) = net.add_layer("Concat", "concat_h", ("H",), *outputs, concat_param={"axis": 0})
    return Sequence(hidden, last_output)


def _join(net: NetWriter, name: str, halves: list[Top | None]) -> Top | None:
    """The outputs of the one direction, or of two side by side, under their name."""
    tops = [half for half in halves if half is not None]
    if len(tops) == 1 and net.spec.tops.get(net.prefix + name) is not tops[0]:
        net.name_top(name, tops[0])
    if len(tops) < 2:
        return tops[0] if tops else None
    return net.add_layer("Concat", f"concat_{name}", (name,), *tops, concat_param={"axis": 2})[0]


def _add_inputs(net: NetWriter, options: UnrollOptions) -> Outer:
    """What comes from outside: made by layers, or with `options.bottom` by the net around."""
    states = {
        part: _add_states(net, options, options.prefix + part) for parts in options.parts for part in parts
    }
    x_name, x_shape = f"{options.prefix}X", (options.steps, options.batch, *options.input_shape)
    if options.style == "netspec" and options.bottom is None:
        x = net.add("DummyData", x_name, dummy_data_param={"shape": {"dim": list(x_shape)}})
    else:
        x = _add_input(net, options, options.bottom or x_name, x_shape)
    cont = _add_input(net, options, options.cont, x_shape[:2]) if options.cont else None
    shape = (options.batch, *options.static_shape)
    static = _add_input(net, options, options.static_name, shape) if options.has_static else None
    return Outer(x, states, cont, static)


def _add_states(net: NetWriter, options: UnrollOptions, prefix: str) -> State | None:
    names = ("h0", "c0") if options.KIND == "lstm" else ("h0",)
    if options.initial_state == "zero" and options.cell().is_native:
        # Caffe's layer makes its own.
        return None
    return State(*(_add_state(net, options, prefix + name) for name in names))


def _add_state(net: NetWriter, options: UnrollOptions, name: str) -> Top:
    shape = (1, options.batch, options.hidden)
    if options.initial_state == "input":
        return _add_input(net, options, name, shape)
    return add_zeros(net, name, shape)


def add_zeros(net: NetWriter, name: str, shape: tuple[int, ...]) -> Top:
    """Add a layer that puts out zeros."""
    zeros = {"shape": {"dim": list(shape)}, "data_filler": {"type": "constant", "value": 0}}
    return net.add("DummyData", name, dummy_data_param=zeros)


def _add_input(net: NetWriter, options: UnrollOptions, name: str, shape: tuple[int, ...]) -> Top:
    if options.bottom is None:
        return net.add("Input", name, input_param={"shape": {"dim": list(shape)}})
    top = netspec.existing(name)
    net.name_top(name, top)
    return top
