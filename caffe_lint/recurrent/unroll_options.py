"""What an unrolled net shall look like: the options of the generator, checked when made."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, prod
from typing import ClassVar, Literal, get_args

from .unroll_cell import GATES, Cell, Kind, Style, roles

LstmStyle = Literal["sequence", "netspec", "lstmunit", "lstm-layer"]
GruStyle = Literal["sequence", "netspec"]
RnnStyle = Literal["sequence", "netspec", "rnn-layer"]
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
class UnrollOptions:
    """Recurrent layers over T = `steps` time steps, B = `batch` sequences and H = `hidden` units.

    The input x has the shape [T, B, *input_shape]; with `bottom` it is a blob of an existing net, and so are
    `cont`, `static` and the initial states then. `cont` names the markers [T, B]: 0 where a sequence begins,
    else 1. `static` names an input [B, *static_shape] that the first layer reads in every step.

    `layers` are stacked, each reads the outputs of the one before. With `bidirectional` each has a second
    half that goes from the last step to the first; the outputs of both lie side by side, [T, B, 2H].

    Style `netspec` multiplies x by its weights step by step, `sequence` once over the whole sequence;
    `lstmunit` does so too and computes the cell by Caffe's LSTMUnit; `lstm-layer` and `rnn-layer` write
    Caffe's own layer, which goes on from the state of the last pass where `cont` does not reset it.

    Raises:
        ValueError: if Caffe could not build the net that is asked for.
    """

    KIND: ClassVar[Kind]
    STYLES: ClassVar[tuple[str, ...]]

    steps: int
    batch: int
    hidden: int
    input_shape: tuple[int, ...] = ()
    bottom: str | None = None
    style: Style = "sequence"
    layers: int = 1
    bidirectional: bool = False
    cont: str | None = None
    static: str | None = None
    static_shape: tuple[int, ...] = ()
    initial_state: InitialState = "zero"
    output: Output = "sequence"
    prefix: str = ""
    weight_prefix: str | None = None
    weight: Training = Training(1, 1, Filler("uniform", (("min", -0.05), ("max", 0.05))))
    bias: Training = Training(2, 0, Filler("constant", (("value", 0),)))

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "hidden", "layers"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.style not in self.STYLES:
            raise ValueError(
                f"style '{self.style}' is none of {self.KIND}'s: {', '.join(map(repr, self.STYLES))}"
            )
        self._check_input()
        self._check_static()
        self._check_sizes()
        self._check_cell()

    @property
    def has_static(self) -> bool:
        """Whether there is a static input."""
        return self.static is not None or bool(self.static_shape)

    @property
    def static_name(self) -> str:
        """The name of the static input."""
        return self.static or f"{self.prefix}x_static"

    @property
    def width(self) -> int:
        """How many outputs a layer has for each step of a sequence."""
        return self.hidden * (2 if self.bidirectional else 1)

    @property
    def parts(self) -> list[list[str]]:
        """What tells the names apart: for each layer, the beginnings for its one or two directions."""
        stack = [f"layer{number}/" for number in range(1, self.layers + 1)] if self.layers > 1 else [""]
        directions = ("forward/", "backward/") if self.bidirectional else ("",)
        return [[layer + direction for direction in directions] for layer in stack]

    def cell(self, part: str = "") -> Cell:
        """One direction of one layer, by the beginning of its names."""
        start = f"{self.prefix}{part}w_t0/" if self.weight_prefix is None else self.weight_prefix + part
        peepholes, forget_bias = self._extras
        has_static = self.has_static and part in self.parts[0]
        names = roles(self.KIND, static=has_static, peepholes=peepholes)
        return Cell(
            self.KIND,
            self.steps,
            self.batch,
            self.hidden,
            self.style,
            {role: (self.bias if is_bias else self.weight).named(start + role) for role, is_bias in names},
            self.weight.filler.fields,
            self.bias.filler.fields,
            peepholes,
            forget_bias,
            folder=f"{self.KIND}/",
        )

    @property
    def _extras(self) -> tuple[bool, float]:
        """Whether there are peepholes, and the additional bias of the forget gate."""
        return False, 0

    def notes(self) -> tuple[str, ...]:
        """What Caffe makes of these options otherwise than one might think."""
        return ()

    def _check_cell(self) -> None:
        """What only one kind of cell has to check."""

    def _check_input(self) -> None:
        if (self.bottom is None) == (not self.input_shape):
            raise ValueError("give either the input shape behind time and batch, or an existing bottom")
        if "" in (self.bottom, self.cont, self.static):
            raise ValueError("a blob needs a name, got ''")
        for name, shape, axes in (("input", self.input_shape, 2), ("static", self.static_shape, 1)):
            for dim in shape:
                if dim < 1:
                    raise ValueError(f"each dim of the {name} shape must be at least 1, got {dim}")
            if axes + len(shape) > MAX_AXES:
                raise ValueError(f"a blob has at most {MAX_AXES} axes, got {axes + len(shape)}")

    def _check_static(self) -> None:
        if self.bottom is not None and self.static_shape:
            raise ValueError("with an existing bottom the static input is an existing blob, give its name")
        if self.bottom is None and self.static is not None and not self.static_shape:
            raise ValueError("give the shape of the static input, which the net makes itself")

    def _check_sizes(self) -> None:
        sequence, gates = (self.steps, self.batch), GATES[self.KIND] * self.hidden
        shapes: Mapping[str, tuple[int, ...]] = {
            "the input": (*sequence, *self.input_shape),
            "the gates of the whole sequence": (*sequence, gates),
            "the output": (*sequence, self.width),
            "the weight of the input": (gates, *self.input_shape),
            "the weight of the static input": (gates, *self.static_shape),
            "the weight of the hidden state": (gates, self.width),
        }
        for name, shape in shapes.items():
            if prod(shape) > MAX_COUNT:
                count = f"{' x '.join(map(str, shape))} = {prod(shape)}"
                raise ValueError(f"{name}: {count} numbers, a blob holds at most {MAX_COUNT}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LstmOptions(UnrollOptions):
    """An LSTM: `peepholes` let the gates see the cell state, each unit its own, by weights of their own.

    `forget_bias` is added to the bias of the forget gates, as a constant: Caffe fills a bias with one
    value for all gates, so what is learned is the difference to it. A decay of the bias draws the sum
    towards `forget_bias`, not to 0.
    """

    KIND = "lstm"
    STYLES = get_args(LstmStyle)

    peepholes: bool = False
    forget_bias: float = 0

    def notes(self) -> tuple[str, ...]:
        """That peepholes do not learn from one sequence: scale_layer.cpp, Backward_cpu.

        A Scale with as many weights as inputs writes over the gradient of the steps that it shares them with.
        """
        if not self.peepholes or self.batch != 1:
            return ()
        return (
            "in a batch of 1 Caffe's Scale layer keeps the gradient of one step for all: the peepholes of "
            "this net compute the right outputs, but learn from batches of 2 and more only",
        )

    @property
    def _extras(self) -> tuple[bool, float]:
        return self.peepholes, self.forget_bias

    def _check_cell(self) -> None:
        if self.peepholes and self.style in ("lstmunit", "lstm-layer"):
            raise ValueError(f"style '{self.style}' has no peepholes, 'sequence' and 'netspec' have")
        if not isfinite(self.forget_bias):
            raise ValueError(f"the forget bias must be a finite number, got {self.forget_bias}")
        if self.forget_bias and self.style == "lstm-layer":
            raise ValueError(
                "Caffe's LSTM layer fills its bias with one value: no forget bias with 'lstm-layer'"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class GruOptions(UnrollOptions):
    """A GRU as Cho et al. (2014) write it: r works on h before the product, and z keeps the old state."""

    KIND = "gru"
    STYLES = get_args(GruStyle)


@dataclass(frozen=True, slots=True, kw_only=True)
class RnnOptions(UnrollOptions):
    """A simple recurrent net as Caffe's RNN layer computes it, with outputs o besides its states h."""

    KIND = "rnn"
    STYLES = get_args(RnnStyle)
