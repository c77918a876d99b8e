"""The net of one state as Caffe wires it: layers in run order, versions of blobs, who reads and writes them.

A blob name is not a value: a layer that works in place makes a new version of the blob. Each top makes a
`Blob` (one version), and each bottom is a `Use` of the version that stands at that place of the file, as in
static single assignment.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ..schema import Block
from ..text import Span
from .state import NetState

if TYPE_CHECKING:
    import networkx


@dataclass(eq=False, slots=True)
class Blob:
    """One version of a blob: what one top of one layer writes."""

    name: str
    layer: "Layer"
    index: int
    span: Span
    previous: "Blob | None" = None
    """The version that an in-place layer overwrites."""
    duplicate_of: "Blob | None" = None
    """The blob whose name this one takes, as a second producer, which Caffe rejects.

    That is the last top of that name, or a blob of which Caffe makes copies with such names.
    """
    uses: "list[Use]" = field(default_factory=list)

    @property
    def is_in_place(self) -> bool:
        """Whether the layer writes into the memory of its own bottom."""
        return self.previous is not None

    def versions(self) -> "Iterator[Blob]":
        """This version and those that it overwrote, newest first."""
        blob: Blob | None = self
        while blob is not None:
            yield blob
            blob = blob.previous

    @property
    def origin(self) -> "Blob":
        """The first version in this memory."""
        *_, first = self.versions()
        return first


@dataclass(eq=False, slots=True)
class Use:
    """One bottom of a layer; `blob` is None where no layer before it makes a blob of that name."""

    name: str
    layer: "Layer"
    index: int
    span: Span
    blob: Blob | None


@dataclass(eq=False, slots=True)
class ParamSpec:
    """One `param { }` entry of a layer: how its learned blob of that index is named and trained."""

    layer: "Layer"
    index: int
    block: Block
    name: str
    """Empty for a blob that is shared with no other."""
    owner: "ParamSpec | None" = None
    """The first entry with the same name, whose blob this one uses; None for an owner."""

    @property
    def span(self) -> Span:
        """Where the name stands, or the entry if it has none."""
        return self.block.span("name")


@dataclass(eq=False, slots=True)
class Layer:
    """One layer that exists in the net's state; `block` is its LayerParameter after all upgrades."""

    index: int
    name: str
    type: str
    block: Block
    span: Span
    bottoms: list[Use] = field(default_factory=list)
    tops: list[Blob] = field(default_factory=list)
    params: list[ParamSpec] = field(default_factory=list)
    stands_for_inputs: bool = False
    """Whether it is not in the file: Caffe makes an Input layer of old-style `input` fields."""
    is_damaged: bool = False
    """Whether the file is broken inside the layer, so that nothing is known of what it does."""

    @property
    def name_span(self) -> Span:
        """Where the name stands, or the layer if it has none."""
        return self.block.span("name") if self.block.has("name") else self.span

    @property
    def type_span(self) -> Span:
        """Where the type stands, or the layer if it has none."""
        return self.block.span("type") if self.block.has("type") else self.name_span


@dataclass(eq=False)
class Net:
    """All layers of a file that exist in `states`, which its rules do not tell apart."""

    name: str
    states: tuple[NetState, ...]
    layers: list[Layer]
    absent: dict[str, Span]
    """Tops of layers that exist in other states only, and where they stand."""
    fed_elsewhere: frozenset[str]
    """Those of the absent tops that come out of data layers (layers without bottoms)."""
    unsized_inputs: frozenset[str] = frozenset()
    """Old-style inputs with too few dims, whose shape Caffe reads from foreign memory."""
    forces_backward: bool = False
    """Whether every layer is to run Backward, whatever learns (`force_backward`)."""
    is_partial: bool = False
    """Whether the file has syntax errors, so that layers or blobs may be missing here."""
    broken_names: frozenset[str] = frozenset()
    """What stands in fields that the parser rejects: the name of a top may be among it."""
    dialects: tuple[str, ...] = ()
    """The repositories whose Caffe may read the net, BVLC's first."""

    @property
    def blobs(self) -> Iterator[Blob]:
        """Every version of every blob, in the order in which they are written."""
        return (top for layer in self.layers for top in layer.tops)

    @property
    def uses(self) -> Iterator[Use]:
        """Every bottom of every layer, in run order."""
        return (bottom for layer in self.layers for bottom in layer.bottoms)

    @property
    def params(self) -> Iterator[ParamSpec]:
        """Every `param { }` entry, in run order."""
        return (param for layer in self.layers for param in layer.params)

    @cached_property
    def final_blobs(self) -> dict[str, Blob]:
        """The last version of each blob by name: what Caffe holds under that name after a forward pass."""
        return {blob.name: blob for blob in self.blobs}

    @cached_property
    def mentions(self) -> "dict[str, list[Blob | Use]]":
        """The bottoms and tops of each name, in the order in which Caffe meets them."""
        found: dict[str, list[Blob | Use]] = {}
        for layer in self.layers:
            for use in layer.bottoms:
                found.setdefault(use.name, []).append(use)
            for top in layer.tops:
                found.setdefault(top.name, []).append(top)
        return found

    @cached_property
    def sharers(self) -> dict[str, list[ParamSpec]]:
        """The entries of each param name, owner first."""
        named: dict[str, list[ParamSpec]] = {}
        for param in self.params:
            if param.name:
                named.setdefault(param.name, []).append(param)
        return named

    @cached_property
    def is_unfed(self) -> bool:
        """Whether the net has no data in this state: what it reads comes from data layers of other states.

        Such a state is not meant to be used, like TEST in a file whose only data layer is for TRAIN. A state
        for which a data layer was written (one with rules) is used, and what that layer lacks is a mistake.
        """
        for layer in self.layers:
            if not layer.bottoms and (layer.block.has("include") or layer.block.has("exclude")):
                return False
        return any(use.blob is None and use.name in self.fed_elsewhere for use in self.uses)

    def graph(self) -> "networkx.MultiDiGraph[Layer]":
        """Layers as nodes, an edge for each bottom: key `(blob name, bottom index)`, attribute `blob`."""
        from .graph import net_graph

        return net_graph(self)


def names(states: Iterable[NetState]) -> tuple[str, ...]:
    """States as findings name them."""
    return tuple(str(state) for state in states)
