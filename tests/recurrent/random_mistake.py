"""What a planted mistake is, and what planting one needs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from tests.recurrent.random_draft import Cell, Draft
from tests.recurrent.random_style import Style
from tests.recurrent.random_text import Fields, Layer


@dataclass(frozen=True)
class Spot:
    """A step of a cell of a net, where a mistake may be planted."""

    random: Random
    draft: Draft
    cell: Cell
    step: int

    @property
    def style(self) -> Style:
        """How the cell is written."""
        assert self.cell.style
        return self.cell.style

    def find(self, *roles: str) -> list[Layer]:
        """The layers of the step in these roles."""
        return self.cell.find(self.step, *roles)

    def pick(self, *roles: str) -> Layer | None:
        """One of the layers of the step in these roles."""
        found = self.find(*roles)
        return self.random.choice(found) if found else None

    def everywhere(self, *roles: str) -> list[Layer]:
        """The layers of all steps in these roles."""
        return [layer for layer in self.cell.layers if layer.role.split(" ")[0] in roles]

    def before(self, states: list[str], count: int) -> str | None:
        """The state of so many steps ago; None where it would be older than the first step's."""
        return states[self.step - count] if self.step >= count and states else None


Plant = Callable[[Spot], list[Layer] | None]
"""Plants a mistake and gives the layers where it may be reported; None if it fits nowhere here."""


@dataclass(frozen=True)
class Mistake:
    """A kind of mistake: the codes that are right for it, where it fits, and how it is made."""

    name: str
    codes: frozenset[str]
    plant: Plant
    kinds: tuple[str, ...]
    least_steps: int
    """From how many steps on the others show what the odd one should be."""


def settings_of(layer: Layer) -> Fields:
    """The parameter block of a layer that has one."""
    (block,) = layer.settings.values()
    assert isinstance(block, dict)
    return block


def reread(layers: Iterable[Layer], old: str, new: str) -> list[Layer]:
    """Let layers read one blob instead of another; returns those that did read it."""
    found = [layer for layer in layers if old in layer.bottoms]
    for layer in found:
        layer.bottoms = [new if bottom == old else bottom for bottom in layer.bottoms]
    return found


def bypass(draft: Draft, layer: Layer) -> list[Layer]:
    """Take a layer of one top out; returns who now reads its first bottom, and who makes that."""
    at = draft.layers.index(layer)
    del draft.layers[at]
    for cell in draft.cells:
        cell.layers = [other for other in cell.layers if other is not layer]
    makers = [other for other in draft.layers[:at] if layer.bottoms[0] in other.tops]
    if layer.bottoms == layer.tops:
        readers = [other for other in draft.layers[at:] if layer.tops[0] in other.bottoms]
    else:
        later = draft.layers[at:]
        # Behind a layer that writes the blob anew, what it has written is read.
        last = next((n for n, other in enumerate(later, 1) if layer.tops[0] in other.tops), None)
        readers = reread(later[:last], layer.tops[0], layer.bottoms[0])
    return readers + makers[-1:]


def insert_after(spot: Spot, layer: Layer, kind: str, settings: Fields, *, is_in_place: bool) -> Layer:
    """Put a further layer behind one: in place, or between it and all its readers."""
    top, draft = layer.tops[0], spot.draft
    at = draft.layers.index(layer) + 1
    later = draft.layers[at:]
    new = top if is_in_place else draft.names.blob(spot.cell.name, "extra", spot.step)
    extra = draft.put(kind, [top], [new], settings)
    draft.layers.insert(at, draft.layers.pop())
    if not is_in_place:
        reread(later, top, new)
        for other in later:
            if new in other.bottoms:
                other.tops = [new if blob == top else blob for blob in other.tops]
    return extra
