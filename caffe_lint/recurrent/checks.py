"""All that can be wrong in an unrolled net, each mistake once."""

from collections.abc import Callable, Iterator, Sequence, Set

from ..layers import Shape
from ..net import Blob, Layer
from ..text import Span
from .activations import wrong_activations
from .axes import axes_against_time
from .continuation import half_resets
from .defect import Defect, Kind, Look
from .gates import gate_orders, uneven_gates
from .initial import wrong_initial_states
from .model import Unroll
from .outline import odd_steps
from .outputs import wrong_outputs
from .weights import uneven_multipliers, unshared_weights
from .wiring import overwritten_cells, wrong_pieces, wrong_states

_CHECKS = (
    unshared_weights,
    uneven_multipliers,
    overwritten_cells,
    uneven_gates,
    gate_orders,
    wrong_activations,
    axes_against_time,
    wrong_states,
    wrong_pieces,
    odd_steps,
    wrong_initial_states,
    wrong_outputs,
    half_resets,
)


ShapeOf = Callable[[Blob | None], Shape]
"""The shape of a blob, None if nothing is known of it."""


def find_defects(
    unrolls: Sequence[Unroll], shapes: Callable[[Set[Layer]], ShapeOf] = lambda _: lambda _: None
) -> Iterator[Defect]:
    """Everything that is wrong in the unrolled nets of a net.

    Args:
        unrolls: all of them: which weights belong to which cell shows by the others.
        shapes: the shapes of blobs, if nothing is known of what stands behind some layers.
    """
    params = [_params(unroll) for unroll in unrolls]
    resized: set[Layer] = set()
    told: dict[tuple[Kind, Span], Unroll] = {}
    shape: ShapeOf | None = None
    # A cell that reads another one ends behind it.
    for unroll in sorted(unrolls, key=_end):
        if len(unroll.steps) < 2:
            continue
        mine = next(names for names, each in zip(params, unrolls, strict=True) if each is unroll)
        foreign = frozenset().union(*(names for names in params if names is not mine))
        layers = frozenset(
            layer
            for other in unrolls
            if other is not unroll
            for step in other.steps
            for layer in step.layers.values()
        )
        shape = shape or shapes(resized)
        look = Look(unroll, shape, foreign, layers)
        for check in _CHECKS:
            for defect in check(look):
                # Two directions may be joined in one place.
                if told.setdefault((defect.kind, defect.span), unroll) is not unroll:
                    continue
                yield defect
                if not resized.issuperset(defect.resizes):
                    # The next cell may read what this one makes, which is no measure for it.
                    resized.update(defect.resizes)
                    shape = None


def _end(unroll: Unroll) -> int:
    return max(layer.index for layer in unroll.steps[-1].layers.values())


def _params(unroll: Unroll) -> frozenset[str]:
    """The names of params that most steps of a cell use."""
    counts: dict[str, int] = {}
    for step in unroll.steps:
        for name in {param.name for layer in step.layers.values() for param in layer.params if param.name}:
            counts[name] = counts.get(name, 0) + 1
    return frozenset(name for name, count in counts.items() if 2 * count > len(unroll.steps))
