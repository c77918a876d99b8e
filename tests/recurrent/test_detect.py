"""Unrolled LSTMs are found by what they compute, whatever their names, their order and their form."""

from itertools import permutations
from random import Random

import pytest

from caffe_lint.net import Net, NetState, load
from caffe_lint.recurrent import Unroll, find_defects, find_unrolls
from tests.recurrent.lstm_text import ROLES, Form, Lstm, Part, write


def net(text: str) -> Net:
    document = load(text.encode(), "bvlc")
    assert document.syntax_problems == []
    assert document.schema_problems == []
    (built,) = document.nets([NetState("TRAIN")])
    return built


def check(unroll: Unroll, lstm: Lstm, *more: str) -> None:
    """The unroll is that LSTM, layer by layer; `more` are parts that its steps have besides, by role."""
    found = [{role: layer.name for role, layer in step.layers.items()} for step in unroll.steps]
    assert found == [
        lstm.roles(step) | {role: name for role in more if (name := lstm.names.get(f"{role} {step}"))}
        for step in range(lstm.form.steps)
    ]
    assert unroll.cell == "lstm"
    assert unroll.hidden_size == lstm.form.hidden
    names = ["wh"] if lstm.form.in_sequence else ["wx", "bias", "wh"]
    assert sorted(unroll.shared_params) == sorted(lstm.prefix + name for name in names)
    assert list(find_defects([unroll])) == []


FORMS = {
    "two steps": Form(steps=2),
    "three steps": Form(),
    "thirty steps": Form(steps=30, hidden=7),
    "all x at once": Form(in_sequence=True),
    "with markers": Form(steps=4, has_markers=True),
    "all x at once, with markers": Form(steps=5, in_sequence=True, has_markers=True),
    "gates out of place": Form(in_place=False),
    "gates out of place, with markers": Form(in_place=False, has_markers=True),
    "one unit": Form(hidden=1),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("seed", range(4))
def test_every_form_is_found(name: str, seed: int) -> None:
    lstm = Lstm(Random(seed), FORMS[name])
    (unroll,) = find_unrolls(net(lstm.text()))
    check(unroll, lstm)


@pytest.mark.parametrize("gates", ["".join(gates) for gates in permutations("ifog")])
def test_every_order_of_the_gates_is_found(gates: str) -> None:
    lstm = Lstm(Random(gates), Form(gates=gates))
    (unroll,) = find_unrolls(net(lstm.text()))
    check(unroll, lstm)


@pytest.mark.parametrize("seed", range(25))
def test_random_forms_are_found(seed: int) -> None:
    random = Random(seed)
    form = Form(
        steps=random.randint(2, 30),
        hidden=random.randint(1, 600),
        gates="".join(random.sample("ifog", 4)),
        in_sequence=random.random() < 0.5,
        has_markers=random.random() < 0.5,
        in_place=random.random() < 0.5,
    )
    lstm = Lstm(random, form)
    (unroll,) = find_unrolls(net(lstm.text()))
    check(unroll, lstm)


def test_independent_lstms_in_one_net() -> None:
    random = Random(1)
    forms = [
        Form(steps=4, hidden=3),
        Form(steps=2, in_sequence=True),
        Form(steps=7, hidden=9, has_markers=True),
    ]
    lstms = [Lstm(random, form, prefix) for form, prefix in zip(forms, "abc", strict=True)]
    parts = {name: part for lstm in lstms for name, part in lstm.scrambled().items()}
    unrolls = find_unrolls(net(write(random, parts)))
    assert len(unrolls) == 3
    by_steps = {len(unroll.steps): unroll for unroll in unrolls}
    for lstm in lstms:
        check(by_steps[lstm.form.steps], lstm)


def test_stacked_lstms() -> None:
    random = Random(2)
    lower, upper = Lstm(random, Form(), "a"), Lstm(random, Form(hidden=6), "b")
    lower_parts, upper_parts = lower.scrambled(), upper.scrambled()
    for step in range(3):
        hidden = lower_parts[lower.names[f"hidden {step}"]].tops
        upper_parts[upper.names[f"x_product {step}"]].bottoms = [*hidden]
    unrolls = find_unrolls(net(write(random, lower_parts | upper_parts)))
    for unroll, lstm in zip(
        sorted(unrolls, key=lambda unroll: unroll.hidden_size or 0), (lower, upper), strict=True
    ):
        check(unroll, lstm)


def test_an_lstm_that_runs_backwards() -> None:
    lstm = Lstm(Random(3), Form(steps=5))
    lstm.parts["x slice"].tops.reverse()
    lstm.parts["concat"].bottoms.reverse()
    (unroll,) = find_unrolls(net(lstm.text()))
    check(unroll, lstm)


def joined(encoder: Lstm, decoders: list[Lstm]) -> str:
    """A net in which each decoder starts from the states that the encoder ends with."""
    last = encoder.form.steps - 1
    parts = encoder.scrambled()
    state = {
        "h start": parts[encoder.names[f"hidden {last}"]].tops,
        "c start": parts[encoder.names[f"cell {last}"]].tops,
    }
    for decoder in decoders:
        own = decoder.scrambled()
        for key, (blob,) in state.items():
            (unused,) = own.pop(decoder.names[key]).tops
            for part in own.values():
                part.rename(unused, blob)
        parts |= own
    return write(encoder.random, parts)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("is_in_sequence", [False, True])
def test_an_encoder_and_decoders_with_weights_of_their_own(seed: int, is_in_sequence: bool) -> None:
    random = Random(seed)
    encoder = Lstm(random, Form(steps=4, in_sequence=is_in_sequence), "a")
    decoders = [Lstm(random, Form(steps=steps), prefix) for steps, prefix in [(2, "b"), (3, "c")]]
    unrolls = find_unrolls(net(joined(encoder, decoders)))
    by_steps = {len(unroll.steps): unroll for unroll in unrolls}
    assert sorted(by_steps) == [2, 3, 4]
    for lstm in (encoder, *decoders):
        check(by_steps[lstm.form.steps], lstm)


def test_a_decoder_with_the_weights_of_its_encoder_is_the_same_lstm() -> None:
    random = Random(6)
    encoder, decoder = Lstm(random, Form(steps=4)), Lstm(random, Form(steps=2))
    (unroll,) = find_unrolls(net(joined(encoder, [decoder])))
    assert len(unroll.steps) == 6
    assert list(find_defects([unroll])) == []


def test_a_cell_state_that_markers_reset() -> None:
    lstm = Lstm(Random(7), Form(steps=4, has_markers=True))
    for step in range(4):
        scale, forget = lstm.parts[f"marked_f {step}"], lstm.parts[f"forget {step}"]
        scale.bottoms, scale.tops = [f"c{step - 1}", f"cont{step}"], [f"cm{step}"]
        forget.bottoms = [f"cm{step}", f"f{step}"]
    (unroll,) = find_unrolls(net(lstm.text()))
    check(unroll, lstm)


def test_dropout_between_the_steps() -> None:
    lstm = Lstm(Random(8), Form(steps=4))
    for step in range(1, 4):
        lstm.parts[f"h_product {step}"].bottoms = [f"dropped{step}"]
    items = []
    for key, part in lstm.parts.items():
        if key.startswith("h_product ") and key != "h_product 0":
            step = int(key.split()[1])
            items.append((f"dropout {step}", Part("Dropout", [f"h{step - 1}"], [f"dropped{step}"])))
        items.append((key, part))
    lstm.parts = dict(items)
    (unroll,) = find_unrolls(net(lstm.text()))
    check(unroll, lstm, "dropout")


def test_an_input_that_stays_the_same() -> None:
    lstm = Lstm(Random(9), Form(steps=4))
    shape = "input_param { shape { dim: 1 dim: 2 dim: 7 } }"
    static = {"s": Part("Input", [], ["s"], [shape])}
    lines = ['param { name: "ws" }', "inner_product_param { axis: 2 num_output: 16 bias_term: false }"]
    static["s product"] = Part("InnerProduct", ["s"], ["ws"], lines)
    for step in range(4):
        lstm.parts[f"gate_sum {step}"].bottoms.insert(step % 3, "ws")
    lstm.parts = static | lstm.parts
    (unroll,) = find_unrolls(net(lstm.text()))
    check(unroll, lstm)


@pytest.mark.parametrize("seed", range(8))
def test_inputs_that_come_one_by_one(seed: int) -> None:
    lstm = Lstm(Random(seed), Form(steps=4))
    shape = "input_param { shape { dim: 1 dim: 2 dim: 5 } }"
    inputs = {f"x {step}": Part("Input", [], [f"x{step}"], [shape]) for step in range(4)}
    del lstm.parts["x"], lstm.parts["x slice"]
    lstm.parts = inputs | lstm.parts
    (unroll,) = find_unrolls(net(lstm.text()))
    check(unroll, lstm)


@pytest.mark.parametrize("seed", range(8))
def test_products_without_names_are_told_apart_by_what_they_read(seed: int) -> None:
    lstm = Lstm(Random(seed), Form(steps=4))
    for key, part in lstm.parts.items():
        if "product" in key:
            part.lines = [line for line in part.lines if "name" not in line]
    (unroll,) = find_unrolls(net(lstm.text()))
    for step, found in enumerate(unroll.steps):
        assert {role: layer.name for role, layer in found.layers.items()} == lstm.roles(step)


def test_features_may_be_any_axis() -> None:
    lstm = Lstm(Random(13), Form(steps=4))
    for part in lstm.parts.values():
        part.lines = ["axis: 1" if line == "axis: 2" else line for line in part.lines]
    (unroll,) = find_unrolls(net(lstm.text()))
    check(unroll, lstm)


def test_a_step_without_a_product_of_h_has_none() -> None:
    lstm = Lstm(Random(10), Form(steps=4))
    del lstm.parts["h_product 0"], lstm.parts["gate_sum 0"]
    lstm.parts["gate_slice 0"].bottoms = ["wx0"]
    (unroll,) = find_unrolls(net(lstm.text()))
    first, *rest = unroll.steps
    assert first.layers["x_product"].name == lstm.names["x_product 0"]
    assert "h_product" not in first.layers
    assert [step.layers["h_product"].name for step in rest] == [
        lstm.names[f"h_product {t}"] for t in (1, 2, 3)
    ]
    assert unroll.hidden_size == 4
    assert list(find_defects([unroll])) == []


def convolved(*, are_named: bool) -> Lstm:
    lstm = Lstm(Random(11), Form())
    for key, part in lstm.parts.items():
        if "product" in key:
            part.type = "Convolution"
            names = [line for line in part.lines if "name" in line] if are_named else []
            bias = "true" if key.startswith("x_product") else "false"
            block = f"convolution_param {{ num_output: 16 kernel_size: 1 bias_term: {bias} }}"
            part.lines = [*names, block]
        elif key.startswith("gate_slice"):
            # A convolution puts its outputs along the channels.
            part.lines = ["axis: 1" if line == "axis: 2" else line for line in part.lines]
    return lstm


def test_convolutions_in_the_place_of_products() -> None:
    lstm = convolved(are_named=True)
    (unroll,) = find_unrolls(net(lstm.text()))
    check(unroll, lstm)


def test_convolutions_that_share_nothing() -> None:
    lstm = convolved(are_named=False)
    (unroll,) = find_unrolls(net(lstm.text()))
    assert unroll.hidden_size == 4
    assert unroll.shared_params == []
    assert [{role: layer.name for role, layer in step.layers.items()} for step in unroll.steps] == [
        lstm.roles(step) for step in range(3)
    ]
    assert [defect.kind for defect in find_defects([unroll])] == ["unshared-weights"] * 3


def test_one_step_is_an_lstm_of_one_step() -> None:
    lstm = Lstm(Random(12), Form(steps=1))
    (unroll,) = find_unrolls(net(lstm.text()))
    (step,) = unroll.steps
    assert unroll.cell == "lstm"
    assert unroll.hidden_size == 4
    assert {role: step.layers[role].name for role in ROLES} == {role: lstm.roles(0)[role] for role in ROLES}
    assert {lstm.names[f"{role} 0"] for role in ("x_product", "h_product")} <= {
        layer.name for layer in step.layers.values()
    }
    assert list(find_defects([unroll])) == []


# --- what is no unrolled LSTM


def test_ordinary_nets_have_no_unrolls() -> None:
    for text in (RESIDUAL, SIAMESE, GATED, ""):
        assert find_unrolls(net(text)) == []


def layer(spec: str, params: str = "") -> str:
    (layer_type, *bottoms), _, tops = (side.split() for side in spec.partition("->"))
    blobs = "".join([f' bottom: "{blob}"' for blob in bottoms] + [f' top: "{blob}"' for blob in tops])
    return f'layer {{ name: "{tops[0]} {layer_type}" type: "{layer_type}"{blobs} {params} }}\n'


PRODUCT = "eltwise_param { operation: PROD }"
CONVOLUTION = "convolution_param { num_output: 4 kernel_size: 1 }"
X = layer("Input -> x", "input_param { shape { dim: 2 dim: 4 dim: 8 dim: 8 } }")

RESIDUAL = X + "".join(
    layer(f"Convolution {source} -> a{number}", CONVOLUTION)
    + layer(f"ReLU a{number} -> a{number}")
    + layer(f"Convolution a{number} -> b{number}", CONVOLUTION)
    + layer(f"Eltwise {source} b{number} -> s{number}")
    + layer(f"ReLU s{number} -> s{number}")
    for number, source in enumerate(["x", "s0", "s1", "s2"])
)

SIAMESE = layer("Input -> pair", "input_param { shape { dim: 2 dim: 2 dim: 8 dim: 8 } }")
SIAMESE += layer("Slice pair -> left right", "slice_param { slice_dim: 1 slice_point: 1 }")
SIAMESE += "".join(
    layer(f"Convolution {side} -> conv_{side}", f'param {{ name: "w" }} param {{ name: "b" }} {CONVOLUTION}')
    + layer(f"Sigmoid conv_{side} -> conv_{side}")
    for side in ("left", "right")
)
SIAMESE += layer("Eltwise conv_left conv_right -> both", PRODUCT)

# Highway layers: gates and sums of products, but no state that runs through equal steps.
GATED = X + "".join(
    layer(f"Convolution {source} -> t{number}", CONVOLUTION)
    + layer(f"Sigmoid t{number} -> g{number}")
    + layer(f"Power g{number} -> n{number}", "power_param { scale: -1 shift: 1 }")
    + layer(f"Convolution {source} -> y{number}", CONVOLUTION)
    + layer(f"Eltwise g{number} y{number} -> p{number}", PRODUCT)
    + layer(f"Eltwise n{number} {source} -> q{number}", PRODUCT)
    + layer(f"Eltwise p{number} q{number} -> z{number}")
    + layer(f"TanH z{number} -> w{number}")
    for number, source in enumerate(["x", "w0", "w1"])
)
