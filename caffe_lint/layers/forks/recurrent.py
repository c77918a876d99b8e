"""Recurrent layer types of the forks, and what goes with them: LstmUnit, Lstm, Reverse, Transpose, Scalar."""

from ..axes import legacy_dims, require_axis
from ..filler import empty_blob
from ..in_place import refuse_in_place
from ..learned import Learned, learn
from ..record import LayerType, Outcome, RejectedError, Setup, at_least, between, exactly, missing_size
from ..shape import Dim, Shape, product

_GATES = 4
"""Input, forget and output gate, and the candidate."""

_APOLLO = ("LihangLiu93/apollocaffe", "mahyarkoy/apollocaffe", "NoListen/apollocaffe")
_CTPN = "tianzhi0549/CTPN"
_UNIT_WEIGHTS = ("input", "input_gate", "forget_gate", "output_gate")


def set_up_unit(setup: Setup) -> Outcome:
    """lstm_unit_layer.cpp of apollocaffe: x (items, …), cell (items, cells) to h, cell; no biases."""
    cells = setup.size("num_cells")
    if cells <= 0:
        raise missing_size(setup, "num_cells", "lstm_unit_param.has_num_cells()")
    fillers = [f"{name}_weight_filler" for name in _UNIT_WEIGHTS]
    for filler in fillers:
        if not setup.param.has(filler):
            message = f"'{filler}' must be given, it has no default"
            caffe = f"lstm_unit_param.has_{filler}()"
            raise RejectedError("filler", message, caffe=caffe, span=setup.param.place)
    items, features = _rows(setup)
    shape = (1, cells, 1, features)
    params: tuple[Shape, ...] | None = None
    # With that option of one fork it is not known which weights are left.
    if not setup.param.boolean("tie_output_forget"):
        params = learn(setup, *(Learned("weight", shape, filler) for filler in fillers))
    return Outcome(((items, cells),) * 2, params, product((_GATES, cells, features)))


def set_up_flat_lstm(setup: Setup) -> Outcome:
    """lstm_layer.cpp of junhyukoh/caffe-lstm: rows (steps * streams, …) to (rows, num_output)."""
    rows, features = _rows(setup)
    streams = setup.size("batch_size")
    if rows is not None and streams > 0 and rows % streams:
        message = f"'batch_size' {streams} does not divide the {rows} rows of {setup.show(0)}"
        caffe, span = "should be multiple of batch size", setup.param.span("batch_size")
        raise RejectedError("shape-mismatch", message, caffe=caffe, span=span, bottom=0)
    clip = setup.bottoms[1] if len(setup.bottoms) > 1 else None
    if clip is not None and product(clip[1:]) not in (1, None):
        message = f"{setup.show(1)} must have one value for each row"
        raise RejectedError(
            "shape-mismatch", message, caffe="bottom[1]->num() == bottom[1]->count()", bottom=1
        )
    units, params = _lstm_weights(setup, features)
    macs = product((_GATES, units, None if features is None else features + units))
    return Outcome(((rows, units),), params, macs)


def set_up_sequence_lstm(setup: Setup) -> Outcome:
    """lstm_layer.cpp of CTPN: (steps, streams, …) to (steps, streams, num_output)."""
    shape = setup.bottoms[0]
    if shape is not None and len(shape) < 3:
        message = f"{setup.show(0)} must have axes of time steps, streams and features"
        raise RejectedError("number-of-axes", message, caffe="num_axes()", bottom=0)
    steps, streams, *inner = shape or (None,) * 3
    features = product(inner)
    units, params = _lstm_weights(setup, features)
    macs = product((_GATES, streams, units, None if features is None else features + units))
    return Outcome(((steps, streams, units),), params, macs)


def set_up_reverse(setup: Setup) -> Outcome:
    """reverse_layer.cpp of CTPN: one axis backwards, counted from the front."""
    refuse_in_place(setup, "Reverse does not support in-place computation.")
    axis = (setup.param.integers("axis") or [0])[0]
    if axis < 0:
        message = f"'axis' must be at least 0, found {axis}"
        raise _wrong_axis(setup, message, "axis must be greater than or equal to 0.")
    shape = setup.bottoms[0]
    if shape is not None and axis >= len(shape):
        message = f"'axis' is {axis}, {setup.show(0)} has no such axis"
        raise _wrong_axis(setup, message, "axis must be less than bottom's dimension.")
    return Outcome((shape,))


def set_up_reverse_all(setup: Setup) -> Outcome:
    """reverse_layer.cpp of Synopsys: every listed axis backwards, negative ones counted from the end."""
    shape = setup.bottoms[0]
    for axis in setup.param.integers("axis") if shape is not None else ():
        if not -len(shape or ()) <= axis < len(shape or ()):
            message = f"'axis' is {axis}, {setup.show(0)} has no such axis"
            raise _wrong_axis(setup, message, "should be in range [")
    return Outcome((shape,))


def set_up_transpose(setup: Setup) -> Outcome:
    """transpose_layer.cpp of CTPN: the axes in the order of `dim`."""
    refuse_in_place(setup, "Transpose Layer does not support in-place computation.")
    order, shape = setup.param.integers("dim"), setup.bottoms[0]
    if shape is None:
        return Outcome(((None,) * len(order) or None,))
    if len(order) != len(shape):
        message = f"'dim' must list each axis of {setup.show(0)} once, found {len(order)} values"
        caffe = "the dimensions of the top blob and bottom blob must be equal."
        span = setup.param.span("dim")
        raise RejectedError("parameter-count", message, caffe=caffe, span=span, bottom=0)
    if not all(0 <= axis < len(shape) for axis in order):
        return Outcome((None,))
    return Outcome((tuple(shape[axis] for axis in order),))


def set_up_pixels_first(setup: Setup) -> Outcome:
    """transpose_layer.cpp of apollocaffe: (num, channels, height, width) to (num*height*width, channels)."""
    num, channels, height, width = legacy_dims(setup)
    return Outcome(((product((num, height, width)), channels),))


def set_up_continuation(setup: Setup) -> Outcome:
    """continuation_indicator_layer.cpp: (time_step, batch_size), by a block that no known schema has.

    It takes no bottom, or in other versions one.
    """
    return Outcome(((None, None),) * setup.top_count)


def set_up_scalar(setup: Setup) -> Outcome:
    """scalar_layer.cpp of the recurrent branch: factors in bottom 1, or learned ones if that is missing."""
    return Outcome((setup.bottoms[0],), () if len(setup.bottoms) == 2 else None)


def _lstm_weights(setup: Setup, features: Dim) -> tuple[int, tuple[Shape, ...]]:
    """The units, and weights in the order of these forks: of the input, of the state, the bias."""
    units = setup.size("num_output")
    if units <= 0:
        raise missing_size(setup, "num_output", empty_blob("").caffe)
    rows = _GATES * units
    weights = (Learned.weight((rows, features)), Learned.weight((rows, units)), Learned.bias((rows,)))
    return units, learn(setup, *weights)


def _rows(setup: Setup) -> tuple[Dim, Dim]:
    """The items of bottom 0, and the elements of each."""
    items, shape = require_axis(setup, 0, 0), setup.bottoms[0]
    return items, None if shape is None else product(shape[1:])


def _wrong_axis(setup: Setup, message: str, caffe: str) -> RejectedError:
    span = setup.param.span("axis")
    return RejectedError("axis-out-of-range", message, caffe=caffe, span=span, bottom=0)


LAYER_TYPES = (
    LayerType("LstmUnit", set_up_unit, "lstm_unit_param", bottoms=exactly(2), tops=exactly(2)),
    LayerType("Lstm", set_up_flat_lstm, "lstm_param", bottoms=between(1, 2), repos=("junhyukoh/caffe-lstm",)),
    LayerType("Lstm", set_up_sequence_lstm, "lstm_param", bottoms=between(1, 2), repos=(_CTPN,)),
    LayerType("Reverse", set_up_reverse, "reverse_param", repos=(_CTPN,)),
    LayerType(
        "Reverse",
        set_up_reverse_all,
        "reverse_param",
        repos=("foss-for-synopsys-dwc-arc-processors/synopsys-caffe",),
    ),
    LayerType("Transpose", set_up_transpose, "transpose_param", repos=(_CTPN,)),
    LayerType("Transpose", set_up_pixels_first, repos=_APOLLO),
    LayerType("ContinuationIndicator", set_up_continuation, bottoms=at_least(0)),
    LayerType("Scalar", set_up_scalar, "scalar_param", bottoms=exactly(2)),
    LayerType("Scalar", set_up_scalar, "scalar_param", bottoms=between(1, 2), repos=("jeffdonahue/caffe",)),
)
