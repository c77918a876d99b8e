"""The order of two steps that go on from the same state: one of them should go on from the other."""

from collections.abc import Hashable, Iterator

from ..net import Blob, Layer
from .layer_kinds import behind, is_marked, is_sum, makes_pieces, reads_of, source
from .links import Chain, Link, Place, Places

_FAR_ENOUGH = 12


def put_in_order(chain: Chain, places: Places) -> bool:
    """Exchange two steps if the pieces of sequences that they read stand the other way round.

    Returns:
        Whether that was so.
    """
    links = chain.links
    has_changed = False
    for at in range(1, len(links) - 1):
        before, one, other = links[at - 1 : at + 2]
        if _reads(other, one, places) or not _reads(other, before, places):
            continue
        keys = [numbers_of(link, chain, places) for link in (before, one, other)]
        votes = sum(
            (abs(keys[1][key] - start) > abs(keys[2][key] - start))
            - (abs(keys[1][key] - start) < abs(keys[2][key] - start))
            for key, start in keys[0].items()
            if key in keys[1] and key in keys[2]
        )
        if votes > 0:
            links[at], links[at + 1] = other, one
            has_changed = True
    chain.renumber()
    return has_changed


def _reads(link: Link, other: Link, places: Places) -> bool:
    """Whether a step goes on from a state of another one."""
    starts = [link.before.blob] if link.before is not None else []
    for start in starts:
        for blob in behind(start):
            place = places.get(blob.layer)
            if place is not None:
                return place.link is other
    return False


def numbers_of(link: Link, chain: Chain, places: Places) -> dict[Hashable, int]:
    """The number of a step as others show it: the pieces that it reads, and where its output goes."""
    found: dict[Hashable, int] = {}
    for start in _starts(link):
        for blob in behind(start):
            place = places.get(blob.layer)
            if place is not None and place.link.chain is not chain:
                found.setdefault((id(place.link.chain), place.role), place.link.number)
            elif makes_pieces(blob.layer):
                found.setdefault(id(blob.layer), blob.index)
            else:
                continue
            break
    for use in link.states["h"].uses:
        if use.layer.type == "Concat" and len(use.layer.bottoms) > 2:
            found.setdefault(id(use.layer), use.layer.bottoms.index(use))
        reader = _reader(use.layer, chain, places)
        if reader is not None:
            found.setdefault((id(reader.link.chain), "reads"), reader.link.number)
    return found


def _reader(layer: Layer, chain: Chain, places: Places) -> Place | None:
    """The step of another chain that a layer leads to."""
    reached = [layer]
    for each in reached:  # grows on the way
        place = places.get(each)
        if place is not None:
            return place if place.link.chain is not chain else None
        if len(reached) < _FAR_ENOUGH:
            reached += (use.layer for top in each.tops for use in top.uses)
    return None


def _starts(link: Link) -> Iterator[Blob | None]:
    for product in link.products:
        for use in reads_of(product):
            yield use.blob
            yield from _markers(use.blob)
        for top in product.tops:
            # What several layers read, like the product of a static input, belongs to all steps.
            if len(top.uses) == 1 and is_sum(top.uses[0].layer):
                yield from (each.blob for each in top.uses[0].layer.bottoms)
    if link.before is not None:
        yield from _markers(link.before.blob)
    unit = link.roles.get("unit")
    if unit is not None and len(unit.bottoms) > 2:
        yield unit.bottoms[2].blob


def _markers(blob: Blob | None) -> Iterator[Blob | None]:
    while blob is not None and is_marked(blob.layer):
        yield blob.layer.bottoms[1].blob
        blob = source(blob.layer)
