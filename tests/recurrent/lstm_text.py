"""Writes LSTMs unrolled over time in many legal forms, with names that mean nothing, to be found again."""

from dataclasses import dataclass, field
from random import Random
from string import ascii_lowercase

ROLES = (
    "gate_slice",
    "i_gate",
    "f_gate",
    "o_gate",
    "g_gate",
    "forget",
    "remember",
    "cell",
    "cell_tanh",
    "hidden",
)


@dataclass
class Part:
    """One layer; blobs have plain names here, which scrambling replaces."""

    type: str
    bottoms: list[str]
    tops: list[str]
    lines: list[str] = field(default_factory=list)

    def rename(self, old: str, new: str) -> None:
        """Read and write another blob instead of `old`."""
        self.bottoms = [new if blob == old else blob for blob in self.bottoms]
        self.tops = [new if blob == old else blob for blob in self.tops]


@dataclass(frozen=True)
class Form:
    """How an LSTM is written down.

    `gates` is the order of the four gates in the Slice. `in_sequence` multiplies x by its weights once for
    all steps, `has_markers` resets the state by cont markers, `in_place` lets the gates work in place.
    """

    steps: int = 3
    hidden: int = 4
    gates: str = "ifog"
    in_sequence: bool = False
    has_markers: bool = False
    in_place: bool = True


class Lstm:
    """An unrolled LSTM; `parts` are its layers by `role step`, in run order."""

    def __init__(self, random: Random, form: Form, prefix: str = "") -> None:
        self.random = random
        self.form = form
        self.prefix = prefix
        self.parts: dict[str, Part] = {}
        self._inputs()
        for step in range(form.steps):
            self._step(step)
        hidden = [f"h{step}" for step in range(form.steps)]
        self.parts["concat"] = Part("Concat", hidden, ["H"], ["concat_param { axis: 0 }"])
        for part in self.parts.values():
            if part.type == "Eltwise":
                random.shuffle(part.bottoms)

    def text(self) -> str:
        """The net as a prototxt, its layers in another legal order, with scrambled names."""
        return write(self.random, self.scrambled())

    def scrambled(self) -> dict[str, Part]:
        """The parts by layer name, the blobs with names that mean nothing."""
        blobs: dict[str, str] = {}

        def scramble(blob: str) -> str:
            return blobs.setdefault(blob, self._word())

        self.names = {key: self._word() for key in self.parts}
        return {
            self.names[key]: Part(
                part.type, [*map(scramble, part.bottoms)], [*map(scramble, part.tops)], part.lines
            )
            for key, part in self.parts.items()
        }

    def roles(self, step: int) -> dict[str, str]:
        """The names of a step's layers by role."""
        keys = [*ROLES, "gate_sum", "h_product", *([] if self.form.in_sequence else ["x_product"])]
        keys += ["marked_h", "marked_f"] if self.form.has_markers else []
        return {role: self.names[f"{role} {step}"] for role in keys}

    def _word(self) -> str:
        return self.prefix + "".join(self.random.choices(ascii_lowercase, k=12))

    def _inputs(self) -> None:
        form = self.form
        shape = f"shape {{ dim: 1 dim: 2 dim: {form.hidden} }}"
        for blob in ("h", "c"):
            self.parts[f"{blob} start"] = Part(
                "DummyData", [], [f"{blob}-1"], [f"dummy_data_param {{ {shape} }}"]
            )
        self._sequence("x", "dim: 5")
        if form.has_markers:
            self._sequence("cont", "")
        if form.in_sequence:
            self.parts["x product"] = self._product("x", "wx", "wx", "bias")
        for blob in ("wx" if form.in_sequence else "x", *["cont"] * form.has_markers):
            tops = [f"{blob}{step}" for step in range(form.steps)]
            self.parts[f"{blob} slice"] = Part("Slice", [blob], tops, ["slice_param { axis: 0 }"])

    def _sequence(self, blob: str, dims: str) -> None:
        shape = f"input_param {{ shape {{ dim: {self.form.steps} dim: 2 {dims} }} }}"
        self.parts[blob] = Part("Input", [], [blob], [shape])

    def _product(self, bottom: str, top: str, *params: str) -> Part:
        names = [f'param {{ name: "{self.prefix}{param}" }}' for param in params]
        block = ["inner_product_param {", "axis: 2", f"num_output: {4 * self.form.hidden}"]
        return Part(
            "InnerProduct", [bottom], [top], [*names, *block, *["bias_term: false"] * (len(params) < 2), "}"]
        )

    def _step(self, t: int) -> None:
        form, size = self.form, self.form.hidden
        h, f = f"h{t - 1}", f"f{t}"
        if form.has_markers:
            self._add(t, "marked_h", "Scale", f"h{t - 1} cont{t}", f"hm{t}", "scale_param { axis: 0 }")
            h, f = f"hm{t}", f"fm{t}"
        if not form.in_sequence:
            self.parts[f"x_product {t}"] = self._product(f"x{t}", f"wx{t}", "wx", "bias")
        self.parts[f"h_product {t}"] = self._product(h, f"wh{t}", "wh")
        self._add(t, "gate_sum", "Eltwise", f"wx{t} wh{t}", f"sum{t}")
        cuts = [f"slice_point: {number * size}" for number in (1, 2, 3)]
        raw = " ".join(f"raw_{gate}{t}" for gate in form.gates)
        self._add(t, "gate_slice", "Slice", f"sum{t}", raw, "slice_param {", "axis: 2", *cuts, "}")
        for gate in form.gates:
            function = "TanH" if gate == "g" else "Sigmoid"
            self._add(t, f"{gate}_gate", function, f"raw_{gate}{t}", f"{gate}{t}")
        if form.has_markers:
            self._add(t, "marked_f", "Scale", f"f{t} cont{t}", f"fm{t}", "scale_param { axis: 0 }")
        product = "eltwise_param { operation: PROD }"
        self._add(t, "forget", "Eltwise", f"{f} c{t - 1}", f"fc{t}", product)
        self._add(t, "remember", "Eltwise", f"i{t} g{t}", f"ig{t}", product)
        self._add(t, "cell", "Eltwise", f"fc{t} ig{t}", f"c{t}", "eltwise_param { operation: SUM }")
        self._add(t, "cell_tanh", "TanH", f"c{t}", f"tc{t}")
        self._add(t, "hidden", "Eltwise", f"o{t} tc{t}", f"h{t}", product)
        if form.in_place:
            for key, part in self.parts.items():
                for gate in "ifog" if key.endswith(f" {t}") else "":
                    part.rename(f"raw_{gate}{t}", f"{gate}{t}")

    def _add(self, step: int, role: str, layer_type: str, bottoms: str, tops: str, *lines: str) -> None:
        self.parts[f"{role} {step}"] = Part(layer_type, bottoms.split(), tops.split(), [*lines])


def write(random: Random, parts: dict[str, Part]) -> str:
    """Layers as a prototxt, in a random order that computes the same: each line holds one thing."""
    return "".join(_layer(name, parts[name]) for name in _shuffled(random, parts))


def line_in(text: str, layer: str, fragment: str) -> int:
    """The line of a fragment inside of a layer, counted from 1."""
    start = text.index(fragment, text.index(f'name: "{layer}"'))
    return text.count("\n", 0, start) + 1


def _layer(name: str, part: Part) -> str:
    blobs = [f'bottom: "{blob}"' for blob in part.bottoms] + [f'top: "{blob}"' for blob in part.tops]
    lines = [f'name: "{name}"', f'type: "{part.type}"', *blobs, *part.lines]
    return "layer {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def _shuffled(random: Random, parts: dict[str, Part]) -> list[str]:
    """A random order in which every blob is still written and read in the same turn as before."""
    waits: dict[str, set[str]] = {}
    followers: dict[str, list[str]] = {name: [] for name in parts}
    writer: dict[str, str] = {}
    readers: dict[str, list[str]] = {}
    for name, part in parts.items():
        before = {writer[blob] for blob in part.bottoms if blob in writer}
        before |= {reader for blob in part.tops for reader in readers.get(blob, [])}
        waits[name] = before - {name}
        for other in waits[name]:
            followers[other].append(name)
        assert part.type in ("Input", "DummyData") or {*part.bottoms} <= writer.keys(), f"{name} is too early"
        for blob in part.bottoms:
            readers.setdefault(blob, []).append(name)
        for blob in part.tops:
            writer[blob], readers[blob] = name, []
    ready = [name for name in parts if not waits[name]]
    order = []
    while ready:
        name = ready.pop(random.randrange(len(ready)))
        order.append(name)
        for other in followers[name]:
            waits[other].discard(name)
            if not waits[other]:
                ready.append(other)
    return order
