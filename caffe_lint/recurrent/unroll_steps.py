"""Single time steps of LSTM, GRU and RNN, out of plain layers.

Each reads the x part of its gates, [1, B, gates * H], the state of the step before, and the markers of the
step, [1, B], or none. Markers multiply the state, or what keeps it, so that 0 begins a new sequence.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from .unroll_cell import Cell, Kind, State
from .unroll_net import Cut, NetWriter, Top


class StepInputs(NamedTuple):
    """What one step reads."""

    x: Top
    state: State
    cont: Top | None = None


def lstm_step(net: NetWriter, cell: Cell, inputs: StepInputs) -> State:
    """One step of an LSTM: c = cont * f * c + i * g and h = o * tanh(c), where the gates see cont * h.

    i, f, o are the sigmoid and g is the tanh of the quarters of the gates (lstm_layer.cpp,
    LSTMLayer::FillUnrolledNet; lstm_unit_layer.cpp, Forward_cpu). Peepholes (Gers and Schmidhuber 2000) add
    the old cell state to i and f and the new one to o, unit by unit.
    """
    c, cont = inputs.state.c, inputs.cont
    assert c is not None, "an LSTM has a cell state"
    gates = _gates(net, cell, inputs)
    names = ("raw_i", "raw_f", "raw_o", "raw_g")
    raw_i, raw_f, raw_o, raw_g = net.add_slice("slice", gates, Cut(axis=2, size=cell.hidden), names)
    if cell.peepholes:
        # The gates see c as the step uses it, so c is reset, and not f.
        c, cont = _reset(net, "c_cont", c, cont), None
        raw_i, raw_f = _peep(net, cell, "i", raw_i, c), _peep(net, cell, "f", raw_f, c)
    i = net.add("Sigmoid", "i", raw_i, in_place=True)
    f = net.add("Sigmoid", "f", raw_f, in_place=True)
    o = None if cell.peepholes else net.add("Sigmoid", "o", raw_o, in_place=True)
    g = net.add("TanH", "g", raw_g, in_place=True)
    f = _reset(net, "f_cont", f, cont)
    c_f, c_i = net.add_product("c_f", f, c), net.add_product("c_i", i, g)
    c = net.add_sum("c", c_f, c_i)
    if o is None:
        o = net.add("Sigmoid", "o", _peep(net, cell, "o", raw_o, c), in_place=True)
    # Not in place: the next step needs c itself.
    act_c = net.add("TanH", "act_c", c)
    return State(net.add_product("h", o, act_c), c)


def lstm_unit_step(net: NetWriter, cell: Cell, inputs: StepInputs) -> State:
    """One step of an LSTM with Caffe's LSTMUnit, which wants markers (lstm_unit_layer.cpp)."""
    assert inputs.state.c is not None, "an LSTM has a cell state"
    assert inputs.cont is not None, "an LSTMUnit has markers"
    gates = _gates(net, cell, inputs)
    c, h = net.add_layer("LSTMUnit", "unit", ("c", "h"), inputs.state.c, gates, inputs.cont)
    return State(h, c)


def gru_step(net: NetWriter, cell: Cell, inputs: StepInputs) -> State:
    """One step of a GRU: h = z * h + (1 - z) * g, where g sees r * h (Cho et al. 2014, equations 5 to 8).

    r and z are the sigmoid of x's and h's products, g is the tanh of x's product and that of r * h.
    """
    h = _reset(net, "h_cont", inputs.state.h, inputs.cont)
    cut = {"axis": 2, "slice_point": [2 * cell.hidden]}
    x_rz, x_g = net.add_layer("Slice", "slice_x", ("x_rz", "x_g"), inputs.x, slice_param=cut)
    gates = net.add_sum(
        "Mx+Mh", x_rz, net.add("InnerProduct", "Mh", h, **cell.product(2 * cell.hidden, "Mhw"))
    )
    raw_r, raw_z = net.add_slice("slice", gates, Cut(axis=2, size=cell.hidden), ("raw_r", "raw_z"))
    r = net.add("Sigmoid", "r", raw_r, in_place=True)
    z = net.add("Sigmoid", "z", raw_z, in_place=True)
    r_h = net.add_product("r_h", r, h)
    raw_g = net.add_sum("Mx+Mg", x_g, net.add("InnerProduct", "Mg", r_h, **cell.product(cell.hidden, "Mgw")))
    g = net.add("TanH", "g", raw_g, in_place=True)
    one_minus_z = net.add("Power", "1-z", z, power_param={"scale": -1, "shift": 1})
    kept, added = net.add_product("h_z", z, h), net.add_product("h_g", one_minus_z, g)
    return State(net.add_sum("h", kept, added))


def rnn_step(net: NetWriter, cell: Cell, inputs: StepInputs) -> State:
    """One step of an RNN: h = tanh of x's product and that of cont * h (rnn_layer.cpp, FillUnrolledNet)."""
    return State(net.add("TanH", "h", _gates(net, cell, inputs)))


def rnn_output(net: NetWriter, cell: Cell, h: Top) -> Top:
    """What an RNN puts out at a step: o = tanh(W_ho h + b_o) (rnn_layer.cpp, FillUnrolledNet)."""
    product = net.add("InnerProduct", "Mo", h, **cell.product(cell.hidden, "Mow", "Mob"))
    return net.add("TanH", "o", product)


STEPS: Mapping[Kind, Callable[[NetWriter, Cell, StepInputs], State]] = {
    "lstm": lstm_step,
    "gru": gru_step,
    "rnn": rnn_step,
}


def _gates(net: NetWriter, cell: Cell, inputs: StepInputs) -> Top:
    """The sum of the products of x and of h."""
    h = _reset(net, "h_cont", inputs.state.h, inputs.cont)
    return net.add_sum("Mx+Mh", inputs.x, net.add("InnerProduct", "Mh", h, **cell.product(cell.gates, "Mhw")))


def _reset(net: NetWriter, name: str, blob: Top, cont: Top | None) -> Top:
    """A blob [1, B, H] times the markers [1, B]."""
    return blob if cont is None else net.add("Scale", name, blob, cont, scale_param={"axis": 0})


def _peep(net: NetWriter, cell: Cell, gate: str, raw: Top, c: Top) -> Top:
    """A gate before its sigmoid, plus the cell state times weights, one for each unit."""
    block: dict[str, object] = {"axis": 2}
    if cell.weight_filler:
        block["filler"] = cell.weight_filler
    peep = net.add("Scale", f"peep_{gate}", c, param=[cell.params[f"P{gate}"]], scale_param=block)
    return net.add_sum(f"raw_{gate}+c", raw, peep)
