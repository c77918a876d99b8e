"""Adds layers to a NetSpec, pycaffe's or ours, and names their tops: what the unrolled nets are made with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Top(Protocol):
    """One output blob of a layer."""

    @property
    def n(self) -> int:
        """Which of the layer's tops it is."""


class Attributes(Protocol[T_co]):
    """An object that makes its attributes by name."""

    def __getattr__(self, name: str, /) -> T_co: ...


class Caffe(Protocol):
    """The modules `caffe` and `caffe_lint.netspec`, as far as they are needed here."""

    @property
    def layers(self) -> object:
        """Makes layers by their type."""

    @property
    def params(self) -> Attributes[Attributes[int]]:
        """Gives the values of enums by layer type."""


class Spec(Protocol):
    """A NetSpec; its attributes are set to name tops."""

    @property
    def tops(self) -> Mapping[str, object]:
        """The tops by name."""


class Cut(NamedTuple):
    """How a Slice cuts: along which axis, and how long each piece is."""

    axis: int
    size: int


@dataclass(frozen=True, slots=True)
class NetWriter:
    """A NetSpec to which layers are added; the names of layers and tops begin with `prefix`."""

    caffe: Caffe
    spec: Spec
    prefix: str = ""

    def within(self, prefix: str) -> "NetWriter":
        """The same NetSpec under a longer prefix."""
        return NetWriter(self.caffe, self.spec, self.prefix + prefix)

    def add(self, layer_type: str, name: str, *bottoms: Top, **fields: object) -> Top:
        """Add a layer with one top, which is named like the layer."""
        return self.add_layer(layer_type, name, (name,), *bottoms, **fields)[0]

    def add_layer(
        self, layer_type: str, name: str, tops: Sequence[str], *bottoms: Top, **fields: object
    ) -> tuple[Top, ...]:
        """Add a layer with tops of these names.

        Raises:
            ValueError: if there is a top of one of the names.
        """
        layer: Callable[..., Top | tuple[Top, ...]] = getattr(self.caffe.layers, layer_type)
        made = layer(*bottoms, name=self.prefix + name, ntop=len(tops), **fields)
        # NetSpec gives a single top as itself, several as a tuple.
        made = made if isinstance(made, tuple) else (made,)
        for top_name, top in zip(tops, made, strict=True):
            self.name_top(top_name, top)
        return made

    def name_top(self, name: str, top: Top) -> None:
        """Name a top; of several names the last one counts.

        Raises:
            ValueError: if there is a top of that name.
        """
        if self.prefix + name in self.spec.tops:
            raise ValueError(f"two blobs would have the name '{self.prefix + name}'")
        setattr(self.spec, self.prefix + name, top)

    def add_slice(self, name: str, bottom: Top, cut: Cut, tops: Sequence[str]) -> tuple[Top, ...]:
        """Add a Slice of as many equal pieces as there are names of tops."""
        block: dict[str, object] = {"axis": cut.axis}
        if len(tops) > 1:
            block["slice_point"] = [cut.size * piece for piece in range(1, len(tops))]
        return self.add_layer("Slice", name, tops, bottom, slice_param=block)

    def add_sink(self, name: str, *bottoms: Top) -> None:
        """Add a layer that reads blobs nobody asks for, so that they are no outputs of the net."""
        layer_type = "Silence"
        silence: Callable[..., object] = getattr(self.caffe.layers, layer_type)
        setattr(self.spec, self.prefix + name, silence(*bottoms, name=self.prefix + name, ntop=0))

    def add_sum(self, name: str, *bottoms: Top) -> Top:
        """Add a sum, element by element."""
        return self._add_eltwise(name, self.caffe.params.Eltwise.SUM, bottoms)

    def add_product(self, name: str, *bottoms: Top) -> Top:
        """Add a product, element by element."""
        return self._add_eltwise(name, self.caffe.params.Eltwise.PROD, bottoms)

    def _add_eltwise(self, name: str, operation: int, bottoms: tuple[Top, ...]) -> Top:
        return self.add("Eltwise", name, *bottoms, eltwise_param={"operation": operation})
