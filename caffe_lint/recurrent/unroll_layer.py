"""One recurrent layer written out over all its time steps, forwards or backwards in time."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from .unroll_cell import TIME, Cell, Inputs, State
from .unroll_net import NetWriter, Top
from .unroll_steps import STEPS, StepInputs, lstm_unit_step, rnn_output


class Unrolled(NamedTuple):
    """What a layer gives: its outputs, one [1, B, H] for each time step, and the state behind its last step.

    The last step backwards in time is the first one, and `last` its output.
    """

    outputs: Sequence[Top]
    last: Top
    state: State


def add_steps(
    net: NetWriter, cell: Cell, inputs: Inputs, *, backwards: bool = False, last_only: bool = False
) -> Unrolled:
    """Add all time steps of a layer; with `last_only`, outputs of other steps than the last are left out."""
    order = range(cell.steps)[::-1] if backwards else range(cell.steps)
    conts = _conts(net, cell, inputs.cont, backwards=backwards)
    add_step = lstm_unit_step if cell.style == "lstmunit" else STEPS[cell.kind]
    assert inputs.state is not None, "steps begin from a state"
    state, outputs = inputs.state, []
    for t, x in zip(order, _x_parts(net, cell, inputs, order), strict=True):
        within = net.within(f"t{t}/{cell.folder}")
        state = add_step(within, cell, StepInputs(x, state, conts[t]))
        if not last_only or t == order[-1]:
            outputs.append(rnn_output(within, cell, state.h) if cell.kind == "rnn" else state.h)
    return Unrolled(outputs[::-1] if backwards else outputs, outputs[-1], state)


def _x_parts(net: NetWriter, cell: Cell, inputs: Inputs, order: Sequence[int]) -> Iterator[Top]:
    """The x part of the gates of each step, [1, B, gates]: one product a step, or one for all steps."""
    if cell.style == "netspec":
        xs = net.add_slice("slice_X", inputs.x, TIME, [f"t{t}/x" for t in range(cell.steps)])
        places = ((net.within(f"t{t}/{cell.folder}"), xs[t]) for t in order)
        yield from _products(net, cell, inputs, places)
        return
    names = [f"t{t}/{cell.folder}Mx" for t in range(cell.steps)]
    for mx in _products(net, cell, inputs, [(net.within(f"{cell.folder}"), inputs.x)]):
        pieces = net.add_slice("slice_Mx", mx, TIME, names)
        yield from (pieces[t] for t in order)


def _products(
    net: NetWriter, cell: Cell, inputs: Inputs, places: Iterable[tuple[NetWriter, Top]]
) -> Iterator[Top]:
    """The products of some pieces of x, with all that is the same in every step added to them."""
    addends: list[tuple[str, Top, int]] | None = None
    for within, x in places:
        mx = within.add("InnerProduct", "Mx", x, **cell.product(cell.gates, "Mxw", "Mxb"))
        if addends is None:
            # Behind the first product of x, so that the learned blobs come in the order of Caffe's layer.
            addends = list(_addends(net.within(f"{cell.folder}"), cell, inputs))
        for name, addend, axis in addends:
            mx = within.add("Bias", name, mx, addend, bias_param={"axis": axis})
        yield mx


def _addends(net: NetWriter, cell: Cell, inputs: Inputs) -> Iterator[tuple[str, Top, int]]:
    """What is added to the product of x in all steps: the name of the sum, the addend, and its first axis."""
    if inputs.static is not None:
        yield (
            "Mx+Ms",
            net.add("InnerProduct", "Ms", inputs.static, **cell.product(cell.gates, "Msw", axis=1)),
            1,
        )
    if cell.forget_bias:
        yield "Mx+forget_bias", _forget_bias(net, cell), 2


def _forget_bias(net: NetWriter, cell: Cell) -> Top:
    """A constant for each gate of each unit, [4H], that is not 0 for the forget gates only."""
    sizes, values = (cell.hidden, cell.hidden, 2 * cell.hidden), (0, cell.forget_bias, 0)
    constants = {
        "shape": [{"dim": [size]} for size in sizes],
        "data_filler": [{"type": "constant", "value": value} for value in values],
    }
    names = ("bias_i", "bias_f", "bias_o_g")
    tops = net.add_layer("DummyData", "biases", names, dummy_data_param=constants)
    return net.add("Concat", "forget_bias", *tops, concat_param={"axis": 0})


def _conts(net: NetWriter, cell: Cell, cont: Top | None, *, backwards: bool) -> Sequence[Top | None]:
    """The markers of each step, [1, B].

    Backwards in time a step goes on from the one behind it, unless that one begins a sequence.
    """
    found: list[Top | None] = [None] * cell.steps
    if cont is not None and not (backwards and cell.steps == 1):
        first, *rest = net.add_slice("slice_cont", cont, TIME, [f"t{t}/cont" for t in range(cell.steps)])
        found = [*rest, None] if backwards else [first, *rest]
        if backwards:
            # Nothing goes on from the first step, so nothing asks for its marker.
            net.add_sink("no_cont", first)
    if cell.style == "lstmunit" and None in found:
        ones = {"shape": {"dim": [1, cell.batch]}, "data_filler": {"type": "constant", "value": 1}}
        go_on = net.add("DummyData", "go_on", dummy_data_param=ones)
        found = [go_on if marker is None else marker for marker in found]
    return found
