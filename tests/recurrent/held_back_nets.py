"""Random unrolled nets, written apart from the detection of recurrent cells, to measure it by.

They share nothing with the other random nets of these tests. Whoever works on the detection should not fit it
to single nets from here: they are worth something as long as they are new to it.
"""

from collections.abc import Sequence
from random import Random

from tests.recurrent.held_back_draft import CellStyle, Draft, Made, NetStyle, Value


class CellWriter:
    """Writes the steps of one cell."""

    def __init__(self, draft: Draft, number: int, style: CellStyle, marks: list[str]) -> None:
        self.draft, self.number, self.style, self.marks = draft, number, style, marks
        self.net = draft.style
        self.step = -1
        self.outputs: list[str] = []
        self.h = self.c = ""
        self.once: dict[str, list[str]] = {}
        self.flipped: dict[str, bool] = {}

    def put(self, role: str, kind: str, *bottoms: str, params: Sequence[str] = (), **fields: Value) -> str:
        """A layer of this step; its blob."""
        prefix = f"{self.number}|{self.step}|" if self.step >= 0 else f"{self.number}|"
        layer = Made(kind, list(bottoms), [prefix + role], fields, [f"{self.number}|{p}" for p in params])
        layer.cell, layer.step, layer.role = self.number, self.step, role
        return self.draft.put(layer)

    def product(self, role: str, blob: str, size: int, bias: bool, shared: bool = True) -> str:
        params = [f"{role}_w", f"{role}_b"][: 1 + bias] if shared else []
        top = self.put(role, "InnerProduct", blob, params=params, num_output=size, axis=self.net.feature_axis)
        if not bias:
            self.draft.layers[-1].fields["bias_term"] = "false"
        return top

    def both(self, role: str, operation: str, *blobs: str) -> str:
        if len(blobs) == 1:
            return blobs[0]
        flipped = self.flipped.setdefault(role, self.draft.random.random() < 0.3)
        return self.put(role, "Eltwise", *(blobs[::-1] if flipped else blobs), operation=operation)

    def activation(self, role: str, kind: str, blob: str) -> str:
        top = self.put(role, kind, blob)
        self.draft.layers[-1].in_place = self.style.in_place
        return top

    def marked(self, role: str, blob: str) -> str:
        if not self.style.marks:
            return blob
        return self.put(role, "Scale", blob, self.marks[self.step], axis=0)

    def begin(self, whole: str) -> None:
        """The initial states, and what is computed once for all steps."""
        style, shape = self.style, [*self.net.step_shape(), self.style.hidden]
        states = ["h0", "c0"] if style.kind in ("lstm", "lstm-unit") and not style.one_zero else ["h0"]
        for state in states:
            if self.net.states == "Input":
                self.put(state, "Input", dim=list(shape))
            else:
                filler = 'type: "constant" value: 0' if self.number or self.net.compact else "value: 0"
                self.put(state, "DummyData", dim=list(shape), filler=filler)
        self.h = f"{self.number}|h0"
        self.c = f"{self.number}|{states[-1]}"
        if style.once:
            for role, size in self.x_products():
                blob = self.product(f"{role}_all", whole, size, True, shared=False)
                self.once[role] = self.draft.cut(blob, f"{self.number}|{role}|", self.number)

    def x_products(self) -> list[tuple[str, int]]:
        hidden, order = self.style.hidden, self.style.order
        if self.style.kind == "gru" and self.style.joint:
            return [("Wx", 2 * hidden), ("Wx_n", hidden)]
        if self.style.joint:
            return [("Wx", len(order) * hidden)]
        return [(f"Wx_{gate}", hidden) for gate in order]

    def sources(self, suffix: str, size: int, x: str, h: str) -> list[str]:
        """What the products of x and h add to some units."""
        if self.style.concat:
            role = f"xh{suffix}" if suffix == "_n" else "xh"
            joined = f"{self.number}|{self.step}|{role}"
            if self.draft.find(self.number, self.step, role) is None:
                self.put(role, "Concat", x, h, axis=self.net.feature_axis)
            return [self.product(f"W{suffix}", joined, size, True)]
        role = f"Wx{suffix}"
        from_x = self.once[role][self.step] if self.style.once else self.product(role, x, size, True)
        return [from_x, self.product(f"Wh{suffix}", h, size, self.style.bias_of_h)]

    def terms(self, gates: str, x: str, h: str) -> dict[str, list[str]]:
        """What is added up to each gate."""
        hidden = self.style.hidden
        if not self.style.joint or len(gates) == 1:
            return {gate: self.sources(f"_{gate}", hidden, x, h) for gate in gates}
        total = self.both("sum", "SUM", *self.sources("", len(gates) * hidden, x, h))
        self.put("split", "Slice", total, axis=self.net.feature_axis)
        if self.style.explicit_points:
            self.draft.layers[-1].fields["slice_point"] = [hidden * n for n in range(1, len(gates))]
        self.draft.layers[-1].tops = [f"{self.number}|{self.step}|{gate}_in" for gate in gates]
        return {gate: [top] for gate, top in zip(gates, self.draft.layers[-1].tops, strict=True)}

    def gate(self, gate: str, terms: list[str], cell: str = "") -> str:
        if cell and self.style.peepholes == "scale":
            axis = self.net.feature_axis
            peep = self.put(f"peep_{gate}", "Scale", cell, params=[f"peep_{gate}"], axis=axis)
            terms = [*terms, peep]
        elif cell and self.style.peepholes:
            terms = [*terms, self.product(f"peep_{gate}", cell, self.style.hidden, False)]
        return self.activation(
            gate, "TanH" if gate in "gn" else "Sigmoid", self.both(f"{gate}_sum", "SUM", *terms)
        )

    def write(self, step: int, x: str) -> None:
        self.step = step
        {"lstm": self.lstm, "gru": self.gru, "rnn": self.rnn, "lstm-unit": self.unit}[self.style.kind](x)
        self.outputs.append(self.h)

    def lstm(self, x: str) -> None:
        h = self.marked("mark_h", self.h)
        old = self.marked("mark_c", self.c) if self.style.marks == "states" else self.c
        terms = self.terms(self.style.order, x, h)
        i, f = self.gate("i", terms["i"], old), self.gate("f", terms["f"], old)
        g = self.gate("g", terms["g"])
        f = self.marked("mark_f", f) if self.style.marks == "forget" else f
        self.c = self.both("c", "SUM", self.both("keep", "PROD", f, old), self.both("write", "PROD", i, g))
        o = self.gate("o", terms["o"], self.c)
        self.h = self.both("h", "PROD", o, self.put("tanh_c", "TanH", self.c))

    def unit(self, x: str) -> None:
        h = self.marked("mark_h", self.h)
        gates = self.both("sum", "SUM", *self.sources("", 4 * self.style.hidden, x, h))
        self.put("unit", "LSTMUnit", self.c, gates, self.marks[self.step])
        self.c, self.h = (f"{self.number}|{self.step}|{state}" for state in "ch")
        self.draft.layers[-1].tops = [self.c, self.h]

    def rnn(self, x: str) -> None:
        h = self.marked("mark_h", self.h)
        self.h = self.activation(
            "h", "TanH", self.both("sum", "SUM", *self.sources("", self.style.hidden, x, h))
        )

    def gru(self, x: str) -> None:
        h = self.marked("mark_h", self.h)
        terms = self.terms("".join(gate for gate in self.style.order if gate != "n"), x, h)
        z, r = self.gate("z", terms["z"]), self.gate("r", terms["r"])
        if self.style.resets_product:
            from_x, from_h = self.sources("_n", self.style.hidden, x, h)
            n = self.gate("n", [from_x, self.both("reset", "PROD", r, from_h)])
        else:
            n = self.gate("n", self.terms("n", x, self.both("reset", "PROD", r, h))["n"])
        rest = self.put("rest", "Power", z, scale=-1, shift=1)
        kept, new = (z, rest) if self.style.keeps_by_z else (rest, z)
        self.h = self.both("h", "SUM", self.both("keep", "PROD", kept, h), self.both("write", "PROD", new, n))


class NetWriter:
    """Writes a whole net into a draft."""

    def __init__(self, draft: Draft) -> None:
        self.draft, self.style, self.cells = draft, draft.style, draft.cells

    def write(self) -> None:
        style = self.style
        need_whole = self.cells[0].once
        whole, x = self.draft.sequence("x", [self.cells[0].width], need_whole)
        marks = self.draft.sequence("cont", [], False)[1] if any(cell.marks for cell in self.cells) else []
        cells = [CellWriter(self.draft, number, cell, marks) for number, cell in enumerate(self.cells)]
        if style.by_time and len(cells) == 2:
            cells[0].begin(whole)
            cells[1].begin("")
            for t in range(style.steps):
                cells[0].write(t, x[t])
                cells[1].write(t, self._between(cells[0].outputs[t], t))
        else:
            for number, cell in enumerate(cells):
                cell.begin(whole)
                for t in range(style.steps):
                    cell.write(t, x[t])
                x = cell.outputs
                if number + 1 < len(cells):
                    if cells[number + 1].style.once:
                        whole = self._joined(x, number, "below")
                    else:
                        x = [self._between(h, t) for t, h in enumerate(x)]
        self._head(cells[-1].outputs)

    def _between(self, h: str, step: int) -> str:
        if not self.style.dropout:
            return h
        return self.draft.put(Made("Dropout", [h], [f"drop|{step}"], {"dropout_ratio": 0.3}))

    def _joined(self, outputs: list[str], cell: int, role: str) -> str:
        layer = Made("Concat", list(outputs), [f"{role}"], {"axis": self.style.time_axis})
        layer.cell, layer.role = cell, "join"
        return self.draft.put(layer)

    def _head(self, outputs: list[str]) -> None:
        style = self.style
        last = len(self.cells) - 1
        blob = self._joined(outputs, last, "all_h") if style.all_outputs else outputs[-1]
        shape = style.whole_shape() if style.all_outputs else style.step_shape()
        axis = style.feature_axis
        score = self.draft.put(Made("InnerProduct", [blob], ["score"], {"num_output": 5, "axis": axis}))
        label = self.draft.put(Made("Input", [], ["label"], {"dim": shape}))
        self.draft.put(Made("SoftmaxWithLoss", [score, label], ["loss"], {"axis": axis}))


def random_draft(random: Random, least_steps: int = 3) -> Draft:
    """A net without mistakes."""

    def chance(share: float) -> bool:
        return random.random() < share

    layout = random.choice(["flat", "time-first", "time-first", "batch-first"])
    pieces = layout != "batch-first" and chance(0.25)
    kinds = ["lstm", "lstm", "lstm", "gru", "gru", "rnn"] + ["lstm-unit"] * (layout == "time-first")
    style = NetStyle(
        steps=min(40, least_steps + int(random.expovariate(0.2))),
        batch=random.randint(2, 6),
        layout=layout,
        pieces=pieces,
        states=random.choice(["Input", "DummyData"]),
        names=random.randrange(4),
        by_time=chance(0.5),
        all_outputs=chance(0.7),
        compact=chance(0.5),
        dropout=chance(0.3),
    )
    cells: list[CellStyle] = []
    width, marks = random.randint(3, 12), chance(0.4)
    for number in range(2 if chance(0.3) else 1):
        kind = cells[0].kind if cells and chance(0.8) else random.choice(kinds)
        concat = chance(0.2)
        order = {"lstm": "ifog", "gru": "zrn", "rnn": "h", "lstm-unit": "ifog"}[kind]
        peepholes = random.choice(["scale", "full"]) if kind == "lstm" and chance(0.2) else ""
        joint = kind in ("rnn", "lstm-unit") or chance(0.5)
        cell = CellStyle(
            kind=kind,
            hidden=width if chance(0.2) else random.randint(3, 12),
            width=width,
            order="".join(random.sample(order, len(order))),
            joint=joint,
            concat=concat,
            once=not concat and chance(0.3) and not (number and style.by_time),
            marks=("states" if peepholes or chance(0.6) else "forget")
            if marks or kind == "lstm-unit"
            else "",
            peepholes=peepholes,
            in_place=chance(0.6),
            bias_of_h=chance(0.3),
            explicit_points=chance(0.8),
            keeps_by_z=chance(0.5),
            resets_product=not concat and chance(0.25),
            one_zero=chance(0.15),
        )
        cells.append(cell)
        width = cell.hidden
    if cells[-1].kind == "lstm-unit" and not marks:
        cells[0].marks = cells[0].marks or "states"
    draft = Draft(random, style, cells)
    NetWriter(draft).write()
    return draft


def clean_net(seed: int) -> tuple[str, list[tuple[str, int]]]:
    """A net without mistakes, and its cells with their numbers of steps."""
    draft = random_draft(Random(f"clean {seed}"))
    return draft.text()[0], [(cell.kind, draft.style.steps) for cell in draft.cells]
