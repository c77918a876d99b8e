"""Recurrent layer types: LSTM and RNN, which Caffe unrolls inside, and the LSTMUnit that it unrolls to."""

from typing import NamedTuple

from .axes import require_axes, require_axis
from .filler import empty_blob
from .learned import Learned, fill
from .limits import check_limits
from .record import LayerType, Outcome, RejectedError, Setup, at_least, exactly, missing_size
from .shape import Dim, Shape, may_equal, product, show_shape

_GATES = 4
"""Input, forget and output gate, and the candidate, in this order."""


class Cell(NamedTuple):
    """What tells an LSTM from an RNN: rows of the weights for each unit, states, and an output weight."""

    gates: int
    states: int
    has_output: bool


class Length(NamedTuple):
    """The number of time steps or of streams, and what Caffe calls it."""

    what: str
    symbol: str
    size: Dim


_CELLS = {"LSTM": Cell(_GATES, 2, has_output=False), "RNN": Cell(1, 1, has_output=True)}


def set_up_recurrent(setup: Setup) -> Outcome:
    """recurrent_layer.cpp: x (steps, streams, …) and cont (steps, streams) to (steps, streams, num_output).

    A static input (streams, …) may follow; `expose_hidden` adds the first states (1, streams, num_output)
    to the bottoms and the last ones to the tops.
    """
    cell = _CELLS[setup.block.string("type")]
    exposed = cell.states if setup.param.boolean("expose_hidden") else 0
    _check_counts(setup, exposed)
    static = 2 if len(setup.bottoms) > 2 + exposed else None
    steps, streams = _sequence(setup)
    if static is not None:
        _check_static(setup, static, streams)
    units = setup.size("num_output")
    if units <= 0:
        raise missing_size(setup, "num_output", "num_output must be positive")
    params = _learn(setup, cell, static)
    _check_unrolled(setup, (steps, streams, cell.gates * units))
    state = (1, streams, units)
    _check_states(setup, state, exposed)
    macs = _macs(params, (steps, streams), 2 if static else None)
    return Outcome(((steps, streams, units), *[state] * exposed), params, macs)


def set_up_lstm_unit(setup: Setup) -> Outcome:
    """lstm_unit_layer.cpp: c (1, streams, units), gates (1, streams, 4 units), cont (1, streams) to c, h."""
    streams = require_axis(setup, 0, 1)
    for index, axes in enumerate((3, 3, 2)):
        require_axes(setup, index, axes, f"{axes} == bottom[i]->num_axes()")
        if require_axis(setup, index, 0) not in (1, None):
            message = f"axis 0 of {setup.show(index)} must be 1: a unit is a single time step"
            raise RejectedError("shape-mismatch", message, caffe="1 == bottom[i]->shape(0)", bottom=index)
        streams = _check_length(setup, index, 1, Length("streams", "num_instances", streams))
    units, gates = require_axis(setup, 0, 2), require_axis(setup, 1, 2)
    if units is not None and gates is not None and gates != _GATES * units:
        message = f"{setup.show(1)} must have {_GATES}*{units} gates for the {units} units of {setup.show(0)}"
        caffe = "4 * hidden_dim_ == bottom[1]->shape(2)"
        raise RejectedError("shape-mismatch", message, caffe=caffe, bottom=1)
    if units is None and gates is not None and gates % _GATES == 0:
        units = gates // _GATES
    return Outcome(((1, streams, units),) * 2)


def _check_counts(setup: Setup, exposed: int) -> None:
    """recurrent_layer.hpp, MinBottomBlobs to ExactNumTopBlobs."""
    name, bottoms = setup.block.string("type"), len(setup.bottoms)
    least, tops = 2 + exposed, 1 + exposed
    if not least <= bottoms <= least + 1:
        limit = f"at least {least}" if bottoms < least else f"at most {least + 1}"
        message = f"{_who(setup, exposed)} takes {least} or {least + 1} bottoms, found {bottoms}"
        caffe, span = f"{name} Layer takes {limit} bottom blob(s) as input.", setup.block.span("bottom")
        raise RejectedError("wrong-number-of-blobs", message, caffe=caffe, span=span)
    if setup.top_count != tops:
        message = f"{_who(setup, exposed)} has {tops} top{'s' if tops > 1 else ''}, found {setup.top_count}"
        caffe, span = f"{name} Layer produces {tops} top blob(s) as output.", setup.block.span("top")
        raise RejectedError("wrong-number-of-blobs", message, caffe=caffe, span=span)


def _who(setup: Setup, exposed: int) -> str:
    block = setup.block
    states = "with" if exposed else "without"
    return f"{block.string('type')} '{block.string('name')}' {states} 'expose_hidden'"


def _sequence(setup: Setup) -> tuple[Dim, Dim]:
    """The number of time steps and of streams, by x and cont."""
    x = setup.bottoms[0]
    if x is not None and len(x) < 2:
        message = f"{setup.show(0)} must have axes of time steps, streams and features"
        caffe = "bottom[0] must have at least 2 axes -- (#timesteps, #streams, ...)"
        raise RejectedError("number-of-axes", message, caffe=caffe, bottom=0)
    require_axes(setup, 1, 2, "bottom[1] must have exactly 2 axes -- (#timesteps, #streams)")
    steps, streams = (x or (None, None))[:2]
    if steps != streams and setup.bottoms[1] == (streams, steps) and None not in (steps, streams):
        message = (
            f"{setup.show(1)} must be {steps}x{streams}, time steps x streams as in {setup.show(0)}: "
            "it has them in the other order"
        )
        raise RejectedError("shape-mismatch", message, caffe="T_ == bottom[", bottom=1)
    steps = _check_length(setup, 1, 0, Length("time steps", "T_", steps))
    return (steps, _check_length(setup, 1, 1, Length("streams", "N_", streams)))


def _check_static(setup: Setup, bottom: int, streams: Dim) -> None:
    if setup.bottoms[bottom] == ():
        message = f"the static input {setup.show(bottom)} must have axes of streams and features"
        caffe = "bottom[2]->num_axes() >= 1"
        raise RejectedError("number-of-axes", message, caffe=caffe, bottom=bottom)
    _check_length(setup, bottom, 0, Length("streams", "N_", streams))


def _check_length(setup: Setup, bottom: int, axis: int, length: Length) -> Dim:
    """What is known of a length that bottom 0 has and that an axis of another bottom must have too."""
    found, wanted = require_axis(setup, bottom, axis), length.size
    if found != wanted and found is not None and wanted is not None:
        message = (
            f"axis {axis} of {setup.show(bottom)} must be {wanted}, the {length.what} of {setup.show(0)}"
        )
        raise RejectedError("shape-mismatch", message, caffe=f"{length.symbol} == bottom[", bottom=bottom)
    return found if wanted is None else wanted


def _learn(setup: Setup, cell: Cell, static: int | None) -> tuple[Shape, ...]:
    """The blobs of the unrolled net, in its order (lstm_layer.cpp and rnn_layer.cpp, FillUnrolledNet)."""
    units = setup.size("num_output")
    rows = cell.gates * units
    params = fill(setup, Learned.weight((rows, _features(setup, 0, 2))), Learned.bias((rows,)))
    if static is not None:
        params += fill(setup, Learned.weight((rows, _features(setup, static, 1))))
    params += fill(setup, Learned.weight((rows, units)))
    if cell.has_output:
        params += fill(setup, Learned.weight((units, units)), Learned.bias((units,)))
    return params


def _features(setup: Setup, bottom: int, axis: int) -> Dim:
    require_axis(setup, bottom, axis)
    shape = setup.bottoms[bottom]
    return None if shape is None else product(shape[axis:])


def _check_unrolled(setup: Setup, gates: tuple[Dim, Dim, int]) -> None:
    steps, streams, _ = gates
    if steps == 0:
        message = f"{setup.show(0)} has no time steps"
        caffe = "Slice Layer produces at least 1 top blob(s) as output."
        raise RejectedError("empty-blob", message, caffe=caffe, bottom=0)
    if streams == 0:
        raise empty_blob(f"{setup.show(0)} has no streams")
    check_limits(gates, "the gates of all time steps")


def _check_states(setup: Setup, state: Shape, exposed: int) -> None:
    for index in range(len(setup.bottoms) - exposed, len(setup.bottoms)):
        if not may_equal(setup.bottoms[index], state):
            message = f"the first state {setup.show(index)} must be {show_shape(state)}"
            caffe = "shape mismatch - recur_input_blobs_"
            raise RejectedError("shape-mismatch", message, caffe=caffe, bottom=index)


def _macs(params: tuple[Shape, ...], sequence: tuple[Dim, Dim], static: int | None) -> Dim:
    """Of one time step; the static input is multiplied once for all steps and counts by its share."""
    steps, streams = sequence
    total: Dim = 0
    for index, shape in enumerate(params):
        if shape is not None and len(shape) == 2:
            times = 1 if index == static else steps
            macs = product((*shape, streams, times))
            total = None if total is None or macs is None else total + macs
    return None if total is None or not steps else total // steps


LAYER_TYPES = (
    LayerType("LSTM", set_up_recurrent, "recurrent_param", bottoms=at_least(2), tops=at_least(1)),
    LayerType("RNN", set_up_recurrent, "recurrent_param", bottoms=at_least(2), tops=at_least(1)),
    LayerType("LSTMUnit", set_up_lstm_unit, bottoms=exactly(3), tops=exactly(2)),
)
