"""What a broken file leaves unknown of its nets, so that one mistake is not reported as many."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from ..schema import SchemaProblem
from ..text import Field, List, Message, SyntaxProblem
from .model import Net


class Damage:
    """The broken places of a file."""

    def __init__(
        self,
        root: Message,
        syntax_problems: Sequence[SyntaxProblem],
        schema_problems: Sequence[SchemaProblem],
    ) -> None:
        self._is_partial = bool(syntax_problems)
        places = [problem.span.start for problem in schema_problems]
        # A syntax problem right where a layer begins is one of what should have ended before.
        self._places = [*places, *(max(problem.span.start - 1, 0) for problem in syntax_problems)]
        self._names = frozenset(name for place in places for name in _scalars(_field_at(root, place)))

    def mark(self, net: Net, layers: Sequence[Field]) -> None:
        """Note down what is not known of a net, given the layers of all states."""
        net.is_partial = self._is_partial
        net.broken_names = self._names
        damaged = set(self._layers_hit(sorted(layers, key=lambda layer: layer.start)))
        for layer in net.layers:
            layer.is_damaged = layer.span.start in damaged

    def _layers_hit(self, layers: list[Field]) -> Iterator[int]:
        for place in self._places:
            number = bisect_right(layers, place, key=lambda layer: layer.start)
            # Where a bracket is wrong, what stands behind a layer may be the rest of it.
            if number and (self._is_partial or place < layers[number - 1].end):
                yield layers[number - 1].start


def _field_at(root: Message, place: int) -> Field | None:
    """The field whose name or scalar stands at a place."""
    found, fields = None, root.fields
    while True:
        number = bisect_right(fields, place, key=lambda field: field.start)
        if number == 0 or place >= fields[number - 1].end:
            return found
        found = fields[number - 1]
        value = found.value
        if isinstance(value, str) or place < found.value_start:
            return found
        fields = value.fields if isinstance(value, Message) else value.items


def _scalars(field: Field | None) -> Iterator[str]:
    """The scalars of a field at any depth, without their quotes."""
    todo = [field] if field is not None else []
    for item in todo:
        if isinstance(item.value, str):
            yield item.value.strip("\"'")
        else:
            todo += item.value.items if isinstance(item.value, List) else item.value.fields
