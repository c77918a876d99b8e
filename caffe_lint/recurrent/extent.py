"""How far the steps of a chain reach, and which of them are built alike."""

from collections.abc import Hashable
from operator import itemgetter

from ..net import Blob, Layer, Use
from .layer_kinds import behind, coefficients, names, operation, products_before
from .links import Chain, Link, Place, Places

SHARED = -1
"""What several steps read belongs to none of them."""

Signature = int


def step_of_layers(chain: Chain, places: Places) -> dict[Layer, int]:
    """The layers that only one step of a chain is made of, with its number; `SHARED` for what several read.

    Goes back from the output of each step, up to what other steps make and to layers without bottoms.
    """
    owners: dict[Layer, int] = {}
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
                elif owner not in (link.number, SHARED):
                    _share(maker, owners, places)
    return owners


def _is_of_another(layer: Layer, link: Link, places: Places) -> bool:
    place = places.get(layer)
    return place is not None and place.link is not link


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
    """One step seen from its output: signatures of its layers, and their bottoms in a canonical order.

    Equal signatures mean that two steps are built alike, whatever the names and the order of summands. They
    are numbers in the order of their first use: views that are compared have one table.
    """

    def __init__(
        self, link: Link, owners: dict[Layer, int], places: Places, signatures: dict[Hashable, Signature]
    ) -> None:
        self.link = link
        self.order: dict[Layer, list[Use]] = {}
        self._owners = owners
        self._places = places
        self._table = signatures
        self._signatures: dict[Layer, Signature] = {}
        self.signature = self._layer(link.root)

    def holds(self, layer: Layer) -> bool:
        """Whether a layer is part of the step."""
        place = self._places.get(layer)
        if place is not None:
            return place.link is self.link
        return bool(layer.bottoms) and self._owners.get(layer) == self.link.number

    def place(self, layer: Layer) -> Place | None:
        """Where a layer of any chain belongs."""
        return self._places.get(layer)

    def _layer(self, layer: Layer) -> Signature:
        found = self._signatures.get(layer)
        if found is None:
            uses = [*layer.bottoms]
            parts = [self._blob(use.blob) for use in uses]
            if len(uses) > 1 and is_commutative(layer):
                if len({*parts}) == len(parts):
                    pairs = sorted(zip(parts, uses, strict=True), key=itemgetter(0))
                else:
                    pairs = sorted(zip(parts, uses, strict=True), key=_by_weights)
                parts, uses = [part for part, _ in pairs], [use for _, use in pairs]
            self.order[layer] = uses
            content = (layer.type, operation(layer) if layer.type == "Eltwise" else "", *parts)
            found = self._table.setdefault(content, len(self._table) + 1)
            self._signatures[layer] = found
        return found

    def _blob(self, blob: Blob | None) -> Signature:
        if blob is None:
            return 0
        content = self._content(blob, blob.layer)
        return self._table.setdefault(content, len(self._table) + 1)

    def _content(self, blob: Blob, layer: Layer) -> Hashable:
        place = self._places.get(layer)
        owner = self._owners.get(layer)
        if place is None:
            if layer.bottoms and owner == self.link.number:
                return self._layer(layer), blob.index
            if layer.type == "Slice":
                return "piece", layer
            return layer.type, layer if owner == SHARED else None
        if place.link is self.link:
            return self._layer(layer), blob.index
        if place.link.chain is self.link.chain:
            return "state", place.role_of(blob), blob.index, self.link.number - place.link.number
        return place.link.chain, place.role, blob.index


def is_commutative(layer: Layer) -> bool:
    """Whether the order of a layer's bottoms makes no difference."""
    return layer.type == "Eltwise" and len(set(coefficients(layer))) == 1


def _by_weights(part: tuple[Signature, Use]) -> tuple[Signature, list[str]]:
    """The names of the weights that a blob is made with tell bottoms apart that are built alike."""
    signature, use = part
    *_, last = (None, *behind(use.blob))
    return signature, [name for product in products_before(last) for name in names(product)]
