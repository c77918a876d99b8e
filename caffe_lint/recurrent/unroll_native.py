"""Caffe's own LSTM and RNN layers in the place of unrolled steps, forwards or backwards in time."""

from typing import NamedTuple

from .unroll_cell import TIME, Cell, Inputs
from .unroll_net import Cut, NetWriter, Top


class Sequence(NamedTuple):
    """The outputs of a layer: of all steps in the order of time, and of its last step; None if unasked."""

    hidden: Top | None
    last: Top | None


def add_native(net: NetWriter, cell: Cell, inputs: Inputs, *, backwards: bool = False) -> Top:
    """Add Caffe's own layer, and give back its outputs [T, B, H] in the order of its steps.

    With initial states from outside its last states are the tops `h_T` and `c_T` (recurrent_layer.cpp).
    """
    x = _reversed(net, cell, "x", inputs.x) if backwards else inputs.x
    states = [top for top in inputs.state or () if top is not None]
    cont = _markers(net, cell, inputs.cont, first=float(bool(states)), backwards=backwards)
    bottoms = [x, cont, *([inputs.static] if inputs.static is not None else []), *states]
    ends = ("h_T", "c_T")[: len(states)]
    block = {
        "num_output": cell.hidden,
        "weight_filler": cell.weight_filler,
        "bias_filler": cell.bias_filler,
        **({"expose_hidden": True} if states else {}),
    }
    layer_type, params = cell.kind.upper(), list(cell.params.values())
    tops = net.add_layer(
        layer_type, cell.kind, ("hidden", *ends), *bottoms, param=params, recurrent_param=block
    )
    return tops[0]


def pick_outputs(
    net: NetWriter, cell: Cell, hidden: Top, *, backwards: bool, sequence: bool, last: bool
) -> Sequence:
    """The outputs that are asked for, from those [T, B, H] in the order of the layer's steps."""
    source = hidden
    if sequence and last:
        # Only a top that nothing reads is an output of a net.
        hidden, source = net.add_layer("Split", "split_hidden", ("all_hidden", "hidden_to_last"), hidden)
    if sequence and backwards:
        hidden = _reversed(net, cell, "hidden", hidden)
    return Sequence(hidden if sequence else None, _last(net, cell, source) if last else None)


def _last(net: NetWriter, cell: Cell, hidden: Top) -> Top:
    if cell.steps == 1:
        return hidden
    cut = {"axis": 0, "slice_point": [cell.steps - 1]}
    before, last = net.add_layer("Slice", "slice_last", ("before_last", "last"), hidden, slice_param=cut)
    net.add_sink("no_before_last", before)
    return last


def _markers(net: NetWriter, cell: Cell, cont: Top | None, *, first: float, backwards: bool) -> Top:
    """The markers [T, B] as the layer reads them.

    Backwards in time a step goes on from the one behind it, unless that one begins a sequence. `first` is the
    marker of the layer's first step where nobody gives one: 0 for zeros, 1 for a state from outside.
    """
    if cont is not None and not backwards:
        return cont
    if cont is None:
        rest = [_constant(net, cell, "go_on", cell.steps - 1, 1.0)] if cell.steps > 1 else []
    elif cell.steps == 1:
        rest = []
    else:
        none, *rest = net.add_slice("slice_cont", cont, TIME, [f"t{t}/cont" for t in range(cell.steps)])
        net.add_sink("no_cont", none)
    start = _constant(net, cell, "start", 1, first)
    return net.add("Concat", "markers", start, *reversed(rest), concat_param={"axis": 0})


def _constant(net: NetWriter, cell: Cell, name: str, steps: int, value: float) -> Top:
    fields = {"shape": {"dim": [steps, cell.batch]}, "data_filler": {"type": "constant", "value": value}}
    return net.add("DummyData", name, dummy_data_param=fields)


def _reversed(net: NetWriter, cell: Cell, name: str, blob: Top) -> Top:
    """A blob with its time steps in reverse order."""
    if cell.steps == 1:
        return blob
    names = [f"t{t}/{name}" for t in range(cell.steps)]
    pieces = net.add_slice(f"slice_{name}", blob, Cut(axis=0, size=1), names)
    return net.add("Concat", f"reversed_{name}", *reversed(pieces), concat_param={"axis": 0})
