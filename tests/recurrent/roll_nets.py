"""Unrolled LSTMs and RNNs in the forms that people write by hand, each of which one native layer computes."""

from dataclasses import dataclass
from typing import Literal

ZERO = 'data_filler { type: "constant" value: 0 }'


@dataclass(frozen=True)
class Hand:
    """How an LSTM is written; `order` is that of the gates.

    `fused` multiplies x and h, joined in this order, by one matrix; `split_gates` has products for each gate.
    `reset` tells what else than h the markers reset. `x` comes as a sequence that is cut, or step by step.
    """

    steps: int = 3
    batch: int = 2
    features: int = 3
    units: int = 4
    order: str = "ifog"
    fused: Literal["", "xh", "hx"] = ""
    split_gates: bool = False
    biases: tuple[str, ...] = ("x",)
    reset: Literal["", "f", "c"] = ""
    x: Literal["sequence", "steps"] = "sequence"
    states: Literal["zero", "input"] = "zero"
    backwards: bool = False
    output: Literal["sequence", "last", "both", "each"] = "sequence"


def layer(name: str, kind: str, bottoms: str, tops: str, *lines: str) -> str:
    """One layer in lines of its own."""
    ends = [f'bottom: "{blob}"' for blob in bottoms.split()] + [f'top: "{blob}"' for blob in tops.split()]
    body = "".join(f"  {line}\n" for line in (f'name: "{name}"', f'type: "{kind}"', *ends, *lines))
    return f"layer {{\n{body}}}\n"


def hand_lstm(form: Hand) -> str:
    """The text of the net."""
    steps = list(range(form.steps))
    order = steps[::-1] if form.backwards else steps
    text = 'name: "by hand"\n# what comes in\n' + _inputs(form)
    before = "start"
    for t in order:
        text += f"# step {t}\n" + _step(form, t, before)
        before = str(t)
    text += "# what goes out\n"
    if form.output in ("sequence", "both"):
        text += layer("join", "Concat", " ".join(f"h{t}" for t in steps), "H", "concat_param { axis: 0 }")
    if form.output in ("last", "both"):
        text += layer("end", "Power", f"h{before}", "last", "power_param { scale: 2 }")
    if form.output == "each":
        text += "".join(
            layer(f"out{t}", "Power", f"h{t}", f"out{t}", "power_param { scale: 2 }") for t in steps
        )
    return text


def _inputs(form: Hand) -> str:
    def blob(name: str, *dims: int) -> str:
        shape = " ".join(f"dim: {dim}" for dim in dims)
        return layer(name, "Input", "", name, f"input_param {{ shape {{ {shape} }} }}")

    steps = range(form.steps)
    each = [f"x{t}" for t in steps]
    text = ""
    if form.x == "steps":
        text += "".join(blob(name, 1, form.batch, form.features) for name in each)
    else:
        text += blob("X", form.steps, form.batch, form.features)
        text += layer("cut_x", "Slice", "X", " ".join(each), "slice_param { axis: 0 }")
    if form.reset:
        text += blob("cont", form.steps, form.batch)
        conts = " ".join(f"cont{t}" for t in steps)
        text += layer("cut_cont", "Slice", "cont", conts, "slice_param { axis: 0 }")
    for state in ("hstart", "cstart"):
        if form.states == "input":
            text += blob(state, 1, form.batch, form.units)
        else:
            shape = f"shape {{ dim: 1 dim: {form.batch} dim: {form.units} }}"
            text += layer(state, "DummyData", "", state, f"dummy_data_param {{ {shape} {ZERO} }}")
    return text


def _product(name: str, bottom: str, weights: str, size: int, *, bias: bool) -> str:
    params = [f'param {{ name: "{weights}" }}', *([f'param {{ name: "{weights}_b" }}'] if bias else [])]
    block = f"inner_product_param {{ num_output: {size} axis: 2 bias_term: {str(bias).lower()} }}"
    return layer(name, "InnerProduct", bottom, name, *params, block)


def _sums(form: Hand, t: int, h: str, gate: str, size: int) -> tuple[str, str]:
    """The products of x and h for one gate or for all, and the blob of their sum."""
    tail = f"{gate}{t}"
    if form.fused:
        pair = f"x{t} {h}" if form.fused == "xh" else f"{h} x{t}"
        text = layer(f"xh{tail}", "Concat", pair, f"xh{tail}", "concat_param { axis: 2 }")
        return text + _product(f"p{tail}", f"xh{tail}", f"W{gate}", size, bias=bool(form.biases)), f"p{tail}"
    text = _product(f"px{tail}", f"x{t}", f"Wx{gate}", size, bias="x" in form.biases)
    text += _product(f"ph{tail}", h, f"Wh{gate}", size, bias="h" in form.biases)
    return text + layer(f"sum{tail}", "Eltwise", f"ph{tail} px{tail}", f"sum{tail}"), f"sum{tail}"


def _step(form: Hand, t: int, before: str) -> str:
    h, c, f, text = f"h{before}", f"c{before}", f"f{t}", ""
    scale = "scale_param { axis: 0 }"
    if form.reset:
        text += layer(f"hm{t}", "Scale", f"{h} cont{t}", f"hm{t}", scale)
        h = f"hm{t}"
    if form.reset == "c":
        text += layer(f"cm{t}", "Scale", f"{c} cont{t}", f"cm{t}", scale)
        c = f"cm{t}"
    raw = {}
    if form.split_gates:
        for gate in form.order:
            more, raw[gate] = _sums(form, t, h, gate, form.units)
            text += more
    else:
        more, whole = _sums(form, t, h, "", 4 * form.units)
        raw = {gate: f"raw_{gate}{t}" for gate in form.order}
        cuts = " ".join(f"slice_point: {number * form.units}" for number in (1, 2, 3))
        text += more + layer(
            f"cut{t}", "Slice", whole, " ".join(raw.values()), f"slice_param {{ axis: 2 {cuts} }}"
        )
    for gate in form.order:
        text += layer(f"{gate}{t}", "TanH" if gate == "g" else "Sigmoid", raw[gate], f"{gate}{t}")
    if form.reset == "f":
        text += layer(f"fm{t}", "Scale", f"f{t} cont{t}", f"fm{t}", scale)
        f = f"fm{t}"
    product = "eltwise_param { operation: PROD }"
    text += layer(f"fc{t}", "Eltwise", f"{c} {f}", f"fc{t}", product)
    text += layer(f"ig{t}", "Eltwise", f"g{t} i{t}", f"ig{t}", product)
    text += layer(
        f"c{t}", "Eltwise", f"fc{t} ig{t}", f"c{t}", "eltwise_param { operation: SUM coeff: 1 coeff: 1 }"
    )
    text += layer(f"tc{t}", "TanH", f"c{t}", f"tc{t}")
    return text + layer(f"h{t}", "Eltwise", f"tc{t} o{t}", f"h{t}", product)


HANDS = {
    "plain": Hand(),
    "four gates": Hand(split_gates=True, order="ogfi"),
    "fused xh": Hand(fused="xh", order="fiog"),
    "fused hx": Hand(fused="hx", split_gates=True),
    "two biases": Hand(biases=("x", "h"), order="giof"),
    "bias of h": Hand(biases=("h",), split_gates=True),
    "no bias": Hand(biases=()),
    "reset f": Hand(reset="f", steps=5),
    "reset c": Hand(reset="c", steps=5, order="iofg"),
    "x step by step": Hand(x="steps"),
    "states": Hand(states="input", output="both"),
    "states and markers": Hand(states="input", reset="c", output="last"),
    "last": Hand(output="last"),
    "both": Hand(output="both"),
    "each": Hand(output="each", fused="xh"),
    "backwards": Hand(backwards=True, order="ofig", output="both"),
    "backwards with markers": Hand(backwards=True, reset="f"),
    "two steps": Hand(steps=2, output="both", x="steps", biases=("x", "h")),
}
