"""Finds the steps that are too damaged to be recognised alone, by what others around them read and make."""

from difflib import get_close_matches
from typing import NamedTuple

from ..net import Blob, Layer, Net
from .extent import SHARED
from .fit import Fit, fit_tolerant
from .joining import join_by_weights
from .layer_kinds import LEARNED, UNITS, behind, blob_count, is_marked, names, reads_of
from .links import GATED, Chain, Link, Place, Places, places_of
from .model import Outside, State
from .pattern import Usual, outside
from .scores import is_alike, score_of

_ENOUGH = 0.6
"""The part of the usual layers that a damaged step must have."""

_ENOUGH_OF_OURS = 0.5
"""The same, if some of its weights are those of the others."""

_NEVER = 2.0

_FAR_ENOUGH = 12


class Filled(NamedTuple):
    """All chains, where their layers belong, and what is usual in those that have not grown."""

    chains: list[Chain]
    places: Places
    usual: dict[Chain, Usual]


def fill_gaps(net: Net, chains: list[Chain]) -> Filled:
    """Let chains grow over damaged steps, and join those that are parts of one."""
    # A single step without gates is none unless something else speaks for it.
    grown = [chain for chain in chains if len(chain.links) > 1 or chain.kind in GATED]
    single = {chain.links[0].root: chain for chain in chains if chain not in grown}
    places = places_of(grown)
    usual: dict[Chain, Usual] = {}
    steps = [len(chain.links) for chain in grown]
    for chain in sorted(grown, key=lambda chain: -len(chain.links)):
        if len(chain.links) > 1 and chain in grown:
            growth = _Growth(net, chain, grown, single, places)
            growth.run()
            usual[chain] = growth.usual
    left = [chain for root, chain in single.items() if root not in places]
    places |= places_of(left)
    grown += left
    join_by_weights(grown, places)
    chains = [chain for chain in grown if len(chain.links) > 1 or chain.kind in GATED]
    # What one step is taken for shows in what the steps of other cells read.
    is_as_before = steps == [len(chain.links) for chain in grown]
    return Filled(chains, places, usual if is_as_before else {})


class _Growth:
    def __init__(
        self, net: Net, chain: Chain, chains: list[Chain], single: dict[Layer, Chain], places: Places
    ) -> None:
        self.single = single
        self.net = net
        self.chain = chain
        self.chains = chains
        self.places = places
        self.usual = Usual(chain, places)
        self.names = {name for node in self.usual.pattern.values() for name in names(node.layer)}

    def run(self) -> None:
        """Grow as far as possible."""
        while self._grow_backward() or self._grow_forward():
            self.chain.renumber()
        self._let_strangers_go()

    def _let_strangers_go(self) -> None:
        """Cut off the blocks at both ends that share no weights, if they are more than those that do.

        Then they are what they seem, the other blocks of a residual net in which some are tied.
        """
        links = self.chain.links
        ours = [number for number, link in enumerate(links) if link.has_core or self._has_our_names(link)]
        if self.chain.kind == "recursive" and 2 * len(ours) < len(links):
            self.chain.links = links[ours[0] : ours[-1] + 1]
            self.chain.renumber()
            gone = {*links} - {*self.chain.links}
            for layer in [layer for layer, place in self.places.items() if place.link in gone]:
                del self.places[layer]

    def _has_our_names(self, link: Link) -> bool:
        found = {name for layer in self._fit(link).layers.values() for name in names(layer)}
        return bool(found & self.names)

    def _grow_backward(self) -> bool:
        first = self.chain.links[0]
        states = self._states_read(first)
        if not first.has_core and self._join(states):
            return True
        link = self._damaged_step(states)
        if link is not None:
            self.chain.links.insert(0, link)
        return link is not None

    def _states_read(self, link: Link) -> dict[str, Blob]:
        """The blobs that a step reads as the states of the step before."""
        fit = self._fit(link)
        found: dict[str, Blob] = {}
        for role, node in self.usual.pattern.items():
            for slot, use in zip(node.slots, fit.bottoms.get(role, ()), strict=False):
                if type(slot) is State and slot.lag == 1 and use is not None and use.blob is not None:
                    name = self._state_name(slot)
                    if name:
                        found.setdefault(name, use.blob)
        return found

    def _state_name(self, slot: State) -> str:
        """Which state a slot reads."""
        for name, blob in self.usual.view.link.states.items():
            if self.usual.view.link.roles.get(slot.role) is blob.layer and slot.top == blob.index:
                return name
        return ""

    def _join(self, states: dict[str, Blob]) -> bool:
        """Put a chain in front whose last step makes what a damaged first step reads."""
        for blob in states.values():
            for each in behind(blob):
                other = self._chain_at(each.layer)
                if other is None:
                    continue
                if other is not self.chain and self._is_alike(other):
                    if other in self.chains:
                        self.chains.remove(other)
                    self.chain.links[:0] = other.links
                    self.places |= places_of([other])
                    return True
                return False
        return False

    def _chain_at(self, layer: Layer) -> Chain | None:
        place = self.places.get(layer)
        return place.link.chain if place is not None else self.single.get(layer)

    def _is_alike(self, other: Chain) -> bool:
        """Whether another chain is of the same kind and has some of the same weights."""
        names_there = other.links[-1].names
        return other.kind == self.chain.kind and (
            bool(names_there & self.names) or not (names_there and self.names)
        )

    def _damaged_step(self, states: dict[str, Blob]) -> Link | None:
        makers = [blob.layer for blob in states.values()]
        if not makers or any(layer in self.places or not layer.bottoms for layer in makers):
            return None
        if "h" not in states:
            return None
        return self._accepted(states, needs_state=False)

    def _grow_forward(self) -> bool:
        last = self.chain.links[-1]
        if not last.has_core and self._join_behind(last):
            return True
        tops = [
            top
            for layer in self._ahead(last)
            for top in (layer.tops[:2] if layer.type in UNITS else layer.tops[:1])
        ]
        tops = [top for top in tops if not self._is_part_of_another(top)]
        links = [link for top in tops if (link := self._accepted({"h": top}, needs_state=True)) is not None]
        if not links:
            return False
        best = max(links, key=self._likeness)
        mine = {*self._fit(best).layers.values()}
        # What stands before it and has no layer of it is another step.
        best = next((link for link in links if mine.isdisjoint(self._fit(link).layers.values())), best)
        best = next((link for link in links if self._is_shorter(link, best)), best)
        self._settle(best)
        self.chain.links.append(best)
        return True

    def _is_shorter(self, link: Link, other: Link) -> bool:
        """Whether a step has all that another one has, but for the output, and less that is too much."""
        root = next(iter(self.usual.pattern))
        one, two = self._fit(link), self._fit(other)
        shared = one.layers.keys() - {root}
        return (
            one.layers.get(root) is link.root
            and all(one.layers[role] is two.layers.get(role) for role in shared)
            and one.layers.keys() == two.layers.keys()
            and len(one.extra) < len(two.extra)
        )

    def _is_part_of_another(self, blob: Blob) -> bool:
        """Whether a gate or an activation of another cell is made of a blob: an output goes into products."""
        reached = [use.layer for use in blob.uses]
        chains = set()
        for layer in reached:  # grows on the way
            place = self.places.get(layer)
            if place is not None:
                chains.add(place.link.chain)
            elif layer.type not in LEARNED and len(reached) < _FAR_ENOUGH:
                reached += (use.layer for top in layer.tops for use in top.uses)
        others = (chain for chain in chains if chain is not self.chain and chain.kind != "recursive")
        # A last step may have our weights by mistake.
        return any(other.links[0].names and not other.links[0].names & self.names for other in others)

    def _likeness(self, link: Link) -> float:
        """How likely an output is that of a step: by what is there at all, and close to it."""
        fit = self._fit(link)
        is_root = fit.layers.get(next(iter(self.usual.pattern))) is link.root
        is_like_root = is_root and is_alike(self.usual.view.link.root, link.root)
        near = score_of(self.usual.pattern, link, self.places, self.usual.owners)
        return self._share(fit) + 0.1 * is_like_root + near / 1000

    def _join_behind(self, last: Link) -> bool:
        """Put a chain behind that goes on from a damaged step."""
        for other in self.chains:
            first = other.links[0]
            if other is self.chain or not self._is_alike(other):
                continue
            blobs = [use.blob for product in first.products for use in reads_of(product)]
            places = [self.places.get(blob.layer) for start in blobs for blob in behind(start)]
            if any(place is not None and place.link is last for place in places):
                if first.before is not None and first.before.blob is not None and "c" not in last.states:
                    made = next(
                        (blob for blob in behind(first.before.blob) if not is_marked(blob.layer)),
                        first.before.blob,
                    )
                    if made.layer not in self.places and "c" in first.states:
                        last.states = {**last.states, "c": made}
                self.chains.remove(other)
                self.chain.links += other.links
                return True
        return False

    def _ahead(self, link: Link) -> list[Layer]:
        """The layers behind a step that belong to no other, as far as one step may reach."""
        found: dict[Layer, None] = {}
        queue = [*link.states.values()]
        for blob in queue:
            for use in blob.uses:
                layer = use.layer
                if layer not in found and layer not in self.places and len(found) < self._reach:
                    found[layer] = None
                    queue += layer.tops
        return list(found)

    def _accepted(self, states: dict[str, Blob], *, needs_state: bool) -> Link | None:
        link = Link(self.chain, {}, states, has_core=False)
        # A step in front may turn out to be the first, which may lack what only serves the state.
        link.number = len(self.chain.links) if needs_state else 0
        fit = self._fit(link)
        is_single = link.root in self.single and not self._goes_on_elsewhere(link, fit)
        share = self._share(fit)
        if share < self._least(fit, is_single=is_single):
            return None
        # Half a step behind the last one may well be what is made of its output.
        if needs_state and (share <= _ENOUGH_OF_OURS or not self._reads_last(fit)):
            return None
        core = self.usual.view.link.roles
        link.roles = {role: layer for role, layer in fit.layers.items() if role in core}
        if "c" in self.usual.view.link.states and "c" not in states:
            cell = fit.layers.get("cell")
            if cell is not None:
                link.states = {**states, "c": cell.tops[0]}
        if not needs_state:
            self._settle(link)
        return link

    def _settle(self, link: Link) -> None:
        for role, layer in link.roles.items():
            self.places.setdefault(layer, Place(link, role))
        for blob in link.states.values():
            self.places.setdefault(blob.layer, Place(link, "hidden"))

    def _fit(self, link: Link) -> Fit:
        return fit_tolerant(self.usual.pattern, link, self.places, self.usual.owners)

    def _share(self, fit: Fit) -> float:
        """The part of the usual step that is there, of the same types."""
        alike = sum(
            is_alike(node.layer, fit.layers[role])
            for role, node in self.usual.pattern.items()
            if role in fit.layers
        )
        needed = max(len(self.usual.pattern.keys() - fit.absent), len(self.usual.pattern) / 2)
        # A further product with weights makes it another step, not one with something too much.
        extra = sum(3 if layer.type in LEARNED else 1 for layer in fit.extra.values())
        return alike / (needed + extra)

    def _least(self, fit: Fit, *, is_single: bool) -> float:
        """How much of the usual step must be there; everything, if nothing but that speaks for it."""
        found = {name for layer in fit.layers.values() for name in names(layer)}
        is_plain = self.chain.kind in ("rnn", "recursive")
        if found & self.names:
            return _ENOUGH_OF_OURS
        if not self.names or (not found and not is_plain):
            return _ENOUGH
        # What is built just so, and unnamed or with misspelt names, is most likely meant to be a step.
        is_ours = all(map(self._is_misspelt, found)) or self._is_between(fit) or is_single
        return 1.0 if is_ours and self._agrees(fit) else _NEVER

    def _goes_on_elsewhere(self, link: Link, fit: Fit) -> bool:
        """Whether the nearest weights before or behind a step are its own and not ours: it is another's."""
        mine = {name for layer in fit.layers.values() for name in names(layer)}
        known = mine | self.names
        sides = [self._behind(fit)]
        if self.chain.kind == "recursive":  # the weights ahead of a cell may be those of the one above
            sides.append(self._ahead(link))
        nearest = (
            next((found for layer in side if (found := known & {*names(layer)})), set()) for side in sides
        )
        return any(found and not self.names & found for found in nearest)

    def _behind(self, fit: Fit) -> list[Layer]:
        """The layers before what a step reads in the place of states, as far as one step may reach."""
        reads = [
            use.blob.layer
            for role, uses in fit.bottoms.items()
            for slot, use in zip(self.usual.pattern[role].slots, uses, strict=True)
            if type(slot) is State and use is not None and use.blob is not None
        ]
        found = dict.fromkeys(reads)
        for layer in reads:
            for use in layer.bottoms:
                if use.blob is not None and use.blob.layer not in found and len(found) < self._reach:
                    found[use.blob.layer] = None
                    reads.append(use.blob.layer)
        return list(found)

    @property
    def _reach(self) -> int:
        return 2 * len(self.usual.pattern) + 8

    def _is_between(self, fit: Fit) -> bool:
        """Whether a step goes on from another part of the chain."""
        for role, uses in fit.bottoms.items():
            for slot, use in zip(self.usual.pattern[role].slots, uses, strict=True):
                for blob in behind(use.blob) if type(slot) is State and use is not None else ():
                    other = self._chain_at(blob.layer)
                    if other is not None:
                        return other is not self.chain and self._is_alike(other)
        return False

    def _is_misspelt(self, name: str) -> bool:
        """Whether a name that stands once is most like one of ours."""
        if len(self.net.sharers[name]) > 1:
            return False
        nearest = get_close_matches(name, [other for other in self.net.sharers if other != name], 1)
        return bool(nearest) and nearest[0] in self.names

    def _agrees(self, fit: Fit) -> bool:
        """Whether a step has as many weights as the others, and reads what they read from outside."""
        pattern = self.usual.pattern
        if any(blob_count(layer) != blob_count(pattern[role].layer) for role, layer in fit.layers.items()):
            return False
        return all(
            self._is_read(slot, use.blob if use is not None else None)
            for role, uses in fit.bottoms.items()
            for slot, use in zip(self.usual.pattern[role].slots, uses, strict=True)
            if type(slot) is Outside
        )

    def _is_read(self, slot: Outside, blob: Blob | None) -> bool:
        if slot.layer is None or self._is_of_one_step(slot.layer):
            return blob is None or blob.layer not in self.places
        return blob is not None and outside(blob, self.places, self.usual.owners).layer == slot.layer

    def _is_of_one_step(self, read: object) -> bool:
        """Whether only one step of the chain reads a blob, as its own input."""
        if not isinstance(read, Blob):
            return False
        return len({self.usual.owners.get(use.layer, SHARED) for use in read.uses} - {SHARED}) == 1

    def _reads_last(self, fit: Fit) -> bool:
        last = self.chain.links[-1]
        for role, uses in fit.bottoms.items():
            for slot, use in zip(self.usual.pattern[role].slots, uses, strict=True):
                if use is None or (self.chain.kind == "recursive" and type(slot) is not State):
                    continue  # what the first block reads, others may add too
                for blob in behind(use.blob):
                    place = self.places.get(blob.layer)
                    if place is not None and place.link is last:
                        return True
        return False
