"""Defects of unrolled nets, and what the checks that find them have in common."""

from collections.abc import Callable, Hashable, Iterable
from typing import Literal, NamedTuple, TypeVar

from ..layers import Shape
from ..net import Blob, Layer, Use
from ..text import Span
from .model import Unroll

Kind = Literal[
    "unshared-weights",
    "cell-state-overwritten",
    "uneven-gates",
    "axis-against-time",
    "gate-activation",
    "state-wiring",
    "gate-order",
    "initial-state",
    "step-out-of-line",
    "left-out-step",
    "continuation",
    "shared-across-cells",
    "uneven-multipliers",
]
"""The name of the rule that reports the defect."""

T = TypeVar("T", bound=Hashable)


class Place(NamedTuple):
    """A place that belongs to a defect, with a sentence for the places behind the first."""

    message: str
    span: Span


class ParamName(NamedTuple):
    """The name that a `param { }` entry of a layer should have: that of its copies in the other steps."""

    layer: Layer
    number: int
    name: str


class Overwriting(NamedTuple):
    """A blob that an in-place layer makes, and a reader for which the overwritten value is meant."""

    blob: Blob
    reader: Use


class Defect(NamedTuple):
    """One mistake, in one step or in the same way in several."""

    kind: Kind
    message: str
    span: Span
    notes: tuple[Place, ...] = ()
    resizes: tuple[Layer, ...] = ()
    """Layers whose output has another size because of it: what does not fit behind them is no mistake."""
    remedy: "ParamName | tuple[Overwriting, ...]" = ()
    """What would put it right, where that is certain."""


class Look(NamedTuple):
    """An unrolled net with what its checks need to know beside it."""

    unroll: Unroll
    shape: Callable[[Blob | None], Shape]
    """The shape of a blob, None if nothing is known of it."""
    foreign_params: frozenset[str] = frozenset()
    """The names of the params of other unrolled nets."""
    foreign_layers: frozenset[Layer] = frozenset()
    """The layers of their steps."""


def usual(values: Iterable[T]) -> T:
    """The most frequent value; among equals the one that comes first."""
    counts: dict[T, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return max(counts, key=counts.__getitem__)


def in_steps(numbers: list[int], unroll: Unroll) -> str:
    """`in step 7`, `in 3 of 100 steps` or `in all 100 steps`."""
    total = len(unroll.steps)
    if len(numbers) == 1:
        return f"in step {numbers[0]}"
    return f"in all {total} steps" if len(numbers) == total else f"in {len(numbers)} of {total} steps"


def others(sharers: int, steps: int) -> str:
    """`the other 5 steps`, `5 other steps` or `the step before`."""
    if steps == 2:
        return "the step before"
    return f"the other {sharers} steps" if sharers == steps - 1 else f"{sharers} other steps"


def repeated(places: Iterable[tuple[int, Span]]) -> tuple[Place, ...]:
    """Notes for the other steps in which the same is wrong."""
    return tuple(Place(f"the same in step {number}", span) for number, span in places)
