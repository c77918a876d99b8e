"""Random layers, right and wrong, of every type that needs no file: parameters, bottoms, number of tops."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

Dims = tuple[int, ...]
Bottoms = Callable[[Random], list[Dims]]

_FAULT = 0.04
"""How often one of the choices behind the bar is taken, or a top is a bottom."""

_FILLER = (
    "- - { type: 'xavier' } { type: 'msra' variance_norm: FAN_OUT } { type: 'gaussian' std: 0.1 } { } "
    "{ type: 'uniform' } { type: 'positive_unitball' } | { type: 'uniform' min: 2 max: 1 } "
    "{ type: 'gaussian' std: 0 } { type: 'gaussian' sparse: 3 } { type: 'gaussian' sparse: -2 } "
    "{ type: 'bilinear' } { type: 'Xavier' } { type: 'constant' sparse: 1 }"
)


class RandomLayer(NamedTuple):
    """One layer to be judged."""

    type_name: str
    params: str
    bottoms: list[Dims]
    tops: int
    is_in_place: bool


@dataclass(frozen=True)
class Family:
    """How to make random layers of one type.

    Each of `fields` is a field name and the values to choose from, separated by blanks; `-` leaves it out.
    Those behind a bar are taken rarely, because they are faults, or faults beside another field. A name with
    a star gets up to three values.
    """

    bottoms: Bottoms
    block: str = ""
    fields: tuple[str, ...] = ()
    tops: str = "1"

    def make(self, random: Random, type_name: str) -> RandomLayer:
        """A layer of this family."""
        chosen = " ".join(_choose(random, field) for field in self.fields)
        params = f"{self.block} {{ {chosen} }}" if self.block else chosen
        bottoms, tops = self.bottoms(random), int(random.choice(self.tops.split()))
        is_in_place = bool(bottoms) and random.random() < _FAULT
        return RandomLayer(type_name, params, bottoms, tops, is_in_place)


def random_layer(random: Random) -> RandomLayer:
    """A layer of a random type."""
    type_name = random.choice(sorted(FAMILIES))
    return FAMILIES[type_name].make(random, type_name)


def dims(random: Random, axes: str = "4 4 4 4 4 4 3 2 2 1 5 0") -> Dims:
    """A random shape; rarely with an axis of size 0."""
    count = int(random.choice(axes.split()))
    return tuple(
        0 if random.random() < 0.01 else random.choice((1, 2, 2, 3, 4, 5, 6, 8)) for _ in range(count)
    )


def changed(random: Random, shape: Dims) -> Dims:
    """The shape, or sometimes one that differs by a dim or by an axis."""
    kind = random.random()
    if kind < 0.85 or not shape:
        return shape
    at = random.randrange(len(shape))
    if kind < 0.91:
        return (*shape[:at], shape[at] + random.choice((-1, 1, 2)), *shape[at + 1 :])
    if kind < 0.97:
        return shape[:at] + shape[at + 1 :]
    return (*shape, 1)


def one(axes: str = "4 4 4 4 4 4 3 2 2 1 5 0") -> Bottoms:
    """One bottom of a random shape."""
    return lambda random: [dims(random, axes)]


def _images(random: Random) -> list[Dims]:
    # Few items and channels, sizes that a kernel may just fit.
    shape = dims(random, "4 4 4 4 4 4 4 4 3 5 2")
    return [shape] if random.random() < 0.9 else [shape, changed(random, shape)]


def _equal(random: Random) -> list[Dims]:
    shape = dims(random)
    return [shape, *(changed(random, shape) for _ in range(random.choice((1, 1, 2))))]


def _pair(random: Random) -> list[Dims]:
    return _equal(random)[:2]


def _joined(random: Random) -> list[Dims]:
    shapes = _equal(random)
    return shapes[:1] if random.random() < 0.1 else shapes


def _operands(random: Random) -> list[Dims]:
    shape = dims(random)
    if random.random() < 0.5:
        return [shape]
    first = random.randrange(len(shape) + 1)
    return [shape, changed(random, shape[first : random.randint(first, len(shape))])]


def _labelled(random: Random) -> list[Dims]:
    scores = dims(random, "2 2 2 4 4 3 1 5 0")
    axis = random.choice((1, 1, 1, 0, len(scores) - 1))
    labels = scores[:axis] + random.choice(((), (1,))) + scores[axis + 1 :]
    return [scores, changed(random, random.choice((labels, labels, labels, scores, scores[:1])))]


def _with_matrix(random: Random) -> list[Dims]:
    scores, labels = _labelled(random)
    classes = scores[1] if len(scores) > 1 else 1
    return [scores, labels, changed(random, random.choice(((classes, classes), (classes * classes,))))]


def _pairs(random: Random) -> list[Dims]:
    items, channels = random.choice((1, 2, 3)), random.choice((1, 2, 4))
    pair: Dims = (items, channels, *random.choice(((), (), (1, 1), (1,), (1, 2), (1, 1, 1))))
    return [pair, changed(random, pair), changed(random, random.choice(((items,), (items, 1))))]


def _selected(random: Random) -> list[Dims]:
    shape = dims(random, "4 2 1 3")
    selector = (*shape[:1], *random.choice(((), (), (1,), (1, 1), (2,))))
    return [shape, *[changed(random, shape)] * random.choice((0, 0, 1)), changed(random, selector)]


def _indexed(random: Random) -> list[Dims]:
    return [dims(random), changed(random, (random.choice((1, 2, 7)),))]


def _cropped(random: Random) -> list[Dims]:
    shape = dims(random, "4 4 4 4 3 2 1 5 0")
    smaller = tuple(max(dim - random.choice((0, 0, 1, 2)), 1) for dim in shape)
    return [shape, changed(random, smaller)]


def _sequence(random: Random) -> list[Dims]:
    steps, streams = random.choice((1, 2, 3)), random.choice((1, 2, 3))
    x: Dims = (steps, streams, *random.choice(((4,), (4,), (4,), (4,), (2, 3), (5,), (), (0,))))
    static: Dims = (streams, *random.choice(((3,), (3,), (3,), (2, 2), ())))
    state: Dims = (1, streams, 2)
    rest = random.choice(
        ([], [], [], [static], [static], [state], [state, state], [static, state], [static, state, state])
    )
    return [
        changed(random, x),
        changed(random, (steps, streams)),
        *(changed(random, shape) for shape in rest),
    ]


def _unit(random: Random) -> list[Dims]:
    streams, units = random.choice((1, 2, 3)), random.choice((1, 2, 3))
    shapes: list[Dims] = [(1, streams, units), (1, streams, 4 * units), (1, streams)]
    return [changed(random, shape) for shape in shapes]


def _choose(random: Random, field: str) -> str:
    name, values = field.split(" ", 1)
    usual, _, faults = values.partition(" | ")
    times = random.choice((1, 1, 1, 1, 1, 2, 0, 3)) if name.endswith("*") else 1
    chosen = [
        random.choice(_split(faults if faults and random.random() < _FAULT else usual)) for _ in range(times)
    ]
    return " ".join(f"{name.rstrip('*')}: {value}" for value in chosen if value != "-")


def _split(values: str) -> list[str]:
    """Values separated by blanks; a message in braces is one value."""
    pieces: list[str] = []
    depth = 0
    for word in values.split():
        if depth:
            pieces[-1] += " " + word
        else:
            pieces.append(word)
        depth += word.count("{") - word.count("}")
    return pieces


def _nothing(random: Random) -> list[Dims]:  # noqa: ARG001
    return []


_AXIS = "axis - - 1 1 -1 | 0 2 3 -2 4 -5"
_SHAPES = "{ dim: 2 dim: 3 dim: 4 dim: 4 } { dim: 2 dim: 3 } { }"
_BAD_SHAPES = "{ dim: 0 } { dim: 2 dim: -1 } { dim: 70000 dim: 70000 } { dim: 4294967298 }"
_KERNEL = (
    "kernel_size* 1 2 3 3 | 5 9 0",
    "kernel_h - | 2",
    "kernel_w - | 3",
    "stride* 1 2 3 1 | 0",
    "stride_h - | 2",
    "stride_w - | 1",
    "pad* 0 1 | 2 4",
    "pad_h - | 1",
    "dilation* 1 1 1 2 | 3 0",
    "axis - - 1 | 0 2 -2 -3 -1 5",
)
_FILLERS = (f"weight_filler {_FILLER}", f"bias_filler {_FILLER}")
_CONVOLUTION = (
    "num_output 2 4 6 | 0 -",
    *_KERNEL,
    "group - - 1 2 | 3 0",
    "bias_term - - true false",
    f"weight_filler {_FILLER} {{ type: 'bilinear' }}",
    f"bias_filler {_FILLER}",
)
_NEURON = Family(one())

FAMILIES: dict[str, Family] = {
    **dict.fromkeys(("AbsVal", "BNLL", "Dropout", "ELU", "Power", "ReLU"), _NEURON),
    **dict.fromkeys(("Sigmoid", "Swish", "TanH", "Threshold"), _NEURON),
    "Accuracy": Family(_labelled, "accuracy_param", ("top_k - 1 | 2 5", _AXIS), tops="1 1 1 2 2 3"),
    "ArgMax": Family(one(), "argmax_param", ("top_k - 1 2 | 3 0 20", "out_max_val - true", _AXIS)),
    "BatchNorm": Family(
        one(),
        "",
        (
            "param - - - { lr_mult: 0 } | { }",
            "param - { lr_mult: 0 }",
            "param - - { lr_mult: 0 } | { lr_mult: 1 }",
        ),
    ),
    "BatchReindex": Family(_indexed),
    "Bias": Family(_operands, "bias_param", (_AXIS, "num_axes - 0 1 -1 | 2 -2 3", f"filler {_FILLER}")),
    "Clip": Family(one(), "clip_param", ("min -1", "max 1")),
    "Concat": Family(_joined, "concat_param", (_AXIS, "concat_dim - | 0 1 2 3 4 4000000000")),
    "ContrastiveLoss": Family(_pairs, tops="0 1 1 1 1 1 2"),
    "Convolution": Family(_images, "convolution_param", _CONVOLUTION, tops="1 1 1 1 1 1 2"),
    "Crop": Family(_cropped, "crop_param", (_AXIS, "offset* 0 0 0 1 | 2")),
    "Deconvolution": Family(_images, "convolution_param", _CONVOLUTION, tops="1 1 1 1 1 1 2"),
    "DummyData": Family(
        _nothing,
        "dummy_data_param",
        (
            f"shape {_SHAPES} | - {_BAD_SHAPES}",
            f"shape - - | {_SHAPES} {_BAD_SHAPES}",
            f"data_filler {_FILLER}",
            "data_filler - { } | { type: 'bilinear' }",
            "num - | 2",
            "channels - | 2 3",
            "height - | 2",
            "width - | 2",
        ),
        tops="1 1 2 2 3",
    ),
    "Eltwise": Family(_equal, "eltwise_param", ("operation - SUM PROD MAX", "coeff - - 1", "coeff - - 2")),
    "Embed": Family(
        one(),
        "embed_param",
        ("num_output 3 4 4 | 0 -", "input_dim 5 7 7 | 0 -", "bias_term - true false", *_FILLERS),
    ),
    "EuclideanLoss": Family(_pair, tops="0 1 1"),
    "Exp": Family(one(), "exp_param", ("base - -1 2 1 | 0 -2 inf nan", "shift - 1")),
    "Filter": Family(_selected, tops="1 1 1 2"),
    "Flatten": Family(one(), "flatten_param", (_AXIS, "end_axis - 2 3 -1 -2 | 0 1 -3 4 -5")),
    "HingeLoss": Family(_labelled, tops="0 1 1 1 1 1 2"),
    "Im2col": Family(one(), "convolution_param", _KERNEL),
    "InfogainLoss": Family(
        _with_matrix,
        "",
        (
            "infogain_loss_param - - { axis: 1 } | { axis: 0 } { axis: 2 }",
            "loss_param - { normalization: VALID } | { normalize: true }",
        ),
        tops="0 1 1",
    ),
    "InnerProduct": Family(
        one(),
        "inner_product_param",
        ("num_output 3 4 4 4 | 0 -", _AXIS, "bias_term - true false", "transpose - - true", *_FILLERS),
    ),
    "Input": Family(
        _nothing,
        "input_param",
        (
            f"shape {_SHAPES} - | {_BAD_SHAPES}",
            f"shape - {_SHAPES} | {_BAD_SHAPES} {{ dim: 9223372036854775807 }}",
        ),
        tops="1 1 2 3",
    ),
    "LRN": Family(
        one("4 4 4 4 4 4 3 2 5"),
        "lrn_param",
        ("local_size - 3 5 1 | 4 0", "norm_region - - ACROSS_CHANNELS WITHIN_CHANNEL"),
    ),
    **dict.fromkeys(
        ("LSTM", "RNN"),
        Family(
            _sequence,
            "recurrent_param",
            ("num_output 2 | 3 0 -", "expose_hidden - - - - - true", *_FILLERS),
            tops="1 1 1 1 1 1 1 1 2 3",
        ),
    ),
    "LSTMUnit": Family(_unit, tops="2"),
    "Log": Family(one(), "log_param", ("base - -1 2 0.5 | 1 0 -2 inf nan", "shift - 1")),
    "MVN": Family(one(), "mvn_param", ("across_channels - true", "normalize_variance - false")),
    "MemoryData": Family(
        _nothing,
        "memory_data_param",
        ("batch_size 2 3 | 0 -", "channels 3 1 | 0 -", "height 2 1 | -", "width 1 5 | -"),
        tops="2 2 2 2 2 1 3",
    ),
    "MultinomialLogisticLoss": Family(_labelled, tops="0 1 1 1 1 2"),
    "PReLU": Family(one(), "prelu_param", ("channel_shared - true false", f"filler {_FILLER}")),
    "Parameter": Family(
        _nothing, "parameter_param", (f"shape - {_SHAPES} | {_BAD_SHAPES}",), tops="1 1 1 1 1 2"
    ),
    "Pooling": Family(
        one("4 4 4 4 4 4 4 3 2 5"),
        "pooling_param",
        (
            "pool - MAX AVE | STOCHASTIC",
            "kernel_size 1 2 2 3 3 5 | 9 0 -",
            "kernel_h - | 2 3 0",
            "kernel_w - | 3",
            "stride - 1 2 3 | 0 9",
            "stride_h - | 2",
            "stride_w - | 2 0",
            "pad - - 0 1 | 2",
            "pad_h - | 1 0",
            "pad_w - | 1 0",
            "global_pooling - - - - | true false",
            "round_mode - - CEIL FLOOR",
        ),
        tops="1 1 1 1 2 2 3",
    ),
    "Reduction": Family(one(), "reduction_param", ("operation - SUM ASUM SUMSQ MEAN", _AXIS)),
    "Reshape": Family(
        one(),
        "reshape_param",
        (
            "shape { dim: 0 dim: -1 } { dim: -1 } { dim: 0 dim: 0 dim: -1 } { dim: 2 dim: -1 } | - { } "
            "{ dim: 6 } { dim: -1 dim: -1 } { dim: -2 dim: -1 } { dim: 1 dim: -1 dim: 3 } { dim: -2 } "
            "{ dim: 1 dim: 0 } { dim: 0 dim: 0 dim: 0 dim: 0 dim: 0 }",
            "axis - - 0 1 -1 | 2 -2 5 -6",
            "num_axes - - 0 1 -1 | 2 -2 5",
        ),
    ),
    "SPP": Family(
        one("4 4 4 4 4 3 2 5"), "spp_param", ("pyramid_height 1 1 2 2 | 3 0 -", "pool - MAX AVE | STOCHASTIC")
    ),
    "Scale": Family(
        _operands,
        "scale_param",
        (
            _AXIS,
            "num_axes - 0 1 -1 | 2 -2 3",
            "bias_term - true true false",
            f"filler {_FILLER}",
            f"bias_filler {_FILLER}",
        ),
    ),
    "SigmoidCrossEntropyLoss": Family(_pair, tops="0 1 1"),
    "Silence": Family(_equal, tops="0 0 0 1"),
    "Slice": Family(
        one(),
        "slice_param",
        (_AXIS, "slice_dim - | 0 1 2 3 4 4000000000", "slice_point* 1 1 2 3 | 4 0 7"),
        tops="1 2 2 3",
    ),
    "Softmax": Family(one(), "softmax_param", (_AXIS,)),
    "SoftmaxWithLoss": Family(_labelled, "softmax_param", (_AXIS,), tops="0 1 1 1 1 1 2"),
    "Split": Family(one(), tops="1 2 3"),
    "Tile": Family(one(), "tile_param", (_AXIS, "tiles 1 2 3 3 | - 0 -1")),
}
