"""Joins the chains that are parts of one cell, as their weights and what they read tell."""

from collections.abc import Iterator

from ..net import Blob
from .layer_kinds import ON_THE_WAY, behind, passes_on, reads_of, source
from .links import Chain, Link, Places
from .order import numbers_of


def join_by_weights(chains: list[Chain], places: Places) -> None:
    """Put a chain behind one with its weights, if it goes on from it or begins from what it should not.

    That is a state of yet another cell, or once more the initial state that the first step goes on from.

    Two chains with the same weights may be two sequences; each begins from a state of its own then.
    """
    for chain in list(chains):
        first = chain.links[0]
        for other in chains:
            last = other.links[-1]
            # An only step goes on from no state, and has no weights for one.
            is_alike = last.names == first.names or (len(other.links) == 1 and last.names < first.names)
            if other is chain or other.kind != chain.kind or not last.names or not is_alike:
                continue
            both = (chain, other)
            goes_on = _foreign_reads(first, both, places) > _foreign_reads(last, both, places)
            if goes_on or _reads(first, last, places) or _starts_again(first, last, places):
                chains.remove(chain)
                other.links += chain.links
                other.renumber()
                break


def _reads(first: Link, last: Link, places: Places) -> bool:
    """Whether a step multiplies what another one makes by weights, scaled or not."""
    uses = (use for product in first.products for use in reads_of(product))
    blobs = (blob for use in uses for blob in _behind_scaled(use.blob))
    return any(place.link is last for blob in blobs if (place := places.get(blob.layer)) is not None)


def _behind_scaled(blob: Blob | None) -> Iterator[Blob]:
    for each in behind(blob):
        yield each
        if each.layer.type in ON_THE_WAY and not passes_on(each.layer):
            yield from behind(source(each.layer))


def _starts_again(first: Link, only: Link, places: Places) -> bool:
    """Whether a second step reads the initial state that the first one reads, by mistake."""
    one, two = (
        {blob for product in link.products for use in reads_of(product) for blob in behind(use.blob)}
        for link in (first, only)
    )
    if len(only.chain.links) > 1 or one.isdisjoint(two):
        return False
    mine, before = (numbers_of(link, link.chain, places) for link in (first, only))
    both = mine.keys() & before.keys()
    # The output of the first one is left over, if nothing tells their numbers.
    return any(abs(mine[key] - before[key]) == 1 for key in both) if both else not only.states["h"].uses


def _foreign_reads(link: Link, chains: tuple[Chain, Chain], places: Places) -> int:
    """How many states of other cells a step reads."""
    uses = [use for product in link.products for use in reads_of(product)]
    found = [
        next((places[blob.layer] for blob in behind(use.blob) if blob.layer in places), None) for use in uses
    ]
    return sum(place is not None and place.link.chain not in chains for place in found)
