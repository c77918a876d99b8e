"""What an unrolled LSTM shall look like: the options of the generator, checked when made."""

from dataclasses import dataclass
from math import prod
from typing import Literal

Style = Literal["netspec", "sequence"]
InitialState = Literal["zero", "input"]
Output = Literal["sequence", "last", "both"]

# Blob::Reshape (blob.cpp) counts in int; kMaxBlobAxes is in blob.hpp.
MAX_COUNT = 2**31 - 1
MAX_AXES = 32

# The fillers that can fill a matrix, and the numbers each of them reads (filler.hpp, GetFiller).
FILLER_NUMBERS = {
    "constant": ("value",),
    "uniform": ("min", "max"),
    "gaussian": ("mean", "std"),
    "positive_unitball": (),
    "xavier": (),
    "msra": (),
}


@dataclass(frozen=True, slots=True)
class Filler:
    """What fills a parameter before training: a filler type of Caffe and its numbers.

    Raises:
        ValueError: if Caffe has no such filler for a matrix, or that filler does not read such a number.
    """

    type: str
    numbers: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        if self.type not in FILLER_NUMBERS:
            raise ValueError(f"filler '{self.type}' must be one of {', '.join(FILLER_NUMBERS)}")
        allowed = FILLER_NUMBERS[self.type]
        for name, _ in self.numbers:
            if name not in allowed:
                raise ValueError(
                    f"filler '{self.type}' takes {' and '.join(allowed) or 'no number'}, got '{name}'"
                )
        numbers = dict(self.numbers)
        # The CHECKs of caffe_rng_uniform and caffe_rng_gaussian (math_functions.cpp), with Caffe's defaults.
        if self.type == "uniform" and not numbers.get("min", 0) <= numbers.get("max", 1):
            raise ValueError("filler 'uniform' must have a min (default 0) up to its max (default 1)")
        if self.type == "gaussian" and not numbers.get("std", 1) > 0:
            raise ValueError("filler 'gaussian' must have a std above 0")

    @classmethod
    def parse(cls, text: str) -> "Filler":
        """The filler that `uniform:min=-0.05,max=0.05` or `xavier` describes.

        Raises:
            ValueError: if the text does not read like that, or describes no filler.
        """
        filler_type, _, rest = text.partition(":")
        pairs = [pair.partition("=") for pair in rest.split(",")] if rest else []
        try:
            numbers = tuple((name, float(number)) for name, _, number in pairs)
        except ValueError as error:
            raise ValueError(f"filler '{text}' must read like uniform:min=-0.05,max=0.05") from error
        return cls(filler_type, numbers)

    @property
    def fields(self) -> dict[str, str | float]:
        """The fields of a FillerParameter."""
        return {"type": self.type, **dict(self.numbers)}


@dataclass(frozen=True, slots=True)
class Training:
    """How a parameter starts and learns: its filler and the multipliers of learning rate and decay."""

    lr_mult: float
    decay_mult: float
    filler: Filler

    def named(self, name: str) -> dict[str, str | float]:
        """The fields of a ParamSpec."""
        return {"name": name, "lr_mult": self.lr_mult, "decay_mult": self.decay_mult}


@dataclass(frozen=True, slots=True, kw_only=True)
class LstmOptions:
    """One LSTM over T = `steps` time steps, B = `batch` sequences and H = `hidden` units.

    The input x has the shape [T, B, *input_shape]; with `bottom` it is a blob of an existing net, and so are
    `cont` and the initial states then. `cont` names the markers [T, B]: 0 where a sequence begins, else 1.

    Style `netspec` multiplies x by its weights step by step, `sequence` once over the whole sequence.

    Raises:
        ValueError: if Caffe could not build the net that is asked for.
    """

    steps: int
    batch: int
    hidden: int
    input_shape: tuple[int, ...] = ()
    bottom: str | None = None
    style: Style = "sequence"
    cont: str | None = None
    initial_state: InitialState = "zero"
    output: Output = "sequence"
    prefix: str = ""
    weight_prefix: str | None = None
    weight: Training = Training(1, 1, Filler("uniform", (("min", -0.05), ("max", 0.05))))
    bias: Training = Training(2, 0, Filler("constant", (("value", 0),)))

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "hidden"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        self._check_input()
        self._check_sizes()

    @property
    def gates(self) -> int:
        """How many outputs the two products have: 4H, in the order i, f, o, g (lstm_layer.cpp)."""
        return 4 * self.hidden

    @property
    def weight_names(self) -> tuple[str, str, str]:
        """The shared parameters: W_xc [4H, D], b_c [4H] and W_hc [4H, H] of Caffe's LSTM layer."""
        start = f"{self.prefix}w_t0/" if self.weight_prefix is None else self.weight_prefix
        return f"{start}Mxw", f"{start}Mxb", f"{start}Mhw"

    def _check_input(self) -> None:
        if (self.bottom is None) == (not self.input_shape):
            raise ValueError("give either the input shape behind time and batch, or an existing bottom")
        if self.bottom == "" or self.cont == "":
            raise ValueError("a blob needs a name, got ''")
        for dim in self.input_shape:
            if dim < 1:
                raise ValueError(f"each dim of the input shape must be at least 1, got {dim}")
        if 2 + len(self.input_shape) > MAX_AXES:
            raise ValueError(f"a blob has at most {MAX_AXES} axes, got {2 + len(self.input_shape)}")

    def _check_sizes(self) -> None:
        sequence = (self.steps, self.batch)
        shapes = {
            "the input": (*sequence, *self.input_shape),
            "the gates of the whole sequence": (*sequence, self.gates),
            "the weight of the input": (self.gates, *self.input_shape),
            "the weight of the hidden state": (self.gates, self.hidden),
        }
        for name, shape in shapes.items():
            if prod(shape) > MAX_COUNT:
                count = f"{' x '.join(map(str, shape))} = {prod(shape)}"
                raise ValueError(f"{name} has {count} numbers, a blob holds at most {MAX_COUNT}")
