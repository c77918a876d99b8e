"""Lays the usual step over another one: which layer plays which role, and what is too much or missing."""

from collections.abc import Iterator

from ..net import Blob, Layer, Use
from .extent import View
from .layer_kinds import LEARNED, is_sum
from .links import Link, Places
from .model import Inner, Node, State
from .pattern import Pattern
from .scores import ALIKE, DEPTH, OURS, Scores, likeness


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


def fit_tolerant(pattern: Pattern, link: Link, places: Places, owners: dict[Layer, int]) -> Fit:
    """The fit of a step that differs somewhere, or is the first one."""
    fitter = _Fitter(Scores(pattern, link, places, owners))
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
    def __init__(self, scores: Scores) -> None:
        self.scores = scores
        self.pattern = scores.pattern
        self.link = scores.link
        self.fit = Fit()
        self._doubtful: list[tuple[str, Blob]] = []

    def assign(self, role: str, blob: Blob | None) -> None:
        """Give a role to the layer that makes a blob, or find out which layer is missing or too many."""
        if blob is None or role in self.fit.layers:
            return
        layer, node = blob.layer, self.pattern[role]
        if self.scores.is_of_another(layer) or not layer.bottoms or blob in self.scores.shared:
            self._without(node, None)
            return
        _, extra, instead = self._choice(node, blob)
        is_free = layer not in self.fit.layers.values()
        if is_free and extra is None and instead is None and likeness(node.layer, layer) >= ALIKE:
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
        if self.link.number or not is_sum(node.layer) or not any(map(self.scores.needs_state, node.slots)):
            return None
        rest = [slot for slot in node.slots if not self.scores.needs_state(slot)]
        return rest[0] if len(rest) == 1 and type(rest[0]) is Inner else None

    def _choice(self, node: Node, blob: Blob) -> tuple[int, Use | None, Inner | None]:
        """How well a layer plays a role, or which bottom of it or slot of the role fits better."""
        layer = blob.layer
        best = self.scores.of_layer(node, blob, DEPTH)
        extra, instead = None, None
        if self.scores.is_certain(node.role, layer):
            return best, None, None
        if self._rest_without_state(node) is not None and not self._adds_state(node, layer):
            best = 0
        for use in layer.bottoms[:2]:
            if (
                self._may_be_behind(node, layer, use)
                and (score := self.scores.score(node.role, use.blob) - 1) > best
            ):
                best, extra = score, use
        least = likeness(node.layer, layer)
        # A first step rather lacks what serves a state than what reads its input.
        slots = sorted(node.slots, key=self.scores.needs_state)
        lacks_state = self.link.number == 0 and any(map(self.scores.needs_state, slots))
        for slot in slots:
            if type(slot) is not Inner:
                continue
            is_without = lacks_state and not self.scores.needs_state(slot)
            if is_without or likeness(self.pattern[slot.role].layer, layer) >= least:
                score = self.scores.score(slot.role, blob) - 1
                if score > best:
                    best, extra, instead = score, None, slot
        return best, extra, instead

    def _adds_state(self, node: Node, layer: Layer) -> bool:
        """Whether there is something in a first step for each summand that serves a state."""
        uses = self.scores.paired(node, layer, DEPTH)
        return all(
            self.scores.slot_score(slot, use, DEPTH - 1)
            for slot, use in zip(node.slots, uses, strict=True)
            if type(slot) is Inner and self.scores.needs_state(slot)
        )

    def _may_be_behind(self, node: Node, layer: Layer, use: Use) -> bool:
        """Whether the layer that plays a role may stand before another one, which is too much then.

        What stands before a product with other weights than the usual ones makes an initial state, as long as
        it has not these weights itself.
        """
        is_other_product = node.layer.type in LEARNED and node.layer.type == layer.type
        before = use.blob.layer if use.blob is not None else None
        return not is_other_product or (before is not None and likeness(node.layer, before) == OURS)

    def _take(self, node: Node, layer: Layer) -> None:
        self.fit.layers[node.role] = layer
        uses = self.scores.paired(node, layer, DEPTH)
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
        if any(self.scores.needs_state(slot) for slot in others):
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

    def _below(self, role: str) -> Iterator[str]:
        seen, stack = {role}, [role]
        while stack:
            role = stack.pop()
            yield role
            for slot in self.pattern[role].slots:
                if type(slot) is Inner and slot.role not in seen:
                    seen.add(slot.role)
                    stack.append(slot.role)
