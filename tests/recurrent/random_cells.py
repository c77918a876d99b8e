"""The steps of each kind of cell, and the recursive residual block."""

from collections.abc import Callable

from tests.recurrent.random_draft import Pen
from tests.recurrent.random_gates import Writer
from tests.recurrent.random_text import Fields, Word


def _marked_h(writer: Writer, pen: Pen, h: str | None) -> str | None:
    has_marker = writer.style.markers and h is not None
    return writer.marked(pen, "h_marker", h) if has_marker and h else h


def lstm(writer: Writer) -> None:
    """c = f*c + i*g, h = o*tanh(c)."""
    cell, style = writer.cell, writer.style
    h, c = writer.initial("h"), writer.initial("c")
    for step in range(cell.steps):
        pen = Pen(writer.draft, cell, step)
        letters = style.order
        if c is None and style.is_separate:
            # Nothing to forget in the first step: nobody writes that gate.
            letters = letters.replace("f", "")
        gates = writer.gates(pen, letters, _marked_h(writer, pen, h))
        h, c = _lstm_states(writer, pen, gates, c)
        cell.h.append(h)
        cell.c.append(c)


def _lstm_states(writer: Writer, pen: Pen, gates: dict[str, str], c: str | None) -> tuple[str, str]:
    style = writer.style
    if style.has_peepholes and c is not None:
        gates |= {gate: writer.peephole(pen, gate, gates[gate], c) for gate in "if"}
    if style.has_forget_bias and c is not None:
        gates["f"] = pen.add("forget_bias", "Power", [gates["f"]], {"power_param": {"shift": 1}})[0]
    i = writer.activate(pen, "i", gates["i"], "Sigmoid")
    g = writer.activate(pen, "g", gates["g"], "TanH")
    new = writer.gate(pen, "remember", i, g)
    if c is None:
        found = new
    else:
        f = writer.activate(pen, "f", gates["f"], "Sigmoid")
        f = writer.marked(pen, "f_marker", f) if style.markers == "f" else f
        c = writer.marked(pen, "c_marker", c) if style.markers == "c" else c
        found = pen.eltwise("cell", "SUM", [writer.gate(pen, "forget", f, c), new])
    if style.has_peepholes:
        gates["o"] = writer.peephole(pen, "o", gates["o"], found)
    o = writer.activate(pen, "o", gates["o"], "Sigmoid")
    squashed = pen.add("cell_tanh", "TanH", [found])[0]
    return writer.gate(pen, "hidden", o, squashed), found


def lstm_unit(writer: Writer) -> None:
    """Caffe's LSTMUnit makes c and h of the gates; h is marked before its product."""
    cell = writer.cell
    h, c = writer.initial("h"), writer.initial("c")
    assert h
    assert c
    for step in range(cell.steps):
        pen = Pen(writer.draft, cell, step)
        group = writer.style.order
        marked = writer.marked(pen, "h_marker", h)
        gates = writer.unsplit(pen, group, marked)
        c, h = pen.add("unit", "LSTMUnit", [c, gates, cell.marks[step]], stems=["c", "h"])
        cell.h.append(h)
        cell.c.append(c)


def gru(writer: Writer) -> None:
    """Gates r and z, a new value n, and a blend of the old state and n."""
    cell, style = writer.cell, writer.style
    h = writer.initial("h")
    assert h
    for step in range(cell.steps):
        pen = Pen(writer.draft, cell, step)
        h = _marked_h(writer, pen, h)
        assert h
        gates = writer.gates(pen, style.order, h)
        r = writer.activate(pen, "r", gates["r"], "Sigmoid")
        z = writer.activate(pen, "z", gates["z"], "Sigmoid")
        h = _blend(writer, pen, z, h, _new_value(writer, pen, r, h))
        cell.h.append(h)


def _new_value(writer: Writer, pen: Pen, r: str, h: str) -> str:
    if not writer.style.resets_after or writer.style.is_fused:
        reset = writer.gate(pen, "reset", r, h)
        (blob,) = writer.gates(pen, "n", reset, suffix=" n").values()
    else:
        term = writer.term_of_x(pen, "n")
        product = writer.multiply(pen, "h_product n", h, writer.cell.hidden, has_bias=writer.style.has_h_bias)
        blob = writer.total(pen, "gate_sum n", [term, writer.gate(pen, "reset", r, product)])
    return writer.activate(pen, "n", blob, "TanH")


def _blend(writer: Writer, pen: Pen, z: str, h: str, n: str) -> str:
    blend = writer.style.blend
    if blend == "difference":
        difference = pen.eltwise("difference", "SUM", [n, h], [1, -1])
        return pen.eltwise("hidden", "SUM", [h, writer.gate(pen, "renew", z, difference)])
    rest = pen.add("complement", "Power", [z], {"power_param": {"scale": -1, "shift": 1}})[0]
    old, new = (z, rest) if blend == "keep" else (rest, z)
    return pen.eltwise("hidden", "SUM", [writer.gate(pen, "keep", old, h), writer.gate(pen, "renew", new, n)])


def rnn(writer: Writer) -> None:
    """h = act(Wx + Uh), with or without a product of h that is put out."""
    cell, style = writer.cell, writer.style
    h = writer.initial("h")
    for step in range(cell.steps):
        pen = Pen(writer.draft, cell, step)
        (blob,) = writer.gates(pen, "a", _marked_h(writer, pen, h)).values()
        h = writer.activate(pen, "a", blob, style.activation)
        cell.h.append(h)


def outputs(writer: Writer) -> list[str]:
    """What the cell hands on: h of every step, or a product of it by shared weights."""
    cell = writer.cell
    if not writer.style.has_output_product:
        return list(cell.h)
    found = []
    for step, h in enumerate(cell.h):
        pen = Pen(writer.draft, cell, step)
        product = writer.multiply(pen, "out_product", h, cell.hidden + 1, has_bias=True)
        found.append(pen.add("out_tanh", "TanH", [product])[0])
    return found


def recursive(writer: Writer) -> None:
    """The same convolutions applied again and again, each time summed with what the block was given."""
    cell = writer.cell
    start = h = cell.x[0]
    for step in range(cell.steps):
        pen = Pen(writer.draft, cell, step)
        blob = h
        for number in "12" if "two convolutions" in cell.traits else "1":
            blob = _recursive_unit(writer, pen, number, blob)
        back = start if "sum with input" in cell.traits else h
        h = pen.eltwise("residual", "SUM", [blob, back])
        if "relu after" in cell.traits:
            h = pen.add("relu_after", "ReLU", [h])[0]
        cell.h.append(h)


def _recursive_unit(writer: Writer, pen: Pen, number: str, blob: str) -> str:
    traits = writer.cell.traits
    is_before = "relu before" in traits

    def prepare(blob: str, *, may_rewrite: bool) -> str:
        if "batch norm" in traits:
            blob = pen.add(f"norm {number}", "BatchNorm", [blob])[0]
            scale: Fields = {"scale_param": {"bias_term": Word("true")}}
            blob = pen.in_place(f"norm_scale {number}", "Scale", blob, scale)
            may_rewrite = True
        if may_rewrite and writer.style.is_in_place:
            return pen.in_place(f"relu {number}", "ReLU", blob)
        return pen.add(f"relu {number}", "ReLU", [blob])[0]

    if is_before:
        blob = prepare(blob, may_rewrite=False)
    blob = writer.multiply(
        pen, f"convolution {number}", blob, writer.cell.hidden, has_bias=writer.style.has_h_bias
    )
    return blob if is_before else prepare(blob, may_rewrite=True)


CELLS: dict[str, Callable[[Writer], None]] = {
    "lstm": lstm,
    "lstm-unit": lstm_unit,
    "gru": gru,
    "rnn": rnn,
    "recursive": recursive,
}
