"""Layers of every type with a top of their own, for random in-place nets to write on."""

from collections.abc import Callable
from math import prod

from tests.layers.in_place_choices import FILLER, KEEPING_POSITIVE, POSITIVE, PRODUCERS, PRODUCERS_OF_IMAGES
from tests.layers.random_in_place_writer import IMAGE, Dims, Value, Writer


class Producers(Writer):
    """Adds a producer to the net."""

    def produce(self, value: Value) -> Value:
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
        written = self.choose(PRODUCERS, value, PRODUCERS_OF_IMAGES)
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
        other = self.like(value)
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
