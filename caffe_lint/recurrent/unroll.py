"""Writes LSTMs out of plain layers that compute what Caffe's own LSTM layer computes.

`add_lstm` and `lstm_step` work over pycaffe's NetSpec as well as over `caffe_lint.netspec`. Axes stand for
T time steps, B sequences of a batch and H hidden units.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .. import netspec
from ..text import paused_collector
from .unroll_net import Cut, NetWriter, Top
from .unroll_options import LstmOptions

TIME = Cut(axis=0, size=1)


class State(NamedTuple):
    """The hidden state and the cell state between two steps, [1, B, H] each."""

    h: Top
    c: Top


class Inputs(NamedTuple):
    """What an LSTM reads: x [T, B, …], the state before its first step, and the markers [T, B] or none."""

    x: Top
    state: State
    cont: Top | None = None


def unroll_lstm(options: LstmOptions) -> str:
    """The text of an unrolled LSTM: a whole net, or with `options.bottom` layers for an existing one.

    Raises:
        ValueError: if two blobs would have one name.
    """
    with paused_collector():
        spec = netspec.NetSpec()
        inputs = _add_inputs(NetWriter(netspec, spec), options)
        add_lstm(NetWriter(netspec, spec, options.prefix), options, inputs)
        message = spec.to_proto()
        if options.bottom is None:
            message.name = "lstm"
        return str(message)


def add_lstm(net: NetWriter, options: LstmOptions, inputs: Inputs) -> State:
    """Add an unrolled LSTM to a NetSpec, and give back the state behind its last step.

    The hidden states of all steps become the top `H` [T, B, H], the last one alone `h_last` [1, B, H].
    """
    xs, conts = _gates_of_x(net, options, inputs.x), _conts(net, options, inputs.cont)
    state, hidden = inputs.state, []
    for t, (x, cont) in enumerate(zip(xs, conts, strict=True)):
        state = lstm_step(net.within(f"t{t}/lstm/"), options, Inputs(x, state, cont))
        hidden.append(state.h)
    _add_outputs(net, options, hidden)
    return state


def lstm_step(net: NetWriter, options: LstmOptions, inputs: Inputs) -> State:
    """Add one time step, and give back the state behind it.

    `inputs.x` is the x part of the gates, [1, B, 4H], `inputs.cont` the markers of the step, [1, B]. With
    i, f, o = sigmoid and g = tanh of the gates' quarters: c = cont * f * c + i * g and h = o * tanh(c), where
    the gates see cont * h (lstm_layer.cpp, LSTMLayer::FillUnrolledNet; lstm_unit_layer.cpp, Forward_cpu).
    """
    x, (h, c), cont = inputs
    if cont is not None:
        h = net.add("Scale", "h_cont", h, cont, scale_param={"axis": 0})
    gates = net.add_sum("Mx+Mh", x, _add_mh(net, options, h))
    quarters = Cut(axis=2, size=options.hidden)
    raw_i, raw_f, raw_o, raw_g = net.add_slice("slice", gates, quarters, ("raw_i", "raw_f", "raw_o", "raw_g"))
    i = net.add("Sigmoid", "i", raw_i, in_place=True)
    f = net.add("Sigmoid", "f", raw_f, in_place=True)
    o = net.add("Sigmoid", "o", raw_o, in_place=True)
    g = net.add("TanH", "g", raw_g, in_place=True)
    if cont is not None:
        f = net.add("Scale", "f_cont", f, cont, scale_param={"axis": 0})
    c_f, c_i = net.add_product("c_f", f, c), net.add_product("c_i", i, g)
    c = net.add_sum("c", c_f, c_i)
    # Not in place: the next step needs c itself.
    act_c = net.add("TanH", "act_c", c)
    return State(net.add_product("h", o, act_c), c)


def _gates_of_x(net: NetWriter, options: LstmOptions, x: Top) -> Iterator[Top]:
    """The x part of the gates of each step, [1, B, 4H]: one product a step, or one for all steps."""
    steps = [f"t{t}/" for t in range(options.steps)]
    if options.style == "sequence":
        mx = _add_mx(net.within("lstm/"), options, x)
        yield from net.add_slice("slice_Mx", mx, TIME, [f"{step}lstm/Mx" for step in steps])
        return
    xs = net.add_slice("slice_X", x, TIME, [f"{step}x" for step in steps])
    for step, x_t in zip(steps, xs, strict=True):
        yield _add_mx(net.within(f"{step}lstm/"), options, x_t)


def _conts(net: NetWriter, options: LstmOptions, cont: Top | None) -> Sequence[Top | None]:
    """The markers of each step, [1, B]."""
    if cont is None:
        return [None] * options.steps
    return net.add_slice("slice_cont", cont, TIME, [f"t{t}/cont" for t in range(options.steps)])


def _add_mx(net: NetWriter, options: LstmOptions, x: Top) -> Top:
    weight, bias, _ = options.weight_names
    param = [options.weight.named(weight), options.bias.named(bias)]
    return net.add("InnerProduct", "Mx", x, param=param, inner_product_param=_to_gates(options))


def _add_mh(net: NetWriter, options: LstmOptions, h: Top) -> Top:
    _, _, weight = options.weight_names
    block = {**_to_gates(options), "bias_term": False}
    return net.add("InnerProduct", "Mh", h, param=options.weight.named(weight), inner_product_param=block)


def _to_gates(options: LstmOptions) -> dict[str, object]:
    """An InnerProduct over all axes behind time and batch, to the four gates."""
    fillers = {"weight_filler": options.weight.filler.fields, "bias_filler": options.bias.filler.fields}
    return {"num_output": options.gates, "axis": 2, **fillers}


def _add_outputs(net: NetWriter, options: LstmOptions, hidden: list[Top]) -> None:
    if options.output == "last":
        net.name_top("h_last", hidden[-1])
        return
    if options.output == "both":
        # Only a top that nothing reads is an output of a net.
        hidden[-1], _ = net.add_layer("Split", "split_h", ("h_to_H", "h_last"), hidden[-1])
    net.add_layer("Concat", "concat_h", ("H",), *hidden, concat_param={"axis": 0})


def _add_inputs(net: NetWriter, options: LstmOptions) -> Inputs:
    """What comes from outside: made by layers, or with `options.bottom` by the net around."""
    state = State(*(_add_state(net, options, f"{options.prefix}{name}") for name in ("h0", "c0")))
    x_name, x_shape = f"{options.prefix}X", (options.steps, options.batch, *options.input_shape)
    if options.style == "netspec" and options.bottom is None:
        x = net.add("DummyData", x_name, dummy_data_param={"shape": {"dim": list(x_shape)}})
    else:
        x = _add_input(net, options, options.bottom or x_name, x_shape)
    cont = _add_input(net, options, options.cont, x_shape[:2]) if options.cont else None
    return Inputs(x, state, cont)


def _add_state(net: NetWriter, options: LstmOptions, name: str) -> Top:
    shape = (1, options.batch, options.hidden)
    if options.initial_state == "input":
        return _add_input(net, options, name, shape)
    zeros = {"shape": {"dim": list(shape)}, "data_filler": {"type": "constant", "value": 0}}
    return net.add("DummyData", name, dummy_data_param=zeros)


def _add_input(net: NetWriter, options: LstmOptions, name: str, shape: tuple[int, ...]) -> Top:
    if options.bottom is None:
        return net.add("Input", name, input_param={"shape": {"dim": list(shape)}})
    top = netspec.existing(name)
    net.name_top(name, top)
    return top
