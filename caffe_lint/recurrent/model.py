"""What an unrolled recurrent net is made of: steps with their layers by role, and the cell they repeat."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from ..net import Blob, Layer, Use
from .layer_kinds import LEARNED


class Inner(NamedTuple):
    """A bottom that reads another layer of its step."""

    role: str
    top: int


class State(NamedTuple):
    """A bottom that reads what an earlier step made, `lag` steps ago."""

    role: str
    top: int
    lag: int


class Outside(NamedTuple):
    """A bottom that reads what is no part of the steps; `at` is the piece of a sequence, if it is cut there.

    Of what each step has its own, like an Input layer a step, `layer` is None.
    """

    layer: object
    at: int


Slot = Inner | State | Outside


class Node(NamedTuple):
    """A layer of the usual step: its role, and what each of its bottoms reads, in a canonical order."""

    role: str
    layer: Layer
    slots: tuple[Slot, ...]


def unnumbered(role: str) -> str:
    """What a role is named if it is the only one of its kind in a step."""
    return role.rstrip("_0123456789")


@dataclass(eq=False, repr=False)
class Step:
    """One time step.

    `layers` maps roles to layers, in run order. Of an LSTM, `c = f * c_before + i * g` and
    `h = o * tanh(c)`, they are `x_product` and `h_product` (layers with weights), `gate_sum`, `gate_slice`,
    `i_gate`, `f_gate`, `o_gate`, `g_gate` (activations), `forget` and `remember` (the two products), `cell`
    (their sum), `cell_tanh`, `hidden`. Whatever else a step has bears its type and a number.
    """

    number: int
    layers: dict[str, Layer]
    states: dict[str, Blob]
    """What the step makes: `h`, and `c` of an LSTM."""
    bottoms: dict[str, list[Use | None]] = field(default_factory=dict)
    """What stands in the slots of each role; None where nothing does."""
    reads: dict[str, list[Slot | None]] = field(default_factory=dict)
    """What these bottoms read."""
    extra: dict[str, Layer] = field(default_factory=dict)
    """Layers that other steps do not have, by the role of the layer that they stand behind."""
    absent: frozenset[str] = frozenset()
    """Roles that a first step may do without: it goes on from no state."""

    @property
    def cell(self) -> Blob | None:
        """The cell state as the step makes it, None if it has none."""
        return self.states.get("c")

    @property
    def hidden(self) -> Blob | None:
        """The output h of the step."""
        return self.states.get("h")

    @property
    def products(self) -> Iterator[tuple[str, Layer]]:
        """The layers that hold weights, by role."""
        return ((role, layer) for role, layer in self.layers.items() if layer.params or layer.type in LEARNED)


@dataclass(eq=False, repr=False)
class Unroll:
    """A recurrent cell that is written out as a chain of steps, first step first.

    `cell` is `lstm`, `lstm-unit` (with Caffe's LSTMUnit), `gru`, `rnn` or `recursive` (a block without an
    input of its own that is applied again and again).
    """

    steps: list[Step]
    cell: str = "lstm"
    pattern: dict[str, Node] = field(default_factory=dict)
    """The usual step, role by role from its output on; of a single step the step itself."""

    def layers_with(self, role: str) -> list[tuple[int, Layer]]:
        """The layers of one role with the numbers of their steps."""
        return self._layers_by_role.get(role, [])

    @cached_property
    def _layers_by_role(self) -> dict[str, list[tuple[int, Layer]]]:
        found: dict[str, list[tuple[int, Layer]]] = {}
        for step in self.steps:
            for role, layer in step.layers.items():
                found.setdefault(role, []).append((step.number, layer))
        return found

    @cached_property
    def hidden_size(self) -> int | None:
        """H by what the layers with weights of most steps put out; None if that is unknown."""
        roles = [role for role in self.pattern if role.endswith("_product")]
        for role in sorted(roles, key=lambda role: not role.endswith("h_product")):
            node = self.pattern[role]
            if node.layer.type not in LEARNED:
                continue
            outputs = [
                layer.block.block(LEARNED[layer.type]).integer("num_output")
                for _, layer in self.layers_with(role)
                if layer.type in LEARNED
            ]
            usual = max(set(outputs), key=outputs.count, default=0)
            gates = self.gates_in(role)
            return usual // gates if usual and usual % gates == 0 else None
        return None

    def gates_in(self, role: str) -> int:
        """How many gates a layer computes at once."""
        if self.cell == "lstm-unit":
            return 4
        cut = (node for node in self.pattern.values() if node.layer.type == "Slice")
        return next((len(node.layer.tops) for node in cut if role in self.roles_behind(node)), 1)

    def roles_behind(self, node: Node) -> set[str]:
        """The roles that a node reads within its step, and what these read."""
        found: set[str] = set()
        stack = [node]
        while stack:
            for slot in stack.pop().slots:
                if isinstance(slot, Inner) and slot.role not in found:
                    found.add(slot.role)
                    stack.append(self.pattern[slot.role])
        return found

    @cached_property
    def shared_params(self) -> list[str]:
        """The param names that every step uses, in the order of the first step."""
        used = [
            {param.name: None for layer in step.layers.values() for param in layer.params if param.name}
            for step in self.steps
        ]
        return [name for name in used[0] if all(name in names for names in used)]
