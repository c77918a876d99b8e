"""The way from x and h to the gates before their activation, and other parts that kinds of cells share."""

from dataclasses import dataclass, field

from tests.recurrent.random_draft import Cell, Draft, Layout, Pen
from tests.recurrent.random_style import Style
from tests.recurrent.random_text import Fields, Layer, Value, Word


@dataclass
class Sequence:
    """What a cell reads: the blob of all steps, the blobs of the steps, or both (a Slice lies between)."""

    draft: Draft
    layout: Layout
    steps: int
    width: int
    whole: str | None = None
    cut: list[str] = field(default_factory=list)
    cutter: Layer | None = None

    @property
    def parts(self) -> list[str]:
        """The blobs of the steps; the Slice is written when it is first needed."""
        if not self.cut and self.whole is not None:
            self.cutter = self.draft.cut(self.whole, self.steps, self.layout.time, "x")
            self.cut = self.cutter.tops
        return self.cut

    def cut_parts(self, is_backward: bool) -> list[str]:
        """The blobs of the steps in the order of running."""
        return self.parts[::-1] if is_backward else list(self.parts)


@dataclass
class Writer:
    """Writes one cell: what all its steps have in common."""

    draft: Draft
    cell: Cell
    style: Style
    source: Sequence
    static: str | None = None
    static_width: int = 0
    terms: dict[str, list[str]] = field(default_factory=dict)
    """The products of x that are made for the whole sequence, by gates: a blob a step."""
    weights: dict[str, list[Fields]] = field(default_factory=dict)

    @property
    def layout(self) -> Layout:
        """The axes of the blobs."""
        return self.cell.layout

    def groups(self, letters: str) -> list[str]:
        """The gates that get a product together."""
        return list(letters) if self.style.is_separate else [letters]

    def weight(self, role: str, *, has_bias: bool) -> list[Fields]:
        """The params of a product; the same names in every step."""
        if role not in self.weights:
            stems = ["w", "b"] if has_bias else ["w"]
            self.weights[role] = [
                {"name": self.draft.names.weight(self.cell.name, f"{stem}_{role.replace(' ', '_')}"), **more}
                for stem, more in zip(stems, self.style.multipliers, strict=False)
            ]
        return [dict(param) for param in self.weights[role]]

    def product_settings(self, outputs: int, *, has_bias: bool) -> tuple[str, Fields]:
        """The type and settings of a layer that multiplies by weights."""
        more: Fields = {} if has_bias else {"bias_term": Word("false")}
        if self.style.filler:
            more["weight_filler"] = dict(self.style.filler)
        if self.layout.kind == "image":
            window: Fields = {"num_output": outputs, "kernel_size": 3, "pad": 1, **more}
            return "Convolution", {"convolution_param": window}
        axis: Fields = {"axis": self.layout.axis} if self.layout.axis != 1 else {}
        return "InnerProduct", {"inner_product_param": {"num_output": outputs, **axis, **more}}

    def multiply(self, pen: Pen, role: str, bottom: str, outputs: int, *, has_bias: bool) -> str:
        """A product by shared weights in a step."""
        kind, settings = self.product_settings(outputs, has_bias=has_bias)
        params = self.weight(role, has_bias=has_bias)
        return pen.add(role, kind, [bottom], settings, params=params)[0]

    def term_of_x(self, pen: Pen, group: str) -> str:
        """The product of x for some gates in a step, or its part of the product of the whole sequence."""
        role, outputs = f"x_product {group}", len(group) * self.cell.hidden
        if not self.style.is_whole_x or (self.source.whole is None):
            return self.multiply(pen, role, self.cell.x[pen.step], outputs, has_bias=True)
        if group not in self.terms:
            whole = Pen(self.draft, self.cell, -1)
            blob = self.multiply(whole, role, self.source.whole, outputs, has_bias=True)
            cutter = self.draft.cut(blob, self.cell.steps, self.layout.time, f"xw_{group}", self.cell.name)
            cutter.role = f"x_slice {group}"
            self.cell.layers.append(cutter)
            tops = cutter.tops
            self.terms[group] = tops[::-1] if self.cell.direction == "backward" else tops
        return self.terms[group][pen.step]

    def gates(self, pen: Pen, letters: str, h: str | None, suffix: str = "") -> dict[str, str]:
        """The gates of a step before their activation."""
        joined = self._joined(pen, h, suffix) if self.style.is_fused and h is not None else None
        found: dict[str, str] = {}
        for group in self.groups(letters):
            terms = self._fused(pen, joined, group) if joined else self._terms(pen, group, h)
            blob = self.total(pen, f"gate_sum {group}", terms)
            found |= self.split(pen, group, blob)
        return found

    def unsplit(self, pen: Pen, group: str, h: str) -> str:
        """The gates of a step in one blob, for a layer that takes them so."""
        joined = self._joined(pen, h, "") if self.style.is_fused else None
        terms = self._fused(pen, joined, group) if joined else self._terms(pen, group, h)
        return self.total(pen, f"gate_sum {group}", terms)

    def _joined(self, pen: Pen, h: str, suffix: str) -> str:
        both = [self.cell.x[pen.step], h]
        if "h first" in self.cell.traits:
            both.reverse()
        axis: Fields = {"axis": self.layout.axis} if self.layout.axis != 1 else {}
        return pen.add(f"join{suffix}", "Concat", both, {"concat_param": axis} if axis else {})[0]

    def _fused(self, pen: Pen, joined: str, group: str) -> list[str]:
        outputs = len(group) * self.cell.hidden
        return [self.multiply(pen, f"xh_product {group}", joined, outputs, has_bias=True)]

    def _terms(self, pen: Pen, group: str, h: str | None) -> list[str]:
        outputs = len(group) * self.cell.hidden
        terms = [self.term_of_x(pen, group)]
        if h is not None:
            has_bias = self.style.has_h_bias
            terms.append(self.multiply(pen, f"h_product {group}", h, outputs, has_bias=has_bias))
        if self.style.has_static and self.static:
            terms.append(self._static_term(group, outputs))
        if self.style.has_attention and self.static and h is not None:
            weighted = self._attention(pen, h)
            terms.append(self.multiply(pen, f"attended {group}", weighted, outputs, has_bias=False))
        return terms

    def _static_term(self, group: str, outputs: int) -> str:
        if (key := f"static {group}") not in self.terms:
            kind, settings = self.product_settings(outputs, has_bias=False)
            assert self.static
            self.terms[key] = self.draft.add(
                kind, [self.static], f"static_{group}", settings, owner=self.cell.name
            ).tops
        return self.terms[key][0]

    def _attention(self, pen: Pen, h: str) -> str:
        done = pen.cell.one(pen.step, "attention")
        if done is not None:
            return done.tops[0]
        assert self.static
        scores = self.multiply(pen, "scores", h, self.static_width, has_bias=True)
        if "softmax" in self.cell.traits:
            settings: Fields = {"softmax_param": {"axis": self.layout.axis}}
            scores = pen.add("weights", "Softmax", [scores], settings)[0]
        else:
            scores = pen.add("weights", "Sigmoid", [scores])[0]
        return pen.eltwise("attention", "PROD", [scores, self.static])

    def total(self, pen: Pen, role: str, terms: list[str]) -> str:
        """The sum of some blobs: one Eltwise, or a chain of them."""
        if len(terms) == 1:
            return terms[0]
        if self.style.has_chained_sums:
            while len(terms) > 2:
                terms = [pen.eltwise(f"{role} part{len(terms)}", "SUM", terms[:2]), *terms[2:]]
        return pen.eltwise(role, "SUM", terms)

    def split(self, pen: Pen, group: str, blob: str) -> dict[str, str]:
        """A blob of some gates cut into them."""
        if len(group) == 1:
            return {group: blob}
        hidden = self.cell.hidden
        settings: Fields = {"axis": self.layout.axis}
        if self.style.has_slice_points:
            settings["slice_point"] = list[Value](range(hidden, hidden * len(group), hidden))
        tops = pen.add(
            f"gate_slice {group}",
            "Slice",
            [blob],
            {"slice_param": settings},
            stems=[f"{g}_in" for g in group],
        )
        return dict(zip(group, tops, strict=True))

    def activate(self, pen: Pen, letter: str, blob: str, kind: str) -> str:
        """A gate's activation, in place or not."""
        role = f"gate {letter}"
        return pen.in_place(role, kind, blob) if self.style.is_in_place else pen.add(role, kind, [blob])[0]

    def gate(self, pen: Pen, role: str, one: str, other: str) -> str:
        """One blob multiplied by another, element by element."""
        if self.style.gating == "Eltwise":
            return pen.eltwise(role, "PROD", [one, other])
        return pen.add(role, "Scale", [one, other], {"scale_param": {"axis": 0}})[0]

    def marked(self, pen: Pen, role: str, blob: str) -> str:
        """A state times the continuation marker of its step."""
        marker = self.cell.marks[pen.step]
        return pen.add(role, "Scale", [blob, marker], {"scale_param": {"axis": 0}})[0]

    def peephole(self, pen: Pen, letter: str, blob: str, c: str) -> str:
        """A gate that also sees the cell state, by one weight a unit."""
        axis: Fields = {"scale_param": {"axis": self.layout.axis, "num_axes": 1}}
        params = self.weight(f"peephole {letter}", has_bias=False)
        seen = pen.add(f"peephole {letter}", "Scale", [c], axis, params=params)[0]
        return pen.eltwise(f"peephole_sum {letter}", "SUM", [blob, seen])

    def initial(self, stem: str) -> str | None:
        """The state before the first step."""
        form = self.style.initial
        if form == "one zero" and self.cell.initial:
            return self.cell.initial[0]
        shape, owner = self.layout.step(self.cell.hidden), self.cell.name
        if form == "absent":
            return None
        if form == "given":
            return self.draft.given.pop(0)
        if form == "input":
            blob = self.draft.input(f"{stem}0", shape, owner)
        elif form == "learned":
            before = self.draft.input(f"{stem}_from", self.layout.step(3), owner)
            kind, settings = self.product_settings(self.cell.hidden, has_bias=True)
            blob = self.draft.add(kind, [before], f"{stem}0", settings, owner=owner).tops[0]
        else:
            blob = self.draft.constant(f"{stem}0", shape, owner, None if "without" in form else 0)
        self.cell.initial.append(blob)
        return blob
