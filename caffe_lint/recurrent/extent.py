"""How far the steps of a chain reach, and which of them are built alike."""

from collections.abc import Hashable

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
            parts = [(self._blob(use.blob), use) for use in layer.bottoms]
            if len(parts) > 1 and is_commutative(layer):
                parts.sort(key=lambda part: part[0])
                if len({signature for signature, _ in parts}) < len(parts):
                    parts.sort(key=lambda part: (part[0], _weights_behind(part[1].blob)))
            self.order[layer] = [use for _, use in parts]
            found = self._number(layer.type, operation(layer), *(signature for signature, _ in parts))
            self._signatures[layer] = found
        return found

    def _number(self, *content: Hashable) -> Signature:
        return self._table.setdefault(content, len(self._table) + 1)

    def _blob(self, blob: Blob | None) -> Signature:
        if blob is None:
            return 0
        layer = blob.layer
        if self.holds(layer):
            return self._number(self._layer(layer), blob.index)
        place = self._places.get(layer)
        if place is not None:
            if place.link.chain is self.link.chain:
                lag = self.link.number - place.link.number
                return self._number("state", place.role_of(blob), blob.index, lag)
            return self._number(place.link.chain, place.role, blob.index)
        if layer.type == "Slice":
            return self._number("piece", layer)
        return self._number(layer.type, layer if self._owners.get(layer) == SHARED else None)


def is_commutative(layer: Layer) -> bool:
    """Whether the order of a layer's bottoms makes no difference."""
    return layer.type == "Eltwise" and len(set(coefficients(layer))) == 1


def _weights_behind(blob: Blob | None) -> list[str]:
    """The names of the weights that a blob is made with: they tell bottoms apart that are built alike."""
    last = blob
    for last in behind(blob):
        pass
    return [name for product in products_before(last) for name in names(product)]
