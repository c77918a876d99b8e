"""Writes the layers of a random in-place net, and keeps what nothing reads yet."""

from math import prod
from random import Random
from typing import NamedTuple

from tests.layers.in_place_choices import FOLLOWERS_OF_POSITIVE

Dims = tuple[int, ...]

IMAGE: Dims = (3, 4, 4, 4)


class Value(NamedTuple):
    """What stands under a name at some point of the file."""

    name: str
    dims: Dims
    is_positive: bool = False
    is_learned: bool = True
    """Whether a gradient is wanted for it."""

    @property
    def is_thin(self) -> bool:
        """Whether a channel has so few values that BatchNorm makes them all zero, or plus and minus one."""
        return len(self.dims) < 2 or prod(self.dims) // self.dims[1] < 3


class Writer:
    """The text of one net as it grows."""

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
        self.is_short = False
        """Whether nothing more comes but a loss, since much would hide that values last."""
        self.has_loss = True

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

    def loses_gradient_to_flatten(self, value: Value) -> bool:
        """Whether a Flatten behind it stops all gradients, whatever is in place.

        FlattenLayer::Backward hands its bottom another gradient buffer; a layer that has shared the old one
        with its own bottom, or with a net inside it, goes on reading that.
        """
        producer = next(line for line in self.lines if f'top: "{value.name}"' in line)
        kinds = ["LSTM", "RNN", "Parameter", "Reshape"]
        if producer.count('bottom: "') == producer.count('top: "') == 1:
            kinds += ["Concat", "Slice"]
        return any(f'type: "{kind}"' in producer for kind in kinds)

    def source(self, dims: Dims, filler: str) -> Value:
        """A DummyData layer."""
        shape = " ".join(f"dim: {dim}" for dim in dims)
        settings = f"dummy_data_param {{ shape {{ {shape} }} data_filler {{ {filler} }} }}"
        value = self.make(f"DummyData | {settings}", [], dims, is_learned=False)
        self.open.remove(value)
        return value

    def choose(self, usual: tuple[str, ...], value: Value, images: tuple[str, ...]) -> str:
        random = self.random
        if value.is_positive and not self.is_tame and random.random() < 0.15:
            return random.choice(FOLLOWERS_OF_POSITIVE)
        if value.dims == IMAGE and not self.is_tame and random.random() < 0.2:
            return random.choice(images)
        is_thin = value.is_thin
        return random.choice(
            [written for written in usual if not (is_thin and written.startswith("BatchNorm"))]
        )

    def like(self, value: Value) -> Value:
        """Another value of the same shape: one that there is, or noise."""
        others = [other for other in self.open + self.read if other.dims == value.dims and other != value]
        others = [other for other in others if other.name != value.name]
        if others and self.random.random() < 0.8:
            return self.random.choice(others)
        return self.source(value.dims, 'type: "gaussian" std: 1')
