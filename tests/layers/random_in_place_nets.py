"""Small random nets with layers in place in all positions, about half of them harmless.

A net is grown layer by layer: learned layers at the bottom, then producers, chains in place, aliases and
siblings, and at last a learned layer on whatever nothing reads yet, and losses.
"""

from collections.abc import Callable
from math import prod
from random import Random
from typing import NamedTuple

from caffe_lint.net import NetState
from caffe_lint.net.state import Phase

Dims = tuple[int, ...]

IMAGE: Dims = (3, 4, 4, 4)

SAME = "num_output: 4 kernel_size: 3 pad: 1"

FILLER = 'weight_filler { type: "xavier" }'


class RandomNet(NamedTuple):
    """A net, and the state in which it is meant to be judged."""

    text: str
    state: NetState


class Value(NamedTuple):
    """What stands under a name at some point of the file."""

    name: str
    dims: Dims
    is_positive: bool = False
    is_learned: bool = True
    """Whether a gradient is wanted for it."""


def random_net(seed: int) -> RandomNet:
    """The net of this number."""
    return _Grower(Random(f"in-place {seed}")).grow()


COMMON_FOLLOWERS = (
    "ReLU",
    "Dropout",
    "Scale | scale_param { bias_term: false }",
    "BatchNorm",
    "PReLU",
    'Scale | scale_param { filler { type: "gaussian" std: 1 } bias_term: true }',
)
"""What is written in place in many nets: type, then settings behind a bar."""

FOLLOWERS = (
    *COMMON_FOLLOWERS,
    "ReLU | relu_param { negative_slope: 0.1 }",
    "ReLU | relu_param { negative_slope: -0.2 }",
    "ReLU | relu_param { negative_slope: 1 }",
    "ELU | elu_param { alpha: 0.7 }",
    "ELU",
    "ELU | elu_param { alpha: 0 }",
    "ELU | elu_param { alpha: -0.5 }",
    "Sigmoid",
    "TanH",
    "Swish",
    "Swish | swish_param { beta: 2 }",
    "Exp | exp_param { scale: 0.5 }",
    "Exp | exp_param { base: 2 shift: 0.1 }",
    "BNLL",
    "Clip | clip_param { min: -0.4 max: 0.6 }",
    "Clip | clip_param { min: 0 max: 0.7 }",
    "Power",
    "Power | power_param { scale: 2 }",
    "Power | power_param { shift: 0.3 }",
    "Power | power_param { power: 2 }",
    "Power | power_param { power: 2 shift: 0.3 }",
    "Power | power_param { power: 3 scale: 0.7 }",
    "Log | log_param { scale: 0.2 shift: 3 base: 2 }",
    "Dropout | dropout_param { dropout_ratio: 0.3 }",
    "Dropout | phase: TEST",
    "BatchNorm | batch_norm_param { use_global_stats: true }",
    "Scale | scale_param { filler { value: 1.5 } } param { lr_mult: 0 }",
    'Scale | scale_param { filler { type: "gaussian" std: 1 } } param { lr_mult: 0 }',
    "Scale | scale_param { filler { value: -1.5 } } param { lr_mult: 0 }",
    'Bias | bias_param { filler { type: "gaussian" std: 0.5 } }',
    "Bias | param { lr_mult: 0 }",
    "Softmax",
    "Concat",
    "Slice",
    "Tile | tile_param { tiles: 1 }",
    "PReLU | prelu_param { channel_shared: true }",
    'PReLU | prelu_param { filler { type: "gaussian" std: 1 } }',
)
"""Layers that keep any shape with two axes or more."""

FOLLOWERS_OF_POSITIVE = (
    "Log",
    "Power | power_param { power: 0.5 shift: 0.1 }",
    "Power | power_param { power: -1 shift: 0.5 }",
)

FOLLOWERS_OF_EQUAL_VALUES = (
    "ReLU",
    "Sigmoid",
    "TanH",
    "Power | power_param { scale: 2 }",
    'Scale | scale_param { filler { type: "gaussian" std: 1 } }',
    "Concat",
    "Dropout",
)

FOLLOWERS_OF_IMAGES = (
    "LRN | lrn_param { local_size: 3 alpha: 1 }",
    "LRN | lrn_param { local_size: 3 alpha: 1 norm_region: WITHIN_CHANNEL }",
    "MVN",
    "MVN | mvn_param { normalize_variance: false }",
    "MVN | mvn_param { across_channels: true }",
    "MVN | mvn_param { normalize_variance: false across_channels: true }",
    f"Convolution | convolution_param {{ {SAME} {FILLER} }}",
    f"Convolution | convolution_param {{ num_output: 4 kernel_size: 1 {FILLER} }}",
    f"Convolution | param {{ lr_mult: 0 }} convolution_param {{ {SAME} {FILLER} }}",
    f"Deconvolution | convolution_param {{ num_output: 4 kernel_size: 3 pad: 1 {FILLER} }}",
    "Pooling | pooling_param { kernel_size: 3 pad: 1 }",
    "Pooling | pooling_param { pool: AVE kernel_size: 3 pad: 1 }",
    "Im2col | convolution_param { kernel_size: 1 }",
)

PRODUCERS = (
    *(follower for follower in FOLLOWERS if not follower.startswith(("Concat", "Slice"))),
    "AbsVal",
    "Sigmoid",
    "TanH",
    "ELU",
    "Softmax",
    "Exp | exp_param { scale: 0.5 }",
)

PRODUCERS_OF_IMAGES = (
    *FOLLOWERS_OF_IMAGES,
    "MVN",
    "LRN | lrn_param { local_size: 3 alpha: 1 }",
)

POSITIVE = ("Exp", "Sigmoid", "BNLL", "AbsVal", "Softmax")
KEEPING_POSITIVE = ("ReLU", "Dropout", "Concat", "Slice", "Tile", "Pooling", "LRN")


class _Grower:
    """Writes one net."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lines: list[str] = []
        self.open: list[Value] = []
        """What nothing reads yet, so that a layer may work on it in place."""
        self.read: list[Value] = []
        """What something reads already; reading it again adds a Split."""
        self.is_tame = random.random() < 0.35
        """Whether to write in place only what usually does no harm."""
        self.is_small = random.random() < 0.6
        """Whether to keep it so small that one mistake hides no other."""
        self.has_loss = True

    def grow(self) -> RandomNet:
        """All of it."""
        random = self.random
        phase: Phase = "TRAIN" if random.random() < 0.9 else "TEST"
        self.has_loss = random.random() < (0.92 if phase == "TRAIN" else 0.4)
        is_forced = self.has_loss and phase == "TRAIN" and random.random() < 0.04
        self._begin()
        if self.is_small:
            self._step()
        for _ in range(0 if self.is_small else random.choice((1, 2, 2))):
            self._segment()
        self._end()
        beginning = 'name: "forced"\nforce_backward: true\n' if is_forced else ""
        return RandomNet(beginning + "\n".join(self.lines) + "\n", NetState(phase))

    def add(self, kind: str, bottoms: list[str], tops: list[str], settings: str = "") -> str:
        """Write a layer and return its name."""
        name = f"l{len(self.lines)}"
        named = [*(f'bottom: "{bottom}"' for bottom in bottoms), *(f'top: "{top}"' for top in tops)]
        self.lines.append(f'layer {{ name: "{name}" type: "{kind}" {" ".join(named)} {settings} }}')
        return name

    def fresh(self) -> str:
        """A name for a new blob."""
        return f"b{len(self.lines)}"

    def make(self, written: str, bottoms: list[Value], dims: Dims, **traits: bool) -> Value:
        """Write a layer with a top of its own."""
        kind, _, settings = written.partition(" | ")
        for bottom in bottoms:
            self.take(bottom)
        is_learned = traits.pop("is_learned", any(bottom.is_learned for bottom in bottoms))
        top = Value(self.fresh(), dims, is_learned=is_learned, **traits)
        self.add(kind, [bottom.name for bottom in bottoms], [top.name], settings)
        self.open.append(top)
        return top

    def take(self, value: Value) -> None:
        """Remember that a layer reads it."""
        if value in self.open:
            self.open.remove(value)
            self.read.append(value)

    def source(self, dims: Dims, filler: str) -> Value:
        """A DummyData layer."""
        shape = " ".join(f"dim: {dim}" for dim in dims)
        settings = f"dummy_data_param {{ shape {{ {shape} }} data_filler {{ {filler} }} }}"
        value = self.make(f"DummyData | {settings}", [], dims, is_learned=False)
        self.open.remove(value)
        return value

    def _begin(self) -> None:
        random = self.random
        shape = "{ " + " ".join(f"dim: {dim}" for dim in IMAGE) + " }"
        kind = random.choice(("Input",) * 7 + ("noise", "constant", "Parameter"))
        if kind == "Input":
            data = self.make(f"Input | input_param {{ shape {shape} }}", [], IMAGE, is_learned=False)
        elif kind == "Parameter":
            data = self.make(f"Parameter | parameter_param {{ shape {shape} }}", [], IMAGE, is_learned=True)
        else:
            filler = 'type: "gaussian" std: 1' if kind == "noise" else "value: 0.5"
            data = self.source(IMAGE, filler)
            self.open.append(data)
        if kind == "constant":
            self._last(data)
        elif random.random() < (0.05 if self.is_tame else 0.15 if kind == "Input" else 0.4):
            self._chain(data)
        data = self.open[-1]
        frozen = " param { lr_mult: 0 } param { lr_mult: 0 }" if random.random() < 0.12 else ""
        settings = f"convolution_param {{ num_output: 4 kernel_size: 3 pad: 1 {FILLER} }}{frozen}"
        self.make(f"Convolution | {settings}", [data], IMAGE, is_learned=data.is_learned or not frozen)

    def _step(self) -> None:
        """One or two layers, and one or two in place behind them, perhaps on an alias."""
        value = self.open[-1]
        for _ in range(self.random.choice((0, 1, 1, 1, 2))):
            value = self._produce(value)
        for _ in range(self.random.choice((0, 1, 1))):
            value = self._in_place(value)
        if self.random.random() < 0.3:
            value = self._alias(value)
        self._in_place(value)

    def _last(self, value: Value) -> None:
        """Something in place on equal values, or nothing: BatchNorm, for one, would make them all zero."""
        if self.random.random() < (0.1 if self.is_tame else 0.5):
            kind, _, settings = self.random.choice(FOLLOWERS_OF_EQUAL_VALUES).partition(" | ")
            self.add(kind, [value.name], [value.name], settings)

    def _segment(self) -> None:
        """A producer, aliases and siblings around layers in place."""
        random = self.random
        value = random.choice(self.open)
        if random.random() < 0.75:
            value = self._produce(value)
        if random.random() < 0.8:
            value = self._chain(value)
        if random.random() < 0.35:
            value = self._chain(self._alias(value))
            if random.random() < 0.3:
                self._chain(self._alias(value))

    def _chain(self, value: Value) -> Value:
        for _ in range(self.random.choice((1, 1, 1, 2, 3) if self.is_tame else (1, 1, 1, 1, 2, 2, 3, 4))):
            value = self._in_place(value)
        return value

    def _in_place(self, value: Value) -> Value:
        """Write a layer in place on a value that nothing reads."""
        random = self.random
        if value not in self.open or len(value.dims) < 2:
            return value
        if random.random() < 0.05 and not self.is_tame:
            return self._in_place_of_two(value)
        if random.random() < 0.02 and not self.is_tame:
            return self._in_place_with_another_shape(value)
        is_common = self.is_tame or random.random() < 0.35
        written = self._choose(COMMON_FOLLOWERS if is_common else FOLLOWERS, value, FOLLOWERS_OF_IMAGES)
        kind, _, settings = written.partition(" | ")
        if not value.is_learned and random.random() < 0.2 and not self.is_tame:
            kind, settings = "Threshold", ""
        if random.random() < 0.02:
            settings += " propagate_down: false"
        is_positive = kind in POSITIVE or (value.is_positive and kind in KEEPING_POSITIVE)
        self.add(kind, [value.name], [value.name], settings)
        has_params = kind in ("Scale", "Bias", "PReLU", "Convolution", "Deconvolution")
        return self._replace(value, value.dims, is_positive, value.is_learned or has_params)

    def _replace(self, value: Value, dims: Dims, is_positive: bool = False, is_learned: bool = True) -> Value:
        self.open.remove(value)
        self.open.append(Value(value.name, dims, is_positive, is_learned))
        return self.open[-1]

    def _choose(self, usual: tuple[str, ...], value: Value, images: tuple[str, ...]) -> str:
        random = self.random
        if value.is_positive and not self.is_tame and random.random() < 0.15:
            return random.choice(FOLLOWERS_OF_POSITIVE)
        if value.dims == IMAGE and not self.is_tame and random.random() < 0.2:
            return random.choice(images)
        return random.choice(usual)

    def _in_place_of_two(self, value: Value) -> Value:
        """Eltwise, Concat and others with a second bottom, in place on the first."""
        random = self.random
        choice = random.choice(("SUM", "PROD", "MAX", "stable", "Scale", "Bias", "Crop", "index"))
        if choice == "index":
            other = self.source(value.dims[:1], "value: 0")
        elif choice in ("Scale", "Bias"):
            other = self.source(value.dims[:2], 'type: "gaussian" std: 1')
        else:
            other = self._like(value)
        kinds = {"Scale": "Scale", "Bias": "Bias", "Crop": "Crop", "index": "BatchReindex"}
        settings = {
            "SUM": "eltwise_param { operation: SUM coeff: 1 coeff: -1 }",
            "PROD": "eltwise_param { operation: PROD stable_prod_grad: false }",
            "stable": "eltwise_param { operation: PROD }",
            "MAX": "eltwise_param { operation: MAX }",
            "Scale": "scale_param { axis: 0 }",
            "Bias": "bias_param { axis: 0 }",
            "Crop": "crop_param { axis: 0 offset: 0 }",
        }.get(choice, "")
        self.take(other)
        self.add(kinds.get(choice, "Eltwise"), [value.name, other.name], [value.name], settings)
        return self._replace(value, value.dims, is_learned=value.is_learned)

    def _in_place_with_another_shape(self, value: Value) -> Value:
        """Layers whose top has another shape than the bottom that they overwrite."""
        random = self.random
        items, size = value.dims[0], prod(value.dims[1:])
        units = random.choice((size, size, 2))
        choices: list[tuple[str, Dims]] = [
            (f"InnerProduct | inner_product_param {{ num_output: {units} {FILLER} }}", (items, units)),
            ("Reduction | reduction_param { axis: 1 operation: SUM }", (items,)),
            ("Tile | tile_param { axis: 1 tiles: 2 }", (items, 2 * value.dims[1], *value.dims[2:])),
        ]
        if value.dims == IMAGE:
            choices += [
                ("Pooling | pooling_param { kernel_size: 2 stride: 2 }", (3, 4, 2, 2)),
                ("Pooling | pooling_param { pool: AVE kernel_size: 2 stride: 2 }", (3, 4, 2, 2)),
                (
                    f"Convolution | convolution_param {{ num_output: 2 kernel_size: 3 {FILLER} }}",
                    (3, 2, 2, 2),
                ),
                ("SPP | spp_param { pyramid_height: 1 }", (3, 4)),
                ("Im2col | convolution_param { kernel_size: 3 }", (3, 36, 2, 2)),
            ]
        written, dims = random.choice(choices)
        kind, _, settings = written.partition(" | ")
        self.add(kind, [value.name], [value.name], settings)
        return self._replace(value, dims)

    def _like(self, value: Value) -> Value:
        """Another value of the same shape: one that there is, or noise."""
        others = [other for other in self.open + self.read if other.dims == value.dims and other != value]
        others = [other for other in others if other.name != value.name]
        if others and self.random.random() < 0.8:
            return self.random.choice(others)
        return self.source(value.dims, 'type: "gaussian" std: 1')

    def _produce(self, value: Value) -> Value:
        """A layer with a top of its own."""
        makers: list[Callable[[Value], Value]] = [
            *[self._alike] * 5,
            self._inner_product,
            self._joined,
            self._joined,
            self._sliced,
            self._broadcast,
            self._recurrent,
            self._selected,
        ]
        if value.dims == IMAGE:
            makers += [self._alike, self._pooled, self._pooled, self._windowed]
        if self.random.random() < 0.15:
            makers = [self._embedded, self._unit, self._parameter, self._argmax]
        return self.random.choice(makers)(value)

    def _alike(self, value: Value) -> Value:
        written = self._choose(PRODUCERS, value, PRODUCERS_OF_IMAGES)
        kind = written.partition(" | ")[0]
        is_positive = kind in POSITIVE or (value.is_positive and kind in KEEPING_POSITIVE)
        return self.make(written, [value], value.dims, is_positive=is_positive)

    def _inner_product(self, value: Value) -> Value:
        units = self.random.choice((3, 5))
        settings = f"inner_product_param {{ num_output: {units} {FILLER} }}"
        if self.random.random() < 0.2:
            settings += " param { lr_mult: 0 } param { lr_mult: 0 }"
        return self.make(f"InnerProduct | {settings}", [value], (value.dims[0], units), is_learned=True)

    def _joined(self, value: Value) -> Value:
        other = self._like(value)
        choice = self.random.choice(("SUM", "PROD", "PROD stable_prod_grad: false", "MAX", "Concat"))
        if choice == "Concat":
            dims = (value.dims[0], 2 * value.dims[1], *value.dims[2:])
            return self.make("Concat", [value, other], dims)
        return self.make(f"Eltwise | eltwise_param {{ operation: {choice} }}", [value, other], value.dims)

    def _sliced(self, value: Value) -> Value:
        self.take(value)
        if value.dims[1] < 2:
            return self._alike(value)
        half = value.dims[1] // 2
        dims = [(value.dims[0], size, *value.dims[2:]) for size in (half, value.dims[1] - half)]
        tops = [Value(f"{self.fresh()}_{number}", shape) for number, shape in enumerate(dims)]
        settings = f"slice_param {{ slice_point: {half} }}"
        self.add("Slice", [value.name], [top.name for top in tops], settings)
        self.open += tops
        return tops[0]

    def _broadcast(self, value: Value) -> Value:
        """Scale or Bias by another blob."""
        kind = self.random.choice(("Scale", "Bias"))
        other = self.source(value.dims[:2], 'type: "gaussian" std: 1')
        return self.make(f"{kind} | {kind.lower()}_param {{ axis: 0 }}", [value, other], value.dims)

    def _pooled(self, value: Value) -> Value:
        """Pooling, perhaps with a mask that is changed, or thrown away."""
        pool = self.random.choice(("MAX", "MAX", "AVE"))
        window, dims = self.random.choice(
            (("kernel_size: 2 stride: 2", (3, 4, 2, 2)), ("kernel_size: 3 pad: 1", IMAGE))
        )
        settings = f"pooling_param {{ pool: {pool} {window} }}"
        if pool == "AVE" or self.random.random() < 0.5:
            return self.make(f"Pooling | {settings}", [value], dims)
        self.take(value)
        top, mask = Value(self.fresh(), dims), Value(f"{self.fresh()}_mask", dims, is_learned=False)
        self.add("Pooling", [value.name], [top.name, mask.name], settings)
        if self.random.random() < 0.4:
            settings = self.random.choice(("", "power_param { shift: 1 }", "power_param { power: 0 }"))
            self.add("Power", [mask.name], [mask.name], settings + " propagate_down: false")
        self.add("Silence", [mask.name], [])
        self.open.append(top)
        return top

    def _windowed(self, value: Value) -> Value:
        choices: tuple[tuple[str, Dims], ...] = (
            ("Im2col | convolution_param { kernel_size: 1 }", IMAGE),
            ("Im2col | convolution_param { kernel_size: 3 }", (3, 36, 2, 2)),
            ("SPP | spp_param { pyramid_height: 2 }", (3, 20)),
            ("Tile | tile_param { axis: 1 tiles: 2 }", (3, 8, 4, 4)),
            ("Reduction | reduction_param { axis: 2 operation: SUMSQ }", (3, 4)),
            ("Reduction | reduction_param { axis: 2 operation: MEAN }", (3, 4)),
            ("Reduction | reduction_param { axis: 2 operation: ASUM }", (3, 4)),
        )
        written, dims = self.random.choice(choices)
        return self.make(written, [value], dims)

    def _selected(self, value: Value) -> Value:
        kind = self.random.choice(("BatchReindex", "Filter", "Crop"))
        if kind == "Crop":
            other = self.source(tuple(max(dim - 1, 1) for dim in value.dims), "value: 1")
            return self.make("Crop | crop_param { axis: 0 }", [value, other], other.dims)
        index = self.source(value.dims[:1], f"value: {1 if kind == 'Filter' else 0}")
        return self.make(kind, [value, index], value.dims)

    def _recurrent(self, value: Value) -> Value:
        """LSTM or RNN over an alias of the value."""
        kind = self.random.choice(("LSTM", "RNN"))
        steps, items = self.random.choice(((1, value.dims[0]), (1, value.dims[0]), (value.dims[0], 1)))
        units = prod(value.dims) // (steps * items)
        x = self.make(
            f"Reshape | reshape_param {{ shape {{ dim: {steps} dim: {items} dim: -1 }} }}",
            [value],
            (steps, items, units),
        )
        cont = self.source((steps, items), f"value: {1 if steps == 1 else self.random.choice((0, 1))}")
        bias = 'bias_filler { type: "uniform" min: -0.5 max: 0.5 }'
        settings = f"recurrent_param {{ num_output: 4 {FILLER} {bias} }}"
        return self.make(f"{kind} | {settings}", [x, cont], (steps, items, 4), is_learned=True)

    def _unit(self, value: Value) -> Value:
        """A cell of an LSTM, whose state and output both go on."""
        items = value.dims[0]
        units = [
            self.make(
                f"InnerProduct | inner_product_param {{ num_output: {count} {FILLER} }}",
                [value],
                (items, count),
            )
            for count in (2, 8)
        ]
        shaped = [
            self.make(
                f"Reshape | reshape_param {{ shape {{ dim: 1 dim: {items} dim: -1 }} }}",
                [unit],
                (1, *unit.dims),
            )
            for unit in units
        ]
        cont = self.source((1, items), "value: 1")
        for unit in shaped:
            self.take(unit)
        cell, hidden = Value(f"{self.fresh()}_c", (1, items, 2)), Value(f"{self.fresh()}_h", (1, items, 2))
        self.add("LSTMUnit", [*(unit.name for unit in shaped), cont.name], [cell.name, hidden.name])
        self.open += [cell, hidden]
        return self.random.choice((cell, hidden))

    def _embedded(self, value: Value) -> Value:
        words = self.source((value.dims[0],), "value: 1")
        settings = f"embed_param {{ num_output: 4 input_dim: 5 {FILLER} }}"
        return self.make(f"Embed | {settings}", [words], (value.dims[0], 4), is_learned=True)

    def _parameter(self, value: Value) -> Value:
        shape = " ".join(f"dim: {dim}" for dim in value.dims)
        written = f"Parameter | parameter_param {{ shape {{ {shape} }} }}"
        return self.make(written, [], value.dims, is_learned=True)

    def _argmax(self, value: Value) -> Value:
        """A part that no gradient goes through."""
        written, dims = self.random.choice(
            (
                (
                    "ArgMax | propagate_down: false argmax_param { axis: 1 }",
                    (value.dims[0], 1, *value.dims[2:]),
                ),
                ("Threshold | propagate_down: false", value.dims),
            )
        )
        top = self.make(written, [value], dims, is_learned=False)
        kind = self.random.choice(("ReLU", "Sigmoid", "Power"))
        self.add(kind, [top.name], [top.name], "power_param { scale: 2 }" if kind == "Power" else "")
        return value if value in self.open else self._alike(value)

    def _alias(self, value: Value) -> Value:
        """A layer whose top shares the memory of the value, and perhaps a sibling that reads it as well."""
        random = self.random
        sibling = (
            "none" if self.is_tame else random.choice(("none", "none", "none", "before", "before", "after"))
        )
        if sibling == "before":
            self._sibling(value)
        size = prod(value.dims[1:])
        written, dims = random.choice(
            (
                ("Reshape | reshape_param { shape { dim: 0 dim: -1 } }", (value.dims[0], size)),
                (
                    "Reshape | reshape_param { shape { dim: 0 dim: 0 dim: -1 } }",
                    (*value.dims[:2], prod(value.dims[2:])),
                ),
                ("Flatten", (value.dims[0], size)),
                ("Split", value.dims),
                ("Split", value.dims),
                ("Concat", value.dims),
                ("Slice", value.dims),
            )
        )
        top = self.make(written, [value], dims, is_positive=value.is_positive)
        if written == "Split" and random.random() < 0.6:
            other = Value(f"{top.name}_too", dims, value.is_positive, value.is_learned)
            tops = f'top: "{top.name}" top: "{other.name}"'
            self.lines[-1] = self.lines[-1].replace(f'top: "{top.name}"', tops)
            self.open.append(other)
        if sibling != "after":
            return top
        top = self._chain(top)
        self._sibling(value)
        return top

    def _sibling(self, value: Value) -> None:
        """Something else that reads the value, with or without reading it again in Backward."""
        written, dims = self.random.choice(
            (
                ("Sigmoid", value.dims),
                ("ReLU", value.dims),
                ("Power | power_param { power: 2 }", value.dims),
                ("Power | power_param { scale: 2 }", value.dims),
                (f"InnerProduct | inner_product_param {{ num_output: 3 {FILLER} }}", (value.dims[0], 3)),
                (f"InnerProduct | inner_product_param {{ num_output: 3 {FILLER} }}", (value.dims[0], 3)),
                ("Dropout", value.dims),
                ("BatchNorm", value.dims),
                ("Scale", value.dims),
            )
        )
        self.make(written, [value], dims)

    def _end(self) -> None:
        """A loss on everything that is open, or nothing."""
        random = self.random
        if not self.has_loss:
            return
        if random.random() < 0.06:
            self._loss_in_place(random.choice(self.open))
        scores = [self._score(value) for value in list(self.open) if value.is_learned]
        if not scores:
            return
        if len(scores) > 2 or (len(scores) == 2 and random.random() < 0.6):
            scores = [self.make("Eltwise", scores, scores[0].dims)]
        for score in scores:
            self._loss(score)

    def _loss_in_place(self, value: Value) -> None:
        kind = self.random.choice(("Sigmoid", "ReLU", "TanH", "Dropout", "Scale"))
        weight = self.random.choice((1, 0.5, 2))
        self.add(kind, [value.name], [value.name], f"loss_weight: {weight}")
        self.open.remove(value)

    def _score(self, value: Value) -> Value:
        """A learned layer that makes two numbers for each of three items, whatever the shape."""
        if value.dims[0] != IMAGE[0] or len(value.dims) < 2:
            written = f"InnerProduct | inner_product_param {{ axis: 0 num_output: 6 {FILLER} }}"
            value = self.make(written, [value], (6,), is_learned=True)
            value = self.make("Reshape | reshape_param { shape { dim: 3 dim: 2 } }", [value], (3, 2))
        written = f"InnerProduct | inner_product_param {{ num_output: 2 {FILLER} }}"
        return self.make(written, [value], (3, 2), is_learned=True)

    def _loss(self, score: Value) -> None:
        random = self.random
        kind = random.choice(
            ("EuclideanLoss",) * 4
            + (
                "SoftmaxWithLoss",
                "SigmoidCrossEntropyLoss",
                "HingeLoss",
                "MultinomialLogisticLoss",
                "Reduction",
            )
            + ("ContrastiveLoss", "InfogainLoss")
        )
        dims = (3, 2) if kind in ("EuclideanLoss", "SigmoidCrossEntropyLoss", "ContrastiveLoss") else (3,)
        bottoms = [score]
        if kind == "Reduction":
            square = self.make("Power | power_param { power: 2 }", [score], score.dims)
            self.make("Reduction | loss_weight: 1", [square], ())
            return
        if kind == "MultinomialLogisticLoss":
            bottoms = [self.make("Softmax", [score], score.dims)]
        bottoms.append(self.source(dims, "value: 1"))
        if kind == "ContrastiveLoss":
            bottoms.append(self.source((3, 1), "value: 1"))
        if kind == "InfogainLoss":
            bottoms.append(self.source((1, 1, 2, 2), 'type: "uniform" min: 0.5 max: 1.5'))
        self.make(kind, bottoms, ())
