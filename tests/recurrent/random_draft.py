"""A net while it is written: its layers in an order that Caffe can run, and its cells with their states."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from tests.recurrent.random_names import Names
from tests.recurrent.random_style import Style
from tests.recurrent.random_text import Fields, Layer, Value, Word


@dataclass(frozen=True)
class Layout:
    """Which axis of a blob is what: the features, the time that a Slice cuts, and the shape of one step."""

    axis: int
    time: int
    batch: int
    kind: str

    def step(self, width: int) -> list[int]:
        """The shape of one step's blob of so many features."""
        n = self.batch
        return {"time": [1, n, width], "flat": [n, width], "batch": [n, 1, width], "image": [n, width, 5, 4]}[
            self.kind
        ]

    def whole(self, width: int, steps: int) -> list[int]:
        """The shape of the blob of all steps."""
        shape = self.step(width)
        shape[self.time] *= steps
        return shape

    def marks(self, steps: int) -> list[int]:
        """The shape of the continuation markers of all steps."""
        return self.whole(1, steps)[: self.axis]


def random_layout(random: Random, *, is_image: bool = False, kinds: str = "time flat batch") -> Layout:
    batch = random.randint(2, 5)
    kind = "image" if is_image else random.choice(kinds.split())
    axes = {"time": (2, 0), "flat": (1, 0), "batch": (2, 1), "image": (1, 0)}
    return Layout(*axes[kind], batch, kind)


@dataclass(eq=False)
class Cell:
    """The ground truth about a cell, filled in while it is written; step 0 is the first one to run."""

    kind: str
    name: str
    hidden: int
    steps: int
    layout: Layout
    direction: str = "forward"
    traits: set[str] = field(default_factory=set)
    layers: list[Layer] = field(default_factory=list)
    x: list[str] = field(default_factory=list)
    h: list[str] = field(default_factory=list)
    c: list[str] = field(default_factory=list)
    initial: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    width: int = 0
    """How many features x has."""
    style: Style | None = None
    cutter: Layer | None = None
    """The Slice that cuts the x of the cell into steps, if there is one."""

    def find(self, step: int, *roles: str) -> list[Layer]:
        """The layers of a step whose role begins with one of these words."""
        return [layer for layer in self.layers if layer.step == step and layer.role.split(" ")[0] in roles]

    def one(self, step: int, role: str) -> Layer | None:
        """The only layer of a step in exactly this role."""
        return next((layer for layer in self.layers if layer.step == step and layer.role == role), None)


class Draft:
    """All layers of a net that is being written."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.names = Names(random)
        self.layers: list[Layer] = []
        self.cells: list[Cell] = []
        self.given: list[str] = []
        self.marks: dict[str, list[str]] = {}
        self.is_shuffled = random.random() < 0.5
        self.has_swapped_bottoms = random.random() < 0.3

    def add(
        self,
        kind: str,
        bottoms: Sequence[str],
        stem: str | Sequence[str],
        settings: Fields | None = None,
        *,
        params: Sequence[Fields] = (),
        owner: str = "net",
        step: int = 0,
    ) -> Layer:
        """A further layer; its tops get new names made of the stems."""
        stems = [stem] if isinstance(stem, str) else stem
        tops = [self.names.blob(owner, each, step) for each in stems]
        return self.put(kind, bottoms, tops, settings, params=params)

    def put(
        self,
        kind: str,
        bottoms: Sequence[str],
        tops: Sequence[str],
        settings: Fields | None = None,
        *,
        params: Sequence[Fields] = (),
    ) -> Layer:
        """A further layer with known tops: in place, or none."""
        name = self.names.layer(tops[0] if tops else f"end of {bottoms[0]}")
        layer = Layer(name, kind, list(bottoms), list(tops), list(params), dict(settings or {}))
        self.layers.append(layer)
        return layer

    def input(self, stem: str, shape: Sequence[int], owner: str = "net", step: int = 0) -> str:
        """A blob that is fed."""
        return self.add(
            "Input", [], stem, {"input_param": {"shape": dims(shape)}}, owner=owner, step=step
        ).tops[0]

    def constant(self, stem: str, shape: Sequence[int], owner: str = "net", value: float | None = 0) -> str:
        """A DummyData of one value; None leaves the filler out."""
        filler: Fields = {} if value is None else {"data_filler": {"type": "constant", "value": value}}
        settings: Fields = {"dummy_data_param": {"shape": dims(shape), **filler}}
        return self.add("DummyData", [], stem, settings, owner=owner).tops[0]

    def cut(self, whole: str, parts: int, axis: int, stem: str, owner: str = "net") -> Layer:
        """A Slice into steps."""
        tops = [self.names.blob(owner, stem, step) for step in range(parts)]
        settings: Fields = {"axis": axis}
        if axis == 1 and self.random.random() < 0.5:
            settings = {}
        return self.put("Slice", [whole], tops, {"slice_param": settings} if settings else {})


class Pen:
    """Writes the layers of one step of a cell."""

    def __init__(self, draft: Draft, cell: Cell, step: int) -> None:
        self.draft = draft
        self.cell = cell
        self.step = step

    def add(
        self,
        role: str,
        kind: str,
        bottoms: Sequence[str],
        settings: Fields | None = None,
        *,
        params: Sequence[Fields] = (),
        stems: Sequence[str] = (),
    ) -> list[str]:
        """A layer of this step; returns its tops."""
        wanted = stems or [role.replace(" ", "_")]
        layer = self.draft.add(
            kind, bottoms, wanted, settings, params=params, owner=self.cell.name, step=self.step
        )
        return self._keep(layer, role)

    def in_place(self, role: str, kind: str, blob: str, settings: Fields | None = None) -> str:
        """A layer of this step that rewrites its bottom."""
        return self._keep(self.draft.put(kind, [blob], [blob], settings), role)[0]

    def eltwise(
        self, role: str, operation: str, bottoms: list[str], coefficients: Sequence[float] = ()
    ) -> str:
        """A sum or product; the order of its bottoms may differ between steps if the net is such a one."""
        if self.draft.has_swapped_bottoms and not coefficients:
            self.draft.random.shuffle(bottoms)
        settings: Fields = {"operation": Word(operation)}
        if coefficients:
            settings["coeff"] = list[Value](coefficients)
        return self.add(role, "Eltwise", bottoms, {"eltwise_param": settings})[0]

    def _keep(self, layer: Layer, role: str) -> list[str]:
        layer.role, layer.step = role, self.step
        self.cell.layers.append(layer)
        return layer.tops


def dims(shape: Sequence[int]) -> Fields:
    """A BlobShape."""
    return {"dim": list[Value](shape)}
