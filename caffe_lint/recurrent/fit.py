"""Lays the usual step over another one: which layer plays which role, and what is too much or missing."""

from collections.abc import Iterator

from ..net import Blob, Layer, Use
from .extent import View, is_commutative
from .layer_kinds import ACTIVATIONS, LEARNED, behind, blob_count, is_sum, names, operation
from .links import Link, Places
from .model import Inner, Node, Outside, Slot, State
from .pattern import Pattern, outside

_DEPTH = 5
"""How many layers deep it is looked at what plays a role: a gate may be a sum of sums of products."""
_OURS, _ALIKE, _AKIN = 8, 4, 1
_INPUT_GATES = ("i_gate", "g_gate")
"""Gates that only the Sigmoid of the first tells apart."""


class Fit:
    """The roles of one step; `bottoms` are what stands in the slots of each role.

    `extra` are layers that the pattern lacks, by the role that they stand behind; `absent` are roles that a
    first step may lack, because it goes on from no state.
    """

    def __init__(self) -> None:
        self.layers: dict[str, Layer] = {}
        self.bottoms: dict[str, list[Use | None]] = {}
        self.extra: dict[str, Layer] = {}
        self.absent: set[str] = set()


def fit_alike(pattern: Pattern, view: View) -> Fit:
    """The fit of a step that is built just like the usual one."""
    fit = Fit()
    fit.layers = dict(zip(pattern, view.layers, strict=True))
    fit.bottoms = {role: [*view.order[layer]] for role, layer in fit.layers.items()}
    return fit


def score_of(pattern: Pattern, link: Link, places: Places, owners: dict[Layer, int]) -> int:
    """How well what makes the output of a step plays the part of the usual output."""
    fitter, (root, node) = _Fitter(pattern, link, places, owners), next(iter(pattern.items()))
    roles = [slot.role for slot in node.slots if type(slot) is Inner]
    without = [fitter.score(role, link.states["h"]) - 1 for role in roles]
    return max(fitter.score(root, link.states["h"], _DEPTH + 1), *without, 0)


def fit_tolerant(pattern: Pattern, link: Link, places: Places, owners: dict[Layer, int]) -> Fit:
    """The fit of a step that differs somewhere, or is the first one."""
    fitter = _Fitter(pattern, link, places, owners)
    root = next(iter(pattern))
    fitter.assign(root, link.states["h"])
    if "cell" in pattern and "c" in link.states:
        fitter.assign("cell", link.states["c"])
    fitter.assign_doubtful()
    if link.number == 0:
        fitter.forgive_less()
        if link.chain.kind == "recursive":
            fitter.forgive_what_follows_last()
    fitter.fit.absent -= fitter.fit.layers.keys()
    return fitter.fit


class _Fitter:
    def __init__(self, pattern: Pattern, link: Link, places: Places, owners: dict[Layer, int]) -> None:
        self.pattern = pattern
        self.link = link
        self.places = places
        self.owners = owners
        self.fit = Fit()
        self._scores: dict[tuple[str, Blob, int], int] = {}
        self._doubtful: list[tuple[str, Blob]] = []
        self._shared = {
            slot.layer
            for node in pattern.values()
            for slot in node.slots
            if type(slot) is Outside and slot.layer
        }

    def assign(self, role: str, blob: Blob | None) -> None:
        """Give a role to the layer that makes a blob, or find out which layer is missing or too many."""
        if blob is None or role in self.fit.layers:
            return
        layer, node = blob.layer, self.pattern[role]
        if self._is_of_another(layer) or not layer.bottoms or blob in self._shared:
            self._without(node, None)
            return
        _, extra, instead = self._choice(node, blob)
        is_free = layer not in self.fit.layers.values()
        if is_free and extra is None and instead is None and _likeness(node.layer, layer) >= _ALIKE:
            self._take(node, layer)
        elif (role, blob) not in self._doubtful:
            self._doubtful.append((role, blob))

    def assign_doubtful(self) -> None:
        """Decide what was left open until everything that is certain had its role."""
        for role, blob in self._doubtful:  # grows on the way
            if role not in self.fit.layers:
                self._decide(role, blob)

    def _decide(self, role: str, blob: Blob) -> None:
        layer, node = blob.layer, self.pattern[role]
        if layer in self.fit.layers.values():
            self._without(node, None)
            return
        best, extra, instead = self._choice(node, blob)
        if not best and self.link.number == 0 and any(type(slot) is State for slot in node.slots):
            # What a first step reads here is its initial state, whatever makes it.
            self._without(node, None)
        elif extra is not None:
            self.fit.extra[role] = layer
            self.assign(role, extra.blob)
        elif instead is not None:
            self._without(node, instead)
            self.assign(instead.role, blob)
        elif not best and (rest := self._rest_without_state(node)) is not None:
            self._without(node, rest)
            self.assign(rest.role, blob)
        elif best or len(layer.bottoms) == len(node.slots):
            self._take(node, layer)
        else:
            self._without(node, None)

    def _rest_without_state(self, node: Node) -> Inner | None:
        """Of what a first step adds up, what is left where it has no state."""
        if self.link.number or not is_sum(node.layer) or not any(map(self._needs_state, node.slots)):
            return None
        rest = [slot for slot in node.slots if not self._needs_state(slot)]
        return rest[0] if len(rest) == 1 and type(rest[0]) is Inner else None

    def _choice(self, node: Node, blob: Blob) -> tuple[int, Use | None, Inner | None]:
        """How well a layer plays a role, or which bottom of it or slot of the role fits better."""
        layer = blob.layer
        best = self._score_itself(node, blob, _DEPTH)
        extra, instead = None, None
        if self._is_certain(node.role, layer):
            return best, None, None
        if self._rest_without_state(node) is not None and not self._adds_state(node, layer):
            best = 0
        for use in layer.bottoms[:2]:
            if (
                self._may_be_behind(node, layer, use)
                and (score := self.score(node.role, use.blob) - 1) > best
            ):
                best, extra = score, use
        likeness = _likeness(node.layer, layer)
        # A first step rather lacks what serves a state than what reads its input.
        slots = sorted(node.slots, key=self._needs_state)
        lacks_state = self.link.number == 0 and any(map(self._needs_state, slots))
        for slot in slots:
            if type(slot) is not Inner:
                continue
            is_without = lacks_state and not self._needs_state(slot)
            if is_without or _likeness(self.pattern[slot.role].layer, layer) >= likeness:
                score = self.score(slot.role, blob) - 1
                if score > best:
                    best, extra, instead = score, None, slot
        return best, extra, instead

    def _adds_state(self, node: Node, layer: Layer) -> bool:
        """Whether there is something in a first step for each summand that serves a state."""
        uses = self._paired(node, layer, _DEPTH)
        return all(
            self._slot_score(slot, use, _DEPTH - 1)
            for slot, use in zip(node.slots, uses, strict=True)
            if type(slot) is Inner and self._needs_state(slot)
        )

    def _may_be_behind(self, node: Node, layer: Layer, use: Use) -> bool:
        """Whether the layer that plays a role may stand before another one, which is too much then.

        What stands before a product with other weights than the usual ones makes an initial state, as long as
        it has not these weights itself.
        """
        is_other_product = node.layer.type in LEARNED and node.layer.type == layer.type
        before = use.blob.layer if use.blob is not None else None
        return not is_other_product or (before is not None and _likeness(node.layer, before) == _OURS)

    def _take(self, node: Node, layer: Layer) -> None:
        self.fit.layers[node.role] = layer
        uses = self._paired(node, layer, _DEPTH)
        self.fit.bottoms[node.role] = uses
        for slot, use in zip(node.slots, uses, strict=True):
            if type(slot) is Inner and use is not None:
                self.assign(slot.role, use.blob)
            elif type(slot) is Inner:
                self._without(self.pattern[slot.role], None)

    def _without(self, node: Node, instead: Inner | None) -> None:
        """A role that nothing plays; a first step may lack what only serves the state."""
        if self.link.number:
            return
        others = [slot for slot in node.slots if slot is not instead]
        if any(self._needs_state(slot) for slot in others):
            self.fit.absent.add(node.role)
            for slot in others:
                if type(slot) is Inner:
                    self.fit.absent |= set(self._below(slot.role))

    def forgive_less(self) -> None:
        """Where the first step reads a state after all, what serves that state may not be absent."""
        read = {
            slot.role
            for role, uses in self.fit.bottoms.items()
            for slot, use in zip(self.pattern[role].slots, uses, strict=True)
            if type(slot) is State and use is not None
        }
        for role in list(self.fit.absent):
            slots = [slot for below in self._below(role) for slot in self.pattern[below].slots]
            if any(type(slot) is State and slot.role in read for slot in slots):
                self.fit.absent.discard(role)

    def forgive_what_follows_last(self) -> None:
        """A block may begin with what is made of the state before, but that follows the last one as well."""
        reads_state = (
            role for role, node in self.pattern.items() if any(type(slot) is State for slot in node.slots)
        )
        *_, role = ("", *reads_state)
        made: Blob | None = self.link.chain.links[-1].states["h"]
        forgiven = set()
        while role and made is not None:
            usual = self.pattern[role].layer.type
            readers = (use.layer for use in made.uses if use.layer.type == usual and use.layer.tops)
            made = next((layer.tops[0] for layer in readers), None)
            if made is not None:
                forgiven.add(role)
            role = next((other for other in self.pattern if self._reads(other, role)), "")
        self.fit.absent &= forgiven

    def _reads(self, role: str, other: str) -> bool:
        return any(type(slot) is Inner and slot.role == other for slot in self.pattern[role].slots)

    def _needs_state(self, slot: Slot) -> bool:
        """Whether there is nothing to read in a slot without a state; of a sum one summand is enough."""
        if type(slot) is not Inner:
            return type(slot) is State
        node = self.pattern[slot.role]
        needs = (self._needs_state(each) for each in node.slots)
        return all(needs) if is_sum(node.layer) else any(needs)

    def _below(self, role: str) -> Iterator[str]:
        seen, stack = {role}, [role]
        while stack:
            role = stack.pop()
            yield role
            for slot in self.pattern[role].slots:
                if type(slot) is Inner and slot.role not in seen:
                    seen.add(slot.role)
                    stack.append(slot.role)

    def _is_of_another(self, layer: Layer) -> bool:
        place = self.places.get(layer)
        return place is not None and place.link is not self.link

    def score(self, role: str, blob: Blob | None, depth: int = _DEPTH) -> int:
        """How well the layer that makes a blob plays a role, 0 if not at all."""
        if blob is None:
            return 0
        key = (role, blob, depth)
        if key not in self._scores:
            self._scores[key] = self._score(role, blob, depth)
        return self._scores[key]

    def _score(self, role: str, blob: Blob, depth: int) -> int:
        node = self.pattern[role]
        place = self.places.get(blob.layer)
        if place is not None and place.link is not self.link:
            # What another step of the chain made in the same role is at least of the right kind.
            if place.link.chain is self.link.chain and place.role_of(blob) == role:
                return 2
            states = (self._state_score(slot, blob) for slot in node.slots if type(slot) is State)
            return max(states, default=1) - 1 if depth else 0
        if not blob.layer.bottoms or blob in self._shared:
            return 0
        score = self._score_itself(node, blob, depth)
        if _likeness(node.layer, blob.layer) >= _ALIKE:
            return score
        return max(score, self._score_nearby(node, blob, depth - 1))

    def _score_itself(self, node: Node, blob: Blob, depth: int) -> int:
        layer = blob.layer
        score = _likeness(node.layer, layer)
        if score and self._is_certain(node.role, layer):
            score += _OURS
        if score and depth:
            for slot, use in zip(node.slots, self._paired(node, layer, depth - 1), strict=True):
                score += self._slot_score(slot, use, depth - 1)
        return score

    def _is_certain(self, role: str, layer: Layer) -> bool:
        """Whether the core of the step says that a layer has a role; of two gates alike it does not know."""
        core = self.link.roles if self.link.has_core else {}
        if core.get(role) is not layer:
            return False
        sigmoids = [core[name].type == "Sigmoid" for name in _INPUT_GATES if name in core]
        return role not in _INPUT_GATES or sum(sigmoids) == 1

    def _score_nearby(self, node: Node, blob: Blob, depth: int) -> int:
        """How well a role is played if a layer is missing here, or one is too many."""
        if depth < 1:
            return 0
        missing = (self._blob_score(slot, blob, depth) for slot in node.slots if not isinstance(slot, State))
        uses = blob.layer.bottoms if len(blob.layer.bottoms) == 1 else ()
        ours = (
            self.score(node.role, use.blob, depth)
            for use in uses
            if use.blob is not None
            if blob.layer.type not in LEARNED or _likeness(node.layer, use.blob.layer) == _OURS
        )
        is_expected = self.link.number == 0 and any(map(self._needs_state, node.slots))
        cost = 1 if is_expected else 2
        return max(*missing, *ours, cost, cost) - cost

    def _paired(self, node: Node, layer: Layer, depth: int) -> list[Use | None]:
        """The bottom for each slot: by place, or of summands and factors the one that fits best."""
        uses: list[Use | None] = [*layer.bottoms[: len(node.slots)]]
        uses += [None] * (len(node.slots) - len(uses))
        if len(node.slots) < 2 or not (is_commutative(node.layer) or is_commutative(layer)):
            return uses
        is_first = self.link.number == 0
        ranked = sorted(
            (
                (-self._slot_score(slot, use, depth), is_first and self._needs_state(slot), at, place)
                for at, slot in enumerate(node.slots)
                for place, use in enumerate(layer.bottoms)
            ),
        )
        chosen: dict[int, int] = {}
        for _, _, at, place in ranked:
            if at not in chosen and place not in chosen.values():
                chosen[at] = place
        return [layer.bottoms[chosen[at]] if at in chosen else None for at in range(len(node.slots))]

    def _slot_score(self, slot: Slot, use: Use | None, depth: int) -> int:
        return 0 if use is None or use.blob is None else self._blob_score(slot, use.blob, depth)

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


def _likeness(usual: Layer, layer: Layer) -> int:
    if usual.type == layer.type:
        mine, its = {*names(usual)}, {*names(layer)}
        if mine & its:
            return _OURS
        if usual.type in LEARNED:
            return _AKIN if (mine and its) or blob_count(usual) != blob_count(layer) else _ALIKE
        return _ALIKE if is_alike(usual, layer) else _AKIN
    families = (ACTIVATIONS, LEARNED.keys(), ("Eltwise", "Scale"))
    return _AKIN if any(usual.type in family and layer.type in family for family in families) else 0
