"""Blob shapes as far as they can be known, and the arithmetic on them."""

from collections.abc import Iterable

Dim = int | None
"""The size of an axis; None where it cannot be known from the file."""

Dims = tuple[Dim, ...]
"""The axes of a blob whose number is known, outermost first."""

Shape = Dims | None
"""The axes of a blob, outermost first; None where not even their number is known."""


def product(dims: Iterable[Dim]) -> Dim:
    """The number of elements over some axes; None if one of them is unknown."""
    total = 1
    for dim in dims:
        if dim is None:
            return None
        total *= dim
    return total


def is_empty(shape: Shape) -> bool:
    """Whether a blob is known to have no elements: one of its axes has size 0."""
    return shape is not None and 0 in shape


def to_int(value: int) -> int:
    """A dim of a prototxt (int64) as Caffe stores it: wrapped to 32 bits without a check."""
    return (value + 2**31) % 2**32 - 2**31


def may_equal(first: Shape, second: Shape) -> bool:
    """Whether two shapes can be the same, unknown parts being anything."""
    if first is None or second is None or first == second:
        return True
    return len(first) == len(second) and all(
        a == b or a is None or b is None for a, b in zip(first, second, strict=True)
    )


def merge(first: Shape, second: Shape) -> Shape:
    """What is known of a shape that is given twice; the two must be able to be equal."""
    if first is None or second is None or first == second:
        return second if first is None else first
    return tuple(b if a is None else a for a, b in zip(first, second, strict=True))


def show_shape(shape: Shape) -> str:
    """A shape as people write it: `10x3x?x224`; `scalar` for no axes, `?` if nothing is known."""
    if shape is None:
        return "?"
    return "x".join("?" if dim is None else str(dim) for dim in shape) or "scalar"
