"""What the layer table says about a layer type, and what one layer of it is given at setup.

A record mirrors one layer class of Caffe: `Layer::SetUp` (layer.hpp) checks the number of blobs, then
`LayerSetUp` and `Reshape` of the class check parameters and shapes and size the tops and the params.
"""

from collections.abc import Callable
from typing import NamedTuple

from ..schema import Block
from ..text import Span
from .shape import Dim, Shape, show_shape, to_int


class Count(NamedTuple):
    """How many blobs a layer takes or produces; `most` is None where there is no upper limit."""

    least: int
    most: int | None

    def allows(self, number: int) -> bool:
        """Whether `number` blobs are accepted."""
        return self.least <= number and (self.most is None or number <= self.most)

    def __str__(self) -> str:
        if self.least == self.most:
            return f"exactly {self.least}"
        if self.most is None:
            return f"at least {self.least}"
        return f"{self.least} to {self.most}"


def exactly(number: int) -> Count:
    """ExactNumBottomBlobs or ExactNumTopBlobs of a layer class."""
    return Count(number, number)


def at_least(number: int) -> Count:
    """MinBottomBlobs or MinTopBlobs of a layer class that sets no maximum."""
    return Count(number, None)


def between(least: int, most: int) -> Count:
    """Minimum and maximum number of blobs of a layer class."""
    return Count(least, most)


class Setup(NamedTuple):
    """What a layer is set up with: its typed parameters and the shapes of its bottoms."""

    block: Block
    """The whole LayerParameter, as it is after Caffe's upgrades."""
    param: Block
    """The layer type's own block (`convolution_param`, …), with Caffe's defaults where it is absent."""
    bottoms: tuple[Shape, ...]
    top_count: int
    """The number of tops, those that Caffe adds by itself (AutoTopBlobs) included."""

    def size(self, field: str) -> int:
        """A uint32 parameter as Caffe's `int` holds it, negative from 2^31 on."""
        return to_int(self.param.integer(field))

    def show(self, bottom: int) -> str:
        """A bottom as messages speak of it: `'conv1' (10x20x24x24)`."""
        return f"{self.name(bottom)} ({show_shape(self.bottoms[bottom])})"

    def name(self, bottom: int) -> str:
        """The quoted name of a bottom."""
        return f"'{self.block.strings('bottom')[bottom]}'"


class Outcome(NamedTuple):
    """What Caffe makes of a layer: the shapes of its tops and of its learned blobs, in order."""

    tops: tuple[Shape, ...]
    params: tuple[Shape, ...] | None = ()
    """None where not even their number is known."""
    macs: Dim = 0
    """Multiply-accumulates of the layer's matrix products in one forward pass of a single item.

    Axis 0 of a blob counts the items (for recurrent layers: the time steps). Biases, and whatever a layer
    does element by element, do not count, as in Netscope's figures for convolutions and inner products.
    """


def nothing_known(setup: Setup) -> Outcome:
    """The outcome of a layer that may make and learn anything."""
    return Outcome((None,) * setup.top_count, None, None)


class RejectedError(Exception):
    """A CHECK in the layer's LayerSetUp or Reshape fails: real Caffe aborts.

    Attributes:
        rule: the name of the rule whose kind of mistake this is.
        message: what is wrong, with the arithmetic.
        span: the field to blame; None for the layer as a whole.
        bottom: the index of the bottom that does not fit, if one is to blame.
        caffe: a fragment of what Caffe prints.
        spelling: a name that the field says, and the one that it was probably meant to say.
    """

    def __init__(
        self,
        rule: str,
        message: str,
        *,
        caffe: str,
        span: Span | None = None,
        bottom: int | None = None,
        spelling: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.caffe = caffe
        self.span = span
        self.bottom = bottom
        self.spelling = spelling


def missing_size(setup: Setup, field: str, caffe: str) -> RejectedError:
    """A size without a default that is absent or 0."""
    is_given = setup.param.has(field)
    message = f"'{field}' must be more than 0" if is_given else f"'{field}' must be given, it has no default"
    return RejectedError("missing-size", message, caffe=caffe, span=setup.param.span(field))


SetupFunction = Callable[[Setup], Outcome]


class LayerType(NamedTuple):
    """One row of the layer table."""

    name: str
    setup: SetupFunction
    param: str | None = None
    """The field of LayerParameter that holds the type's own parameters."""
    bottoms: Count = exactly(1)
    tops: Count = exactly(1)
    equal_blobs: bool = False
    """EqualNumBottomTopBlobs: one top for each bottom."""
    automatic_tops: bool = False
    """AutoTopBlobs: Caffe adds the tops that are missing up to the minimum."""
    loss: bool = False
    """A loss layer: its first top has loss weight 1 where none is given (loss_layer.cpp, LayerSetUp)."""
    repos: tuple[str, ...] = ()
    """The repositories whose Caffe has this record; empty for a type that is alike wherever it is known."""
    fork_fields: tuple[str, ...] = ()
    """For a type of BVLC's that a fork changed: the fields of its own block which only forks have, and which
    the record takes into account."""

    @property
    def is_counted_only(self) -> bool:
        """Whether no more is known of the type than how many blobs it takes, in one version of one fork."""
        return self.setup is nothing_known
