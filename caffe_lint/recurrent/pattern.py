"""The usual step of a chain, with a role for each layer: what the odd one is compared with."""

from collections import Counter
from collections.abc import Hashable, Iterable
from functools import cached_property
from itertools import islice

from ..net import Blob, Layer, Use
from .extent import SHARED, View, step_of_layers
from .layer_kinds import ACTIVATIONS, LEARNED, is_marked, is_product, is_scaled, is_sum, makes_pieces, names
from .links import Chain, Link, Places
from .model import Inner, Node, Outside, Slot, State

Pattern = dict[str, Node]

_ENOUGH_STEPS = 8
_FEW_STEPS = 3
_STATES = ("cell", "hidden", "unit")


class Usual:
    """What most steps of a chain are: the pattern, and the steps that are built just so."""

    def __init__(self, chain: Chain, places: Places) -> None:
        self.owners = step_of_layers(chain, places)
        links = chain.links[1:] if len(chain.links) > 1 else chain.links
        self.views = _views(links, self.owners, places)
        counts = Counter(view.signature for view in self.views.values())
        usual = max(counts, key=counts.__getitem__)
        best = [signature for signature, count in counts.items() if count == counts[usual]]
        if len(best) > 1:
            # Of steps that are equally many, those that read no more than c and h of the one before.
            usual = min(best, key=lambda signature: self._other_states(signature, places))
        self.alike = {number: view for number, view in self.views.items() if view.signature == usual}
        self.view = _with_usual_weights(self.alike.values())
        self.pattern = _pattern(self.view, places, self.owners)
        self._places = places

    def _other_states(self, signature: int, places: Places) -> int:
        """How often steps of a signature read something else of other steps than their states."""
        view = next(view for view in self.views.values() if view.signature == signature)
        slots = (slot for node in _pattern(view, places, self.owners).values() for slot in node.slots)
        makers = (use.blob.layer for uses in view.order.values() for use in uses if use.blob is not None)
        return sum(isinstance(slot, State) and slot.role not in _STATES for slot in slots) + sum(
            self.owners.get(maker, view.link.number) not in (SHARED, view.link.number) for maker in makers
        )

    @cached_property
    def direction(self) -> int:
        """1 if later steps read later pieces of a sequence, -1 if the steps run backwards in time."""
        first, last = min(self.alike), max(self.alike)
        pieces = [*zip(self._pieces(first), self._pieces(last), strict=True)]
        moved = [after - before for before, after in pieces if before != after]
        return -1 if first != last and moved and sum(move < 0 for move in moved) > len(moved) / 2 else 1

    def _pieces(self, number: int) -> list[int]:
        view = self.alike[number]
        return [
            outside(use.blob, self._places, self.owners).at
            for layer in view.layers
            for use in view.order[layer]
            if use.blob is not None and not view.holds(use.blob.layer) and use.blob.layer not in self._places
        ]

    def expected_piece(self, role: str, slot: int, step: int) -> int:
        """Which piece of a sequence a step reads, if it goes on as the usual one does."""
        usual = self.pattern[role].slots[slot]
        at = usual.at if isinstance(usual, Outside) else 0
        return at + self.direction * (step - self.view.link.number)


def _views(links: list[Link], owners: dict[Layer, int], places: Places) -> dict[int, View]:
    views: dict[int, View] = {}
    table: dict[Hashable, int] = {}
    last: View | None = None
    for link in links:
        view = views[link.number] = View(link, owners, places)
        if last is None or not view.follow(last):
            view.read(table)
            last = view
    return views


def _with_usual_weights(views: Iterable[View]) -> View:
    """Of some steps that are built alike, the first one with the weights that most of them have."""
    some = [*islice(views, _ENOUGH_STEPS)]
    used = [tuple(name for layer in view.layers for name in names(layer)) for view in some]
    most = Counter(used).most_common(1)[0][0]
    return some[used.index(most)]


def _pattern(view: View, places: Places, owners: dict[Layer, int]) -> Pattern:
    layers = view.layers
    roles = _roles(view.link, layers, view)
    return {
        roles[layer]: Node(
            roles[layer],
            layer,
            tuple(_slot(use, view, roles, places, owners) for use in view.order[layer]),
        )
        for layer in layers
    }


def _slot(use: Use, view: View, roles: dict[Layer, str], places: Places, owners: dict[Layer, int]) -> Slot:
    blob = use.blob
    if blob is None:
        return Outside(None, 0)
    layer = blob.layer
    if layer in roles:
        return Inner(roles[layer], blob.index)
    place = places.get(layer)
    if place is not None and place.link.chain is view.link.chain:
        return State(place.role_of(blob), blob.index, view.link.number - place.link.number)
    return outside(blob, places, owners)


def outside(blob: Blob, places: Places, owners: dict[Layer, int]) -> Outside:
    """What a bottom reads that is no part of the chain."""
    layer = blob.layer
    place = places.get(layer)
    if place is not None:
        return Outside((id(place.link.chain), place.role, blob.index), place.link.number)
    if makes_pieces(layer):
        return Outside(layer, blob.index)
    # A blob that only one step reads may be its piece of a sequence; that all steps read is one for all.
    is_for_all = owners.get(layer) == SHARED or _is_read_by_several(blob, owners)
    return Outside(blob if is_for_all else None, 0)


def _is_read_by_several(blob: Blob, owners: dict[Layer, int]) -> bool:
    """Whether several steps read a blob; what no step is known to read may belong to all.

    Two of many steps may read one blob because one of them reads that of the other by mistake.
    """
    readers = {owners.get(use.layer, SHARED) for use in blob.uses} - {SHARED}
    if not readers:
        return len(blob.uses) > 1
    last = next((step for step in reversed(owners.values()) if step != SHARED), 0)
    return len(readers) > (2 if last >= _FEW_STEPS else 1)


def _roles(link: Link, layers: list[Layer], view: View) -> dict[Layer, str]:
    """The names of the roles: those of the core, those of what leads to its gates, types and numbers."""
    held = set(layers)
    roles = {layer: role for role, layer in link.roles.items() if layer in held}
    # A damaged step may have no layer that is certain to make its output.
    roles.setdefault(link.root, "unit" if link.chain.kind == "lstm-unit" else "hidden")
    for layer in layers:
        if layer not in roles:
            role = _role(layer, roles, view)
            taken = set(roles.values())
            roles[layer] = (
                role
                if role not in taken
                else next(
                    name for number in range(2, len(layers) + 2) if (name := f"{role}_{number}") not in taken
                )
            )
    return roles


def _role(layer: Layer, roles: dict[Layer, str], view: View) -> str:
    """A name by what reads the layer, which has a role already, and by what it reads."""
    reader = next(roles[use.layer] for top in layer.tops for use in top.uses if use.layer in roles)
    gate = reader.removesuffix("_gate").removesuffix("_sum") if reader.endswith(("_gate", "_sum")) else ""
    if layer.type == "Slice":
        return "gate_slice"
    if view.link.chain.kind == "gru" and layer.type in ACTIVATIONS:
        return "r_gate"
    if view.link.chain.kind == "gru" and is_product(layer) and not is_marked(layer):
        return "reset"
    if is_sum(layer):
        return "gate_sum" if reader in ("gate_slice", "unit", "hidden") else f"{gate or 'inner'}_sum"
    if layer.type in LEARNED:
        prefix = f"{gate}_" if gate not in ("", "gate") else ""
        return f"{prefix}{'h' if _reads_state(layer, view) else 'x'}_product"
    if layer.type == "Scale":
        if is_scaled(layer):
            return "marked_f" if reader == "forget" else "marked_h"
        return f"{gate or reader}_peephole"
    return layer.type.lower()


def _reads_state(layer: Layer, view: View) -> bool:
    """Whether a product sees what an earlier step or this one made, and not the input alone."""
    stack, seen = [layer], {layer}
    while stack:
        for use in view.order.get(stack.pop(), ()):
            maker = use.blob.layer if use.blob is not None else None
            if maker is None or maker in seen:
                continue
            place = view.place(maker)
            if place is not None and place.link.chain is view.link.chain:
                return True
            if view.holds(maker):
                seen.add(maker)
                stack.append(maker)
    return False
