"""What a real Caffe answers: verdicts on nets, and the numbers they compute."""

import math
from array import array
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from sys import byteorder
from typing import Literal, NamedTuple, Required, TypedDict

Shape = tuple[int, ...]

#: `fatal`: a CHECK or LOG(FATAL) of Caffe; `exception`: a Python one; `signal`: a crash; then the two limits.
Status = Literal["ok", "fatal", "exception", "signal", "timeout", "memory"]

Packed = tuple[list[int], str]
Measured = tuple[float, float] | None


class LayerReply(TypedDict):
    """A layer as the worker describes it."""

    name: str
    type: str
    bottoms: list[str]
    tops: list[str]


class Reply(TypedDict, total=False):
    """A line of the worker: how it ended, and what it found before."""

    status: Required[Status]
    error: Required[str]
    built: Required[bool]
    text_format_errors: Required[list[str]]
    progress: list[tuple[str, str]]

    layers: list[LayerReply]
    blobs: dict[str, list[int]]
    params: dict[str, list[list[int]]]
    inputs: list[str]
    outputs: list[str]
    loss: dict[str, float]
    needs_backward: list[str]

    losses: list[float]
    data: dict[str, Packed]
    diffs: dict[str, Packed]
    gradients: list[tuple[str, int, Packed]]

    reference_losses: list[float]
    data_differences: dict[str, Measured]
    diff_differences: dict[str, Measured]
    gradient_differences: list[tuple[str, int, Measured]]

    slopes: list[tuple[str, int, float, float]]

    model: str

    log: str
    moves: list[tuple[str, int, Measured]]


@dataclass(frozen=True, slots=True)
class Answer:
    """How a question ended.

    `built` tells whether the net (of a solver: all its nets) was constructed, which is what Caffe says of a
    prototxt; `status` may be bad even so, because something failed later. `error` is Caffe's own line,
    `insert_splits.cpp:29] Unknown bottom blob …`, or the name of a signal, or a Python exception.
    `text_format_errors` are protobuf's lines on why the text does not parse.
    """

    status: Status
    error: str
    built: bool
    text_format_errors: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether all that was asked for was done."""
        return self.status == "ok"


def ending(reply: Reply) -> tuple[Status, str, bool, tuple[str, ...]]:
    """The part of a reply that every `Answer` begins with."""
    return reply["status"], reply["error"], reply["built"], tuple(reply["text_format_errors"])


class BuiltLayer(NamedTuple):
    """A layer of the net that Caffe built, implicit splits included."""

    name: str
    type: str
    bottoms: tuple[str, ...]
    tops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict(Answer):
    """What Caffe says of a net: whether it builds, and what it built (empty if it did not).

    `blobs` are the shapes after set-up; `params` are keyed by layer name, and of two layers of one name the
    later counts; `outputs` come in Caffe's order; `loss` holds the weights that are not zero. `unfinished` is
    the layer that Caffe was making when it gave the net up, if it had come so far.
    """

    layers: tuple[BuiltLayer, ...]
    blobs: Mapping[str, Shape]
    params: Mapping[str, tuple[Shape, ...]]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    loss: Mapping[str, float]
    needs_backward: tuple[str, ...]
    unfinished: str | None

    @property
    def accepted(self) -> bool:
        """Whether Caffe built the net; names that are not UTF-8 then leave its description empty."""
        return self.built

    @classmethod
    def of(cls, reply: Reply) -> "Verdict":
        """From the worker's line."""
        params = reply.get("params", {})
        return cls(
            *ending(reply),
            layers=tuple(
                BuiltLayer(layer["name"], layer["type"], tuple(layer["bottoms"]), tuple(layer["tops"]))
                for layer in reply.get("layers", [])
            ),
            blobs={name: tuple(shape) for name, shape in reply.get("blobs", {}).items()},
            params={name: tuple(tuple(shape) for shape in shapes) for name, shapes in params.items()},
            inputs=tuple(reply.get("inputs", [])),
            outputs=tuple(reply.get("outputs", [])),
            loss=reply.get("loss", {}),
            needs_backward=tuple(reply.get("needs_backward", [])),
            unfinished=_unfinished(reply.get("progress", [])),
        )


def _unfinished(progress: Iterable[tuple[str, str]]) -> str | None:
    """The layer that Net::Init was making when its log ended, not one inside a recurrent layer.

    Args:
        progress: the beginnings of its lines on nets and layers that are begun and done, with their rests.
    """
    making: list[str | None] = []  # an entry for each net that is not done, the outermost first
    for event, name in progress:
        if event.startswith("Initializing"):
            making.append(None)
        elif making and event.startswith("Creating"):
            making[-1] = name
        elif making:
            making.pop()
    return making[0] if making else None


@dataclass(frozen=True, slots=True, order=True)
class Param:
    """Names a parameter that owns its values: its layer and its index there."""

    layer: str
    index: int


@dataclass(frozen=True, slots=True)
class Values:
    """The float32 values of a blob in row-major order."""

    shape: Shape
    floats: "array[float]"

    @classmethod
    def of(cls, packed: Packed) -> "Values":
        """From the worker's form: little-endian, in base64."""
        floats = array("f", b64decode(packed[1]))
        if byteorder == "big":
            floats.byteswap()
        return cls(tuple(packed[0]), floats)


@dataclass(frozen=True, slots=True)
class Run(Answer):
    """What a net computed: the loss of each pass, then values and gradients after the last one."""

    losses: tuple[float, ...]
    data: Mapping[str, Values]
    diffs: Mapping[str, Values]
    gradients: Mapping[Param, Values]

    @classmethod
    def of(cls, reply: Reply) -> "Run":
        """From the worker's line."""
        gradients = reply.get("gradients", [])
        return cls(
            *ending(reply),
            losses=tuple(reply.get("losses", [])),
            data={name: Values.of(packed) for name, packed in reply.get("data", {}).items()},
            diffs={name: Values.of(packed) for name, packed in reply.get("diffs", {}).items()},
            gradients={Param(layer, index): Values.of(packed) for layer, index, packed in gradients},
        )


@dataclass(frozen=True, slots=True)
class Model(Answer):
    """The bytes of the .caffemodel that Caffe wrote of a net."""

    data: bytes

    @classmethod
    def of(cls, reply: Reply) -> "Model":
        """From the worker's line."""
        return cls(*ending(reply), data=b64decode(reply.get("model", "")))


class Difference(NamedTuple):
    """How far values are from their reference: the largest distance, beside the largest reference value.

    Both are infinite if the numbers of elements differ, and NaN if a value is.
    """

    distance: float
    scale: float

    @classmethod
    def of(cls, measured: Measured) -> "Difference":
        """From the worker's form."""
        return cls(*measured) if measured else cls(math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Comparison(Answer):
    """How far a net's numbers are from those of its reference; parameters carry the net's own names."""

    losses: tuple[float, ...]
    reference_losses: tuple[float, ...]
    data: Mapping[str, Difference]
    diffs: Mapping[str, Difference]
    gradients: Mapping[Param, Difference]

    @classmethod
    def of(cls, reply: Reply) -> "Comparison":
        """From the worker's line."""
        gradients = reply.get("gradient_differences", [])
        return cls(
            *ending(reply),
            losses=tuple(reply.get("losses", [])),
            reference_losses=tuple(reply.get("reference_losses", [])),
            data={name: Difference.of(found) for name, found in reply.get("data_differences", {}).items()},
            diffs={name: Difference.of(found) for name, found in reply.get("diff_differences", {}).items()},
            gradients={Param(layer, index): Difference.of(found) for layer, index, found in gradients},
        )


class Slope(NamedTuple):
    """The slope of the loss along a random direction of a parameter: by Backward, and by two Forwards."""

    backward: float
    forward: float


@dataclass(frozen=True, slots=True)
class Slopes(Answer):
    """Whether Backward computes the gradient of what Forward computes, parameter by parameter."""

    slopes: Mapping[Param, Slope]

    @classmethod
    def of(cls, reply: Reply) -> "Slopes":
        """From the worker's line."""
        found = reply.get("slopes", [])
        slopes = {Param(layer, index): Slope(backward, forward) for layer, index, backward, forward in found}
        return cls(*ending(reply), slopes=slopes)
