"""How well layers play the roles of the usual step in a step that is built otherwise."""

from ..net import Blob, Layer, Use
from .extent import is_commutative
from .layer_kinds import ACTIVATIONS, LEARNED, behind, blob_count, is_sum, names, operation
from .links import Link, Places
from .model import Inner, Node, Outside, Slot, State
from .pattern import Pattern, outside

DEPTH = 5
"""How many layers deep it is looked at what plays a role: a gate may be a sum of sums of products."""

OURS, ALIKE, AKIN = 8, 4, 1
"""How alike two layers are: by the names of their weights, by what they do, and by their family."""

_INPUT_GATES = ("i_gate", "g_gate")
"""Gates that only the Sigmoid of the first tells apart."""


def score_of(pattern: Pattern, link: Link, places: Places, owners: dict[Layer, int]) -> int:
    """How well what makes the output of a step plays the part of the usual output."""
    scores, (root, node) = Scores(pattern, link, places, owners), next(iter(pattern.items()))
    roles = [slot.role for slot in node.slots if type(slot) is Inner]
    without = [scores.score(role, link.states["h"]) - 1 for role in roles]
    return max(scores.score(root, link.states["h"], DEPTH + 1), *without, 0)


class Scores:
    """What speaks for the layers of one step in the roles of a pattern; the more, the better they fit."""

    def __init__(self, pattern: Pattern, link: Link, places: Places, owners: dict[Layer, int]) -> None:
        self.pattern = pattern
        self.link = link
        self.places = places
        self.owners = owners
        self.shared = {
            slot.layer
            for node in pattern.values()
            for slot in node.slots
            if type(slot) is Outside and slot.layer
        }
        self._known: dict[tuple[str, Blob, int], int] = {}
        self._states_needed: dict[str, bool] = {}

    def score(self, role: str, blob: Blob | None, depth: int = DEPTH) -> int:
        """How well the layer that makes a blob plays a role, 0 if not at all."""
        if blob is None:
            return 0
        key = (role, blob, depth)
        if key not in self._known:
            self._known[key] = self._score(role, blob, depth)
        return self._known[key]

    def of_layer(self, node: Node, blob: Blob, depth: int) -> int:
        """How well the layer that makes a blob plays a role if no layer is missing or too much there."""
        layer = blob.layer
        score = likeness(node.layer, layer)
        if score and self.is_certain(node.role, layer):
            score += OURS
        if score and depth:
            for slot, use in zip(node.slots, self.paired(node, layer, depth - 1), strict=True):
                score += self.slot_score(slot, use, depth - 1)
        return score

    def paired(self, node: Node, layer: Layer, depth: int) -> list[Use | None]:
        """The bottom for each slot: by place, or of summands and factors the one that fits best."""
        uses: list[Use | None] = [*layer.bottoms[: len(node.slots)]]
        uses += [None] * (len(node.slots) - len(uses))
        if len(node.slots) < 2 or not (is_commutative(node.layer) or is_commutative(layer)):
            return uses
        is_first = self.link.number == 0
        ranked = sorted(
            (
                (-self.slot_score(slot, use, depth), is_first and self.needs_state(slot), at, place)
                for at, slot in enumerate(node.slots)
                for place, use in enumerate(layer.bottoms)
            ),
        )
        chosen: dict[int, int] = {}
        for _, _, at, place in ranked:
            if at not in chosen and place not in chosen.values():
                chosen[at] = place
        return [layer.bottoms[chosen[at]] if at in chosen else None for at in range(len(node.slots))]

    def slot_score(self, slot: Slot, use: Use | None, depth: int) -> int:
        """How well a bottom reads what is read in a slot."""
        return 0 if use is None or use.blob is None else self._blob_score(slot, use.blob, depth)

    def is_certain(self, role: str, layer: Layer) -> bool:
        """Whether the core of the step says that a layer has a role; of two gates alike it does not know."""
        core = self.link.roles if self.link.has_core else {}
        if core.get(role) is not layer:
            return False
        sigmoids = [core[name].type == "Sigmoid" for name in _INPUT_GATES if name in core]
        return role not in _INPUT_GATES or sum(sigmoids) == 1

    def needs_state(self, slot: Slot) -> bool:
        """Whether there is nothing to read in a slot without a state; of a sum one summand is enough."""
        if type(slot) is not Inner:
            return type(slot) is State
        if slot.role not in self._states_needed:
            node = self.pattern[slot.role]
            needs = (self.needs_state(each) for each in node.slots)
            self._states_needed[slot.role] = all(needs) if is_sum(node.layer) else any(needs)
        return self._states_needed[slot.role]

    def is_of_another(self, layer: Layer) -> bool:
        """Whether a layer is part of another step."""
        place = self.places.get(layer)
        return place is not None and place.link is not self.link

    def _score(self, role: str, blob: Blob, depth: int) -> int:
        node = self.pattern[role]
        place = self.places.get(blob.layer)
        if place is not None and place.link is not self.link:
            # What another step of the chain made in the same role is at least of the right kind.
            if place.link.chain is self.link.chain and place.role_of(blob) == role:
                return 2
            states = (self._state_score(slot, blob) for slot in node.slots if type(slot) is State)
            return max(states, default=1) - 1 if depth else 0
        if not blob.layer.bottoms or blob in self.shared:
            return 0
        score = self.of_layer(node, blob, depth)
        if likeness(node.layer, blob.layer) >= ALIKE:
            return score
        return max(score, self._nearby(node, blob, depth - 1))

    def _nearby(self, node: Node, blob: Blob, depth: int) -> int:
        """How well a role is played if a layer is missing here, or one is too many."""
        if depth < 1:
            return 0
        missing = (self._blob_score(slot, blob, depth) for slot in node.slots if not isinstance(slot, State))
        uses = blob.layer.bottoms if len(blob.layer.bottoms) == 1 else ()
        ours = (
            self.score(node.role, use.blob, depth)
            for use in uses
            if use.blob is not None
            if blob.layer.type not in LEARNED or likeness(node.layer, use.blob.layer) == OURS
        )
        is_expected = self.link.number == 0 and any(map(self.needs_state, node.slots))
        cost = 1 if is_expected else 2
        return max((*missing, *ours, cost)) - cost

    def _blob_score(self, slot: Slot, blob: Blob, depth: int) -> int:
        if type(slot) is Inner:
            score = self.score(slot.role, blob, depth)
            # Of pieces that fit alike, the one with the right number.
            return score and score + (len(blob.layer.tops) > 1 and blob.index == slot.top)
        if type(slot) is State:
            return self._state_score(slot, blob)
        assert type(slot) is Outside
        return self._outside_score(slot, blob)

    def _state_score(self, slot: State, blob: Blob) -> int:
        for each in behind(blob):
            place = self.places.get(each.layer)
            if place is not None and place.link.chain is self.link.chain:
                return 4 if place.role_of(each) == slot.role else 3
        is_start = self.link.number == 0 and blob.layer.type not in ("Slice", *LEARNED)
        is_start = is_start and blob.layer not in self.places
        return 1 if is_start else 0

    def _outside_score(self, slot: Outside, blob: Blob) -> int:
        place = self.places.get(blob.layer)
        if place is not None and place.link.chain is self.link.chain:
            return 0
        found = outside(blob, self.places, self.owners)
        if slot.layer is None:
            return 1 if found.layer is None else 0
        return 7 if found.layer == slot.layer else 0


def is_alike(usual: Layer, layer: Layer) -> bool:
    """Whether two layers do the same, whatever they read."""
    return _kind(usual) == _kind(layer)


def _kind(layer: Layer) -> tuple[str, str, int]:
    return layer.type, operation(layer), len(layer.bottoms)


def likeness(usual: Layer, layer: Layer) -> int:
    """How alike two layers are, 0 if not at all; products without names are if they have as many weights."""
    if usual.type == layer.type:
        mine, its = {*names(usual)}, {*names(layer)}
        if mine & its:
            return OURS
        if usual.type in LEARNED:
            return AKIN if (mine and its) or blob_count(usual) != blob_count(layer) else ALIKE
        return ALIKE if is_alike(usual, layer) else AKIN
    families = (ACTIVATIONS, LEARNED.keys(), ("Eltwise", "Scale"))
    return AKIN if any(usual.type in family and layer.type in family for family in families) else 0
