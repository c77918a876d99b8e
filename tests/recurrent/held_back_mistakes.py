"""One mistake put into a net of `held_back_nets`, and where a finding about it may stand."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from tests.recurrent.held_back_draft import Draft, Made, Span
from tests.recurrent.held_back_nets import random_draft

Touched = tuple[set[str], list[Made]]
"""The right codes, any of which will do, and the layers that a finding may stand in."""


@dataclass(frozen=True)
class Planted:
    """A net with one mistake."""

    text: str
    mistake: str
    cell: str
    step: int
    codes: frozenset[str]
    places: tuple[Span, ...]


class UnfitError(Exception):
    """The net has no place for the mistake."""


class Planter:
    """Puts a mistake into one step of one cell of a draft."""

    def __init__(self, draft: Draft, random: Random) -> None:
        self.draft, self.random = draft, random
        self.cell = random.randrange(len(draft.cells))
        self.style = draft.cells[self.cell]
        self.step = random.randrange(1, draft.style.steps)

    def pick(self, layers: Iterable[Made]) -> Made:
        found = list(layers)
        if not found:
            raise UnfitError
        return self.random.choice(found)

    def here(self, *kinds: str) -> list[Made]:
        layers = self.draft.in_step(self.cell, self.step)
        return [layer for layer in layers if not kinds or layer.kind in kinds]

    def role(self, role: str, step: int | None = None) -> Made:
        return self.pick(
            filter(None, [self.draft.find(self.cell, self.step if step is None else step, role)])
        )

    def state(self, name: str, step: int) -> str:
        """The blob of h or c behind a step; behind step -1, the initial one."""
        blob = f"{self.cell}|{step}|{name}"
        if step >= 0:
            return blob
        return f"{self.cell}|h0" if self.style.one_zero or name == "h" else f"{self.cell}|c0"

    def reread(self, layers: list[Made], old: str, new: str) -> list[Made]:
        """Lets layers read another blob; all of them, or one."""
        readers = [layer for layer in layers if old in layer.bottoms]
        if not readers:
            raise UnfitError
        for layer in readers:
            layer.bottoms = [new if bottom == old else bottom for bottom in layer.bottoms]
        return readers

    def needs(self, *kinds: str) -> None:
        if self.style.kind not in kinds:
            raise UnfitError

    # Weights.

    def unnamed(self) -> Touched:
        layer = self.pick(layer for layer in self.here() if layer.params)
        layer.params[self.random.randrange(len(layer.params))] = None
        return {"CL501"}, [layer]

    def misspelt(self) -> Touched:
        layer = self.pick(layer for layer in self.here() if layer.params)
        layer.params[self.random.randrange(len(layer.params))] = f"{layer.params[-1]}~"
        return {"CL501"}, [layer]

    def weights_of_another_gate(self) -> Touched:
        layer = self.pick(layer for layer in self.here("InnerProduct", "Scale") if layer.params)
        prefix = layer.role.rpartition("_")[0]
        other = self.pick(
            one
            for one in self.here(layer.kind)
            if one is not layer and prefix and one.role.startswith(prefix) and one.fields == layer.fields
        )
        mine, others = layer.params, other.params
        layer.params = list(others)
        if self.random.random() < 0.5:
            other.params = mine
        return {"CL501", "CL507"}, [layer, other]

    # States.

    def tanh_in_place(self) -> Touched:
        self.needs("lstm")
        if self.step == self.draft.style.steps - 1:
            raise UnfitError
        layer = self.role("tanh_c")
        layer.in_place = True
        return {"CL502"}, [layer]

    def tanh_handed_on(self) -> Touched:
        self.needs("lstm")
        tanh = self.role("tanh_c", self.step - 1)
        return {"CL502"}, [*self.reread(self.here(), self.state("c", self.step - 1), tanh.top), tanh]

    def h_for_c(self) -> Touched:
        self.needs("lstm", "lstm-unit")
        old = self.state("c", self.step - 1)
        return {"CL506"}, self.reread(self.here(), old, self.state("h", self.step - 1))

    def c_for_h(self) -> Touched:
        self.needs("lstm", "lstm-unit")
        old = self.state("h", self.step - 1)
        return {"CL506"}, self.reread(self.here(), old, self.state("c", self.step - 1))

    def state_of_two_steps_ago(self) -> Touched:
        has_c = self.style.kind in ("lstm", "lstm-unit")
        name = self.random.choice("hc" if has_c else "h")
        old, older = self.state(name, self.step - 1), self.state(name, self.step - 2)
        readers = [layer for layer in self.here() if old in layer.bottoms]
        if self.random.random() < 0.5 and readers:
            readers = [self.random.choice(readers)]
        return {"CL506"}, self.reread(readers, old, older)

    def random_initial_state(self) -> Touched:
        layer = self.pick(layer for layer in self.draft.in_step(self.cell, -1) if layer.kind == "DummyData")
        layer.fields["filler"] = self.random.choice(['type: "gaussian" std: 0.1', 'type: "xavier"'])
        return {"CL508"}, [layer]

    def initial_shape(self) -> Touched:
        layer = self.pick(layer for layer in self.draft.in_step(self.cell, -1) if layer.role in ("h0", "c0"))
        dims = layer.fields["dim"]
        assert isinstance(dims, list)
        axis = self.random.choice([len(dims) - 1, 1 if self.draft.style.layout == "time-first" else 0])
        sizes = [int(size) for size in dims]
        sizes[axis] += 1
        layer.fields["dim"] = sizes
        return {"CL508"}, [layer]

    # Gates.

    def slice_point(self) -> Touched:
        layer = self.role("split")
        points = layer.fields.get("slice_point")
        if not isinstance(points, list):
            raise UnfitError
        moved = [int(point) for point in points]
        moved[self.random.randrange(len(moved))] += self.random.choice([-1, 1])
        every = self.random.random() < 0.4
        steps = range(self.draft.style.steps) if every else [self.step]
        layers = [self.role("split", step) for step in steps]
        for one in layers:
            one.fields["slice_point"] = list(moved)
        return {"CL503"}, layers

    def gate_order(self) -> Touched:
        layer = self.role("split")
        a, b = sorted(self.random.sample(range(len(layer.tops)), 2))
        pair = {layer.tops[a].rpartition("|")[2], layer.tops[b].rpartition("|")[2]}
        layer.tops[a], layer.tops[b] = layer.tops[b], layer.tops[a]
        # i and g are multiplied: exchanged, they look the same as with exchanged activations.
        return {"CL507"} | ({"CL505"} if pair == {"i_in", "g_in"} else set()), [layer] + (
            [self.role("i"), self.role("g")] if pair == {"i_in", "g_in"} else []
        )

    def other_activation(self) -> Touched:
        layer = self.pick(self.here("Sigmoid", "TanH"))
        gate = layer.role not in ("tanh_c", "h")
        layer.kind = self.random.choice(
            ["Sigmoid"] if layer.role in "gn" else ["Sigmoid", "ReLU"] if not gate else ["TanH", "ReLU"]
        )
        return {"CL505"} if gate else {"CL505", "CL509"}, [layer]

    def no_activation(self) -> Touched:
        layer = self.pick(self.here("Sigmoid", "TanH"))
        (blob,) = layer.bottoms
        self.draft.layers.remove(layer)
        readers = self.reread(self.draft.readers(layer.top), layer.top, blob)
        return {"CL505", "CL509"}, [*readers, self.draft.maker(blob)]

    # The build of a step.

    def axis(self) -> Touched:
        layer = self.pick(layer for layer in self.here("InnerProduct", "Slice", "Concat"))
        if layer.kind == "InnerProduct" and layer.role.startswith("peep"):
            raise UnfitError
        layer.fields["axis"] = self.draft.style.feature_axis - 1
        return {"CL504"}, [layer]

    def join_axis(self) -> Touched:
        layer = self.pick(layer for layer in self.draft.layers if layer.role == "join")
        if self.draft.style.layout == "flat" and layer.top == "all_h":
            # A head may well read the outputs of all steps side by side.
            raise UnfitError
        layer.fields["axis"] = self.draft.style.feature_axis
        return {"CL504"}, [layer]

    def operation(self) -> Touched:
        layer = self.pick(self.here("Eltwise"))
        right = layer.fields["operation"]
        layer.fields["operation"] = "SUM" if right == "PROD" else self.random.choice(["MAX", "PROD"])
        return {"CL509"}, [layer]

    def extra_layer(self) -> Touched:
        before = self.pick(layer for layer in self.here("InnerProduct", "Eltwise", "Sigmoid", "TanH"))
        if before.role == "h" and all(layer.cell < 0 for layer in self.draft.readers(before.top)):
            # A layer between the last output and the head is part of the head.
            raise UnfitError
        new = self.random.choice(
            [
                Made("Power", [before.top], [f"{self.cell}|{self.step}|more"], {"scale": 0.5}),
                Made("Dropout", [before.top], [f"{self.cell}|{self.step}|more"], {"dropout_ratio": 0.5}),
            ]
        )
        readers = self.reread(self.draft.readers(before.top), before.top, new.top)
        self.draft.layers.insert(self.draft.layers.index(before) + 1, new)
        return {"CL509", "CL505"}, [new, before, *readers]

    def other_width(self) -> Touched:
        layer = self.pick(self.here("InnerProduct"))
        size = layer.fields["num_output"]
        assert isinstance(size, int)
        layer.fields["num_output"] = size + (self.random.choice([1, size // self.style.hidden]))
        return {"CL509"}, [layer]

    def x_of_another_step(self) -> Touched:
        other = self.draft.in_step(self.cell, self.step - 1)
        mine = {blob: at for layer in self.here() for at, blob in enumerate(layer.bottoms)}
        outer = [blob for blob in mine if self.draft.maker(blob).cell != self.cell]
        outer += [blob for blob in mine if self.draft.maker(blob).role == "cut"]
        outer = [blob for blob in outer if not blob.startswith("cont")]
        if not outer:
            raise UnfitError
        blob = self.random.choice(outer)
        before = self._of_step(blob, self.step - 1)
        if not any(before in layer.bottoms for layer in other):
            raise UnfitError
        return {"CL509", "CL506"}, self.reread(self.here(), blob, before)

    def _of_step(self, blob: str, step: int) -> str:
        """The blob of the same name in another step."""
        words = blob.split("|")
        at = len(words) - 2 if blob.endswith("|h") else len(words) - 1
        words[at] = str(step)
        return "|".join(words)

    # Outputs and markers.

    def join(self) -> Touched:
        layer = self.pick(layer for layer in self.draft.layers if layer.role == "join")
        at = self.random.randrange(1, len(layer.bottoms))
        match self.random.choice(["left out", "exchanged", "twice"]):
            case "left out":
                del layer.bottoms[at]
            case "exchanged":
                layer.bottoms[at - 1 : at + 1] = layer.bottoms[at - 1 : at + 1][::-1]
            case _:
                layer.bottoms[at] = layer.bottoms[at - 1]
        return {"CL510"}, [layer]

    def marker_of_another_step(self) -> Touched:
        readers = [layer for layer in self.here() if f"cont|{self.step}" in layer.bottoms]
        if self.random.random() < 0.5 and readers:
            readers = [self.random.choice(readers)]
        return {"CL511"}, self.reread(readers, f"cont|{self.step}", f"cont|{self.step - 1}")

    def no_marker(self) -> Touched:
        layer = self.pick(layer for layer in self.here("Scale") if layer.role.startswith("mark"))
        self.draft.layers.remove(layer)
        readers = self.reread(self.here(), layer.top, layer.bottoms[0])
        return {"CL511"}, readers


MISTAKES: tuple[Callable[[Planter], Touched], ...] = (
    Planter.unnamed,
    Planter.misspelt,
    Planter.weights_of_another_gate,
    Planter.tanh_in_place,
    Planter.tanh_handed_on,
    Planter.h_for_c,
    Planter.c_for_h,
    Planter.state_of_two_steps_ago,
    Planter.random_initial_state,
    Planter.initial_shape,
    Planter.slice_point,
    Planter.gate_order,
    Planter.other_activation,
    Planter.no_activation,
    Planter.axis,
    Planter.join_axis,
    Planter.operation,
    Planter.extra_layer,
    Planter.other_width,
    Planter.x_of_another_step,
    Planter.join,
    Planter.marker_of_another_step,
    Planter.no_marker,
)


def planted_net(seed: int) -> Planted:
    """A net of five steps or more with one mistake; the seeds take turns at the mistakes."""
    random = Random(f"planted {seed}")
    mistake = MISTAKES[seed % len(MISTAKES)]
    while True:
        planter = Planter(random_draft(random, least_steps=5), random)
        try:
            codes, layers = mistake(planter)
        except UnfitError:
            continue
        text, spans = planter.draft.text()
        places = tuple(spans[layer] for layer in layers)
        return Planted(text, mistake.__name__, planter.style.kind, planter.step, frozenset(codes), places)
