"""Drafts of the held-back random nets: layers in order, and the file that they make."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

Value = int | float | str | list[int] | list[str]
Span = tuple[int, int]

PARAM_OF = {
    "Input": "input_param",
    "DummyData": "dummy_data_param",
    "InnerProduct": "inner_product_param",
    "Eltwise": "eltwise_param",
    "Slice": "slice_param",
    "Concat": "concat_param",
    "Scale": "scale_param",
    "Power": "power_param",
    "Dropout": "dropout_param",
    "SoftmaxWithLoss": "softmax_param",
}


@dataclass(eq=False)
class Made:
    """A layer; its blobs have the names of the draft, which differ even where it works in place."""

    kind: str
    bottoms: list[str]
    tops: list[str]
    fields: dict[str, Value] = field(default_factory=dict)
    params: list[str | None] = field(default_factory=list)
    in_place: bool = False
    cell: int = -1
    step: int = -1
    role: str = ""

    @property
    def top(self) -> str:
        return self.tops[0]


@dataclass
class CellStyle:
    """How one cell is written."""

    kind: str
    hidden: int
    width: int
    order: str
    joint: bool
    concat: bool
    once: bool
    marks: str
    peepholes: str
    in_place: bool
    bias_of_h: bool
    explicit_points: bool
    keeps_by_z: bool
    resets_product: bool
    one_zero: bool


@dataclass
class NetStyle:
    """How the whole net is written."""

    steps: int
    batch: int
    layout: str
    pieces: bool
    states: str
    names: int
    by_time: bool
    all_outputs: bool
    compact: bool
    dropout: bool

    @property
    def feature_axis(self) -> int:
        return 1 if self.layout == "flat" else 2

    @property
    def time_axis(self) -> int:
        return 1 if self.layout == "batch-first" else 0

    def step_shape(self) -> list[int]:
        return {"flat": [self.batch], "time-first": [1, self.batch], "batch-first": [self.batch, 1]}[
            self.layout
        ]

    def whole_shape(self) -> list[int]:
        shape = self.step_shape()
        shape[self.time_axis] *= self.steps
        return shape


class Draft:
    """A net that is being written: its layers in order."""

    def __init__(self, random: Random, style: NetStyle, cells: Sequence[CellStyle]) -> None:
        self.random = random
        self.style = style
        self.cells = cells
        self.layers: list[Made] = []
        self._letters: dict[str, str] = {}

    def put(self, layer: Made) -> str:
        self.layers.append(layer)
        return layer.top

    def find(self, cell: int, step: int, role: str) -> Made | None:
        found = (one for one in self.layers if (one.cell, one.step, one.role) == (cell, step, role))
        return next(found, None)

    def readers(self, blob: str) -> list[Made]:
        return [layer for layer in self.layers if blob in layer.bottoms]

    def maker(self, blob: str) -> Made:
        return next(layer for layer in self.layers if blob in layer.tops)

    def in_step(self, cell: int, step: int) -> list[Made]:
        return [layer for layer in self.layers if (layer.cell, layer.step) == (cell, step)]

    def sequence(self, name: str, width: list[int], whole: bool) -> tuple[str, list[str]]:
        """A sequence as the net gets it, and its pieces, one for each step."""
        style = self.style
        if style.pieces and not whole:
            shape = style.step_shape() + width
            tops = [self.put(Made("Input", [], [f"{name}|{t}"], {"dim": shape})) for t in range(style.steps)]
            return "", tops
        blob = self.put(Made("Input", [], [f"{name}"], {"dim": style.whole_shape() + width}))
        return blob, self.cut(blob, f"{name}|")

    def cut(self, blob: str, prefix: str, cell: int = -1) -> list[str]:
        """The pieces of a sequence, cut along time."""
        style = self.style
        tops = [f"{prefix}{t}" for t in range(style.steps)]
        unit = style.batch if style.layout == "flat" else 1
        points = [unit * t for t in range(1, style.steps)]
        fields: dict[str, Value] = {"axis": style.time_axis, "slice_point": points}
        if style.compact:
            del fields["slice_point"]
        self.put(Made("Slice", [blob], tops, fields, cell=cell, role="cut"))
        return tops

    def text(self) -> tuple[str, dict[Made, Span]]:
        """The file, and where each layer stands in it."""
        parts = ['name: "net"\n']
        spans: dict[Made, Span] = {}
        named: dict[str, str] = {}
        for layer in self.layers:
            for top in layer.tops:
                named[top] = named[layer.bottoms[0]] if layer.in_place else self.named(top)
            start = sum(map(len, parts))
            parts.append(self._layer_text(layer, named))
            spans[layer] = (start, start + len(parts[-1]))
        return "".join(parts), spans

    def _layer_text(self, layer: Made, named: dict[str, str]) -> str:
        name = self.named(layer.top) if layer.kind != "Slice" else self.named("cut|" + layer.top)
        items = [f'name: "{name}"', f'type: "{layer.kind}"']
        items += [f'bottom: "{named[bottom]}"' for bottom in layer.bottoms]
        items += [f'top: "{named[top]}"' for top in layer.tops]
        if any(layer.params):
            items += [f'param {{ name: "{self.named(p)}" }}' if p else "param { }" for p in layer.params]
        if layer.fields:
            items.append(f"{PARAM_OF[layer.kind]} {{ {' '.join(fields_text(layer))} }}")
        if self.style.compact:
            return f"layer {{ {' '.join(items)} }}\n"
        return "layer {\n" + "".join(f"  {item}\n" for item in items) + "}\n"

    def named(self, blob: str) -> str:
        """What a blob, layer or param of the draft is called in the file."""
        blob, misspelt, _ = blob.partition("~")
        words = blob.split("|")
        role = "_".join(word for word in words if not word.isdigit())
        numbers = [int(word) for word in words if word.isdigit()]
        tail = "_".join(map(str, numbers[::-1]))
        kinds = ["cell", "t"] if words[words[0] == "cut"].isdigit() else ["t"]
        if self.style.names == 0:
            name = "/".join([*[f"{kind}{n}" for kind, n in zip(kinds, numbers, strict=False)][::-1], role])
        elif self.style.names == 1:
            name = f"{role}_{tail}" if tail else role
        elif self.style.names == 2:
            name = (
                "".join(f"{kind[0].upper()}{n:02d}_" for kind, n in zip(kinds, numbers, strict=False)) + role
            )
        else:
            if blob not in self._letters:
                letters = "".join(self.random.choices("abcdefghjkmnpqrstuvwxyz", k=7))
                self._letters[blob] = letters
            name = self._letters[blob]
        return name[:-2] + name[-1] + name[-2] + "q" if misspelt else name


def fields_text(layer: Made) -> list[str]:
    """What stands in the message of the layer's own type."""
    if "dim" in layer.fields:
        dims = layer.fields["dim"]
        assert isinstance(dims, list)
        shape = f"shape {{ {' '.join(f'dim: {size}' for size in dims)} }}"
        filler = layer.fields.get("filler")
        return [shape, f"data_filler {{ {filler} }}"] if filler else [shape]
    lines = []
    for key, value in layer.fields.items():
        lines += [f"{key}: {one}" for one in (value if isinstance(value, list) else [value])]
    if layer.kind == "InnerProduct":
        lines.append('weight_filler { type: "xavier" }')
    return lines
