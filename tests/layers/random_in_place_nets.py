"""Small random nets with layers in place in all positions, about half of them harmless.

A net is grown layer by layer: learned layers at the bottom, then producers, chains in place, aliases and
siblings, and at last a learned layer on whatever nothing reads yet, and losses.
"""

from math import prod
from random import Random
from typing import NamedTuple

from caffe_lint.net import NetState
from caffe_lint.net.state import Phase
from tests.layers.in_place_choices import (
    COMMON_FOLLOWERS,
    FILLER,
    FOLLOWERS,
    FOLLOWERS_OF_EQUAL_VALUES,
    FOLLOWERS_OF_IMAGES,
    KEEPING_POSITIVE,
    POSITIVE,
)
from tests.layers.random_in_place_producers import Producers
from tests.layers.random_in_place_writer import IMAGE, Dims, Value


class RandomNet(NamedTuple):
    """A net, and the state in which it is meant to be judged."""

    text: str
    state: NetState


def random_net(seed: int) -> RandomNet:
    """The net of this number."""
    return _Grower(Random(f"in-place {seed}")).grow()


class _Grower(Producers):
    """Writes one net."""

    def grow(self) -> RandomNet:
        """All of it."""
        random = self.random
        phase: Phase = "TRAIN" if random.random() < 0.9 else "TEST"
        self.has_loss = random.random() < (0.92 if phase == "TRAIN" else 0.4)
        is_forced = self.has_loss and phase == "TRAIN" and random.random() < 0.04
        self._begin()
        if self.is_small and not self.is_short:
            self._step()
        for _ in range(0 if self.is_small or self.is_short else random.choice((1, 2, 2))):
            self._segment()
        self._end()
        beginning = "force_backward: true\n" if is_forced else ""
        return RandomNet(beginning + "\n".join(self.lines) + "\n", NetState(phase))

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
            self.is_short = True
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
            value = self.produce(value)
        for _ in range(self.random.choice((0, 1, 1))):
            value = self._in_place(value)
        if self.random.random() < 0.3:
            value = self._alias(value)
        self._in_place(value)

    def _last(self, value: Value) -> None:
        """Something in place on equal values, or nothing: BatchNorm, for one, would make them all zero."""
        if self.random.random() < (0.1 if self.is_tame else 0.5):
            kind, _, settings = self.random.choice(FOLLOWERS_OF_EQUAL_VALUES).partition(" | ")
            value = self._alias(value) if self.random.random() < 0.3 else value
            self.add(kind, [value.name], [value.name], settings)

    def _segment(self) -> None:
        """A producer, aliases and siblings around layers in place."""
        random = self.random
        value = random.choice(self.open)
        if random.random() < 0.75:
            value = self.produce(value)
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
        written = self.choose(COMMON_FOLLOWERS if is_common else FOLLOWERS, value, FOLLOWERS_OF_IMAGES)
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

    def _in_place_of_two(self, value: Value) -> Value:
        """Eltwise, Concat and others with a second bottom, in place on the first."""
        random = self.random
        choice = random.choice(("SUM", "PROD", "MAX", "stable", "Scale", "Bias", "Crop", "index"))
        if choice == "index":
            other = self.source(value.dims[:1], "value: 0")
        elif choice in ("Scale", "Bias"):
            other = self.source(value.dims[:2], 'type: "gaussian" std: 1')
        else:
            other = self.like(value)
        kinds = {"Scale": "Scale", "Bias": "Bias", "Crop": "Crop", "index": "BatchReindex"}
        settings = {
            "SUM": "eltwise_param { operation: SUM coeff: 1 coeff: -2 }",
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

    def _alias(self, value: Value) -> Value:
        """A layer whose top shares the memory of the value, and perhaps a sibling that reads it as well."""
        random = self.random
        sibling = (
            "none" if self.is_tame else random.choice(("none", "none", "none", "before", "before", "after"))
        )
        if sibling == "before":
            self._sibling(value)
        size = prod(value.dims[1:])
        is_cut = self.loses_gradient_to_flatten(value)
        written, dims = random.choice(
            (
                ("Reshape | reshape_param { shape { dim: 0 dim: -1 } }", (value.dims[0], size)),
                (
                    "Reshape | reshape_param { shape { dim: 0 dim: 0 dim: -1 } }",
                    (*value.dims[:2], prod(value.dims[2:])),
                ),
                ("Split" if is_cut else "Flatten", value.dims if is_cut else (value.dims[0], size)),
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
        if random.random() < 0.06 and not self.is_short:
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
