"""How far the steps of a chain reach, and which of them are built alike."""

from collections.abc import Hashable
from functools import cached_property
from operator import itemgetter

from ..net import Blob, Layer, Use
from .layer_kinds import (
    LEARNED,
    behind,
    coefficients,
    makes_pieces,
    names,
    operation,
    passes_on,
    products_before,
)
from .links import Chain, Link, Place, Places

SHARED = -1
"""What several steps read belongs to none of them."""

Signature = int
Settings = tuple[Hashable, ...]
Read = tuple[int, int | None, Hashable]
"""The position of a bottom, the number of the layer of the step that it reads and which top, or what else."""


def step_of_layers(chain: Chain, places: Places) -> dict[Layer, int]:
    """The layers that only one step of a chain is made of, with its number; `SHARED` for what several read.

    Goes back from the output of each step, up to what other steps make and to layers without bottoms. What
    works on a state is of the first step that reads it.
    """
    owners: dict[Layer, int] = {}
    descent = _Descent(chain, places)
    for link in chain.links:
        stack = [blob.layer for blob in link.states.values()]
        while stack:
            for use in stack.pop().bottoms:
                maker = use.blob.layer if use.blob is not None else None
                if maker is None or not maker.bottoms or _is_of_another(maker, link, places):
                    continue
                owner = owners.get(maker)
                if owner is None:
                    owners[maker] = link.number
                    stack.append(maker)
                elif owner not in (link.number, SHARED) and not descent.goes_on(maker):
                    _share(maker, owners, places)
    return owners


def _is_of_another(layer: Layer, link: Link, places: Places) -> bool:
    place = places.get(layer)
    return place is not None and place.link is not link


class _Descent:
    """Which layers work on a state of a chain: each is of one step, even if a later one reads it too."""

    def __init__(self, chain: Chain, places: Places) -> None:
        self._chain = chain
        self._places = places

    @cached_property
    def _weights(self) -> frozenset[str]:
        """The names of weights that states are multiplied by; the first step may multiply zeros."""
        blobs = [blob for link in self._chain.links for blob in link.states.values()]
        found: set[str] = set()
        for blob in blobs:  # grows on the way
            for layer in (use.layer for use in blob.uses):
                if layer.type in LEARNED:
                    found.update(names(layer))
                elif passes_on(layer) and layer.tops and layer not in self._places:
                    blobs.append(layer.tops[0])
        return frozenset(found)

    def _is_state(self, blob: Blob) -> bool:
        place = self._places.get(blob.layer)
        return place is not None and place.link.chain is self._chain

    def goes_on(self, layer: Layer) -> bool:
        """Whether a layer works on a state, or on what stands for one in the first step."""
        stack, seen = [layer], {layer}
        while stack:
            each = stack.pop()
            if not self._weights.isdisjoint(names(each)):
                return True
            for use in each.bottoms:
                if use.blob is None or use.blob.layer in seen:
                    continue
                if self._is_state(use.blob):
                    return True
                if use.blob.layer not in self._places:
                    seen.add(use.blob.layer)
                    stack.append(use.blob.layer)
        return False


def _share(layer: Layer, owners: dict[Layer, int], places: Places) -> None:
    stack = [layer]
    while stack:
        each = stack.pop()
        owners[each] = SHARED
        for use in each.bottoms:
            maker = use.blob.layer if use.blob is not None else None
            if maker is not None and maker not in places and owners.get(maker, SHARED) != SHARED:
                stack.append(maker)


class View:
    """One step seen from its output: its layers, and their bottoms in a canonical order.

    Equal signatures mean that two steps are built alike, whatever the names and the order of summands. They
    are numbers in the order of their first use: views that are compared have one table.
    """

    def __init__(self, link: Link, owners: dict[Layer, int], places: Places) -> None:
        self.link = link
        self.layers: list[Layer] = []
        """From the output on, each before what it reads."""
        self.order: dict[Layer, list[Use]] = {}
        self.signature: Signature = 0
        self._owners = owners
        self._places = places
        self._signatures: dict[Layer, Signature] = {}
        self._has_ties = False

    def read(self, table: dict[Hashable, Signature]) -> None:
        """Find the layers of the step and its signature."""
        self.signature = self._layer(self.link.root, table)
        self.layers = [self.link.root]
        seen = {self.link.root}
        for layer in self.layers:  # grows on the way
            for use in self.order[layer]:
                maker = use.blob.layer if use.blob is not None else None
                if maker is not None and maker not in seen and self.holds(maker):
                    seen.add(maker)
                    self.layers.append(maker)

    def follow(self, other: "View") -> bool:
        """Read the step as another one was read, if it is the same bottom by bottom: most steps are."""
        layers: list[Layer | None] = [self.link.root, *[None] * (len(other.plan) - 1)]
        order = {}
        for layer, (settings, reads) in zip(layers, other.plan, strict=False):  # filled on the way
            if layer is None or _settings(layer) != settings:
                return False
            bottoms = layer.bottoms
            order[layer] = [bottoms[position] for position, _, _ in reads]
            if not all(self._bind(bottoms[read[0]].blob, read, layers) for read in reads):
                return False
        self.layers, self.order, self.signature = [*filter(None, layers)], order, other.signature
        return len(order) == len(other.plan) > 0

    def _bind(self, blob: Blob | None, planned: Read, layers: list[Layer | None]) -> bool:
        """Number the layer that a bottom reads; False if the bottom does not read what is planned."""
        _, number, content = planned
        if blob is None:
            return False
        maker = blob.layer
        if number is None:
            return not self.holds(maker) and self._outside(blob) == content
        if layers[number] is None and self.holds(maker):
            layers[number] = maker
        return layers[number] is maker and blob.index == content

    @cached_property
    def plan(self) -> list[tuple[Settings, list[Read]]]:
        """What each layer is, and what each of its bottoms reads, in the canonical order.

        Empty where names decide which bottom is which.
        """
        if self._has_ties:
            return []
        numbers = {layer: number for number, layer in enumerate(self.layers)}
        return [
            (_settings(layer), [self._planned(layer, use, numbers) for use in self.order[layer]])
            for layer in self.layers
        ]

    def _planned(self, layer: Layer, use: Use, numbers: dict[Layer, int]) -> Read:
        position, blob = layer.bottoms.index(use), use.blob
        if blob is None:
            return position, None, None
        number = numbers.get(blob.layer)
        return position, number, self._outside(blob) if number is None else blob.index

    def holds(self, layer: Layer) -> bool:
        """Whether a layer is part of the step."""
        place = self._places.get(layer)
        if place is not None:
            return place.link is self.link
        return bool(layer.bottoms) and self._owners.get(layer) == self.link.number

    def place(self, layer: Layer) -> Place | None:
        """Where a layer of any chain belongs."""
        return self._places.get(layer)

    def _layer(self, layer: Layer, table: dict[Hashable, Signature]) -> Signature:
        found = self._signatures.get(layer)
        if found is None:
            parts = [(self._blob(use.blob, table), use) for use in layer.bottoms]
            if len(parts) > 1 and is_commutative(layer):
                if len({signature for signature, _ in parts}) < len(parts):
                    self._has_ties = True
                    parts.sort(key=_by_weights)
                else:
                    parts.sort(key=itemgetter(0))
            self.order[layer] = [use for _, use in parts]
            content = (layer.type, operation(layer), *(signature for signature, _ in parts))
            found = self._signatures[layer] = table.setdefault(content, len(table) + 1)
        return found

    def _blob(self, blob: Blob | None, table: dict[Hashable, Signature]) -> Signature:
        if blob is None:
            return 0
        is_held = self.holds(blob.layer)
        content = (self._layer(blob.layer, table), blob.index) if is_held else self._outside(blob)
        return table.setdefault(content, len(table) + 1)

    def _outside(self, blob: Blob) -> Hashable:
        """What tells a blob that another step makes, or none, from others."""
        layer = blob.layer
        place = self._places.get(layer)
        if place is not None:
            if place.link.chain is self.link.chain:
                return "state", place.role_of(blob), blob.index, self.link.number - place.link.number
            return place.link.chain, place.role, blob.index
        if makes_pieces(layer):
            return "piece", layer
        return layer.type, layer if self._owners.get(layer) == SHARED else None


def _settings(layer: Layer) -> Settings:
    if layer.type != "Eltwise":
        return layer.type, len(layer.bottoms)
    return operation(layer), len(layer.bottoms), coefficients(layer)


def is_commutative(layer: Layer) -> bool:
    """Whether the order of a layer's bottoms makes no difference."""
    return layer.type == "Eltwise" and len(set(coefficients(layer))) == 1


def _by_weights(part: tuple[Signature, Use]) -> tuple[Signature, list[str]]:
    """The names of the weights that a blob is made with tell bottoms apart that are built alike."""
    signature, use = part
    *_, last = (None, *behind(use.blob))
    return signature, sorted(name for product in products_before(last) for name in names(product))
