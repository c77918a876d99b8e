"""Steps on their way to an unrolled net: chains that still grow, and which layer belongs to which step."""

from dataclasses import dataclass, field
from typing import NamedTuple

from ..net import Blob, Layer, Use
from .cores import Core
from .layer_kinds import names

GATED = ("lstm", "lstm-unit", "gru")
"""Kinds of cells that a single step leaves no doubt about."""


@dataclass(eq=False, repr=False)
class Link:
    """One step of a chain: what is certain of it, by role. A damaged step has no core."""

    chain: "Chain"
    roles: dict[str, Layer]
    states: dict[str, Blob]
    before: Use | None = None
    number: int = 0
    has_core: bool = True
    products: tuple[Layer, ...] = ()
    """The layers with weights in front of its gates."""
    readout: dict[str, Layer] = field(default_factory=dict)
    """What is made of its output alone, by role."""

    @property
    def names(self) -> frozenset[str]:
        """The names of its weights, without those of biases."""
        return frozenset(name for product in self.products for name in names(product)[:1])

    @property
    def root(self) -> Layer:
        """The layer that makes the output of the step."""
        return self.states["h"].layer


@dataclass(eq=False, repr=False)
class Chain:
    """Steps in order of time."""

    kind: str
    links: list[Link] = field(default_factory=list)
    readout: tuple[str, ...] = ()
    """The roles of what most steps make of their output alone."""

    def renumber(self) -> None:
        """Number the steps from 0."""
        for number, link in enumerate(self.links):
            link.chain, link.number = self, number


class Place(NamedTuple):
    """Where a layer belongs."""

    link: Link
    role: str

    def role_of(self, blob: Blob) -> str:
        """The role whose top a blob is in the usual step; in a first one a product alone may make c."""
        if self.link.states.get("c") is blob and self.link.chain.kind == "lstm":
            return "cell"
        return self.role


Places = dict[Layer, Place]
"""The layers of all chains that are certain."""


def chain_of(cores: list[Core]) -> Chain:
    """A chain of recognised steps."""
    chain = Chain(cores[0].kind)
    chain.links = [
        Link(chain, core.roles, core.states, core.before, products=core.products) for core in cores
    ]
    chain.renumber()
    return chain


def places_of(chains: list[Chain]) -> Places:
    """Where the layers of chains belong."""
    return {
        layer: Place(link, role)
        for chain in chains
        for link in chain.links
        for role, layer in link.roles.items()
    }
