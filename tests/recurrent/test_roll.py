"""Rolling up without Caffe: what the text looks like, what stays, and what is refused with which words."""

import re
from math import prod

import pytest

from caffe_lint.net import load
from caffe_lint.net.weights import LayerWeights, WeightBlob, Weights, pack_floats, unpack_floats
from caffe_lint.recurrent.roll import roll
from caffe_lint.recurrent.roll_weights import unrolled_weights
from caffe_lint.recurrent.unroll_convert import unroll_native
from caffe_lint.recurrent.unroll_native_layer import ConversionError
from tests.recurrent.native_nets import NETS
from tests.recurrent.roll_nets import Hand, hand_lstm, layer

PLAIN = hand_lstm(Hand())


def rolled(text: str) -> str:
    return roll(load(text.encode())).data.decode()


def types(text: str) -> list[str]:
    (net,) = load(text.encode()).nets()
    return [layer.type for layer in net.layers]


def test_one_layer_takes_the_place_of_all_steps() -> None:
    text = rolled(PLAIN)
    assert types(text) == ["Input", "DummyData", "DummyData", "Concat", "LSTM"]
    (net,) = load(text.encode()).nets()
    *_, begin, go_on, cont, lstm = net.layers
    assert [use.name for use in lstm.bottoms] == ["X", cont.tops[0].name]
    assert [use.blob.layer for use in cont.bottoms if use.blob] == [begin, go_on]
    assert [top.name for top in lstm.tops] == ["H"]
    assert lstm.block.block("recurrent_param").integer("num_output") == 4
    assert [param.name for param in lstm.params] == ["Wx", "Wx_b", "Wh"]


def test_markers_of_the_net_are_read() -> None:
    text = rolled(hand_lstm(Hand(reset="f")))
    (net,) = load(text.encode()).nets()
    (lstm,) = [layer for layer in net.layers if layer.type == "LSTM"]
    assert [use.name for use in lstm.bottoms] == ["X", "cont"]
    assert types(text) == ["Input", "Input", "LSTM"]


def test_comments_and_other_layers_stay() -> None:
    text = f'# head\n{PLAIN}layer {{ name: \'p\'  type: "Power" bottom: "H" top: "p" }}  # tail\n'
    comments = re.findall("#.*", text)
    after = rolled(text)
    assert re.findall("#.*", after) == comments
    assert 'layer { name: \'p\'  type: "Power" bottom: "H" top: "p" }  # tail\n' in after


def test_line_ends_are_kept() -> None:
    after = rolled(PLAIN.replace("\n", "\r\n"))
    assert after.count("\n") == after.count("\r\n")


def test_multipliers_and_fillers_are_taken_over() -> None:
    text = PLAIN.replace('param { name: "Wx" }', 'param { name: "Wx" lr_mult: 3 }')
    text = text.replace("bias_term: true", 'bias_term: true weight_filler { type: "xavier" }')
    text = text.replace("bias_term: false", 'bias_term: false weight_filler { type: "xavier" }')
    (net,) = load(rolled(text).encode()).nets()
    (lstm,) = [layer for layer in net.layers if layer.type == "LSTM"]
    assert lstm.params[0].block.real("lr_mult") == 3
    assert lstm.block.block("recurrent_param").block("weight_filler").string("type") == "xavier"


def test_two_biases_learn_as_fast_as_their_sum() -> None:
    text = hand_lstm(Hand(biases=("x", "h"))).replace('name: "Wx_b"', 'name: "Wx_b" lr_mult: 2')
    (net,) = load(rolled(text).encode()).nets()
    (lstm,) = [layer for layer in net.layers if layer.type == "LSTM"]
    assert lstm.params[1].block.real("lr_mult") == 3


def test_no_bias_stays_none() -> None:
    (net,) = load(rolled(hand_lstm(Hand(biases=()))).encode()).nets()
    (lstm,) = [layer for layer in net.layers if layer.type == "LSTM"]
    assert lstm.params[1].block.real("lr_mult") == 0
    assert lstm.params[1].block.real("decay_mult") == 0


def test_rows_are_put_into_the_order_of_caffe() -> None:
    form = Hand(units=1, features=2, order="gofi", biases=("x", "h"))
    x, h = [float(number) for number in range(8)], [10.0, 20.0, 30.0, 40.0]

    def blob(shape: tuple[int, ...], numbers: list[float]) -> WeightBlob:
        return WeightBlob(shape, pack_floats(numbers))

    weights = Weights(
        [
            LayerWeights("px0", "", (blob((4, 2), x), blob((4,), [1, 2, 3, 4]))),
            LayerWeights("ph0", "", (blob((4, 1), h), blob((4,), [100, 200, 300, 400]))),
            LayerWeights("other", "", ()),
        ]
    )
    found = roll(load(hand_lstm(form).encode()), weights).weights
    assert found is not None
    assert [layer.name for layer in found.layers] == ["lstm", "other"]
    w_x, bias, w_h = found.layers[0].blobs
    assert (w_x.shape, bias.shape, w_h.shape) == ((4, 2), (4,), (4, 1))
    assert [*unpack_floats(w_x.data)] == [6, 7, 4, 5, 2, 3, 0, 1]
    assert [*unpack_floats(bias.data)] == [404, 303, 202, 101]
    assert [*unpack_floats(w_h.data)] == [40, 30, 20, 10]


@pytest.mark.parametrize("name", ["lstm", "static", "states", "shared params"])
def test_weights_go_there_and_back(name: str) -> None:
    unrolled = unroll_native(load(NETS[name].encode()))
    layers = []
    for native in unrolled.layers:
        shapes = [tuple(dim or 0 for dim in shape or ()) for shape in native.shapes]
        blobs = tuple(WeightBlob(shape, pack_floats(range(prod(shape)))) for shape in shapes)
        layers.append(LayerWeights(native.name, "LSTM", blobs))
    there = unrolled_weights(unrolled.layers, Weights(layers))
    if name == "shared params":
        return
    back = roll(load(unrolled.data), there).weights
    assert back is not None
    for before, after in zip(layers, back.layers, strict=True):
        assert [bytes(blob.data) for blob in before.blobs] == [bytes(blob.data) for blob in after.blobs]


def changed(old: str, new: str, text: str = PLAIN) -> str:
    assert text.count(old) == 1, (text.count(old), old)
    return text.replace(old, new)


LOOK = layer("look", "Power", "c1", "look")
REFUSED = {
    "something else in the sum": (
        changed(
            layer("sum1", "Eltwise", "ph1 px1", "sum1"),
            layer("more", "Power", "px1", "more") + layer("sum1", "Eltwise", "ph1 px1 more", "sum1"),
        ),
        "more",
        "gate i of step 1 adds 'more' of Power 'more', no product of x or h with weights",
    ),
    "activation": (
        changed(layer("f1", "Sigmoid", "raw_f1", "f1"), layer("f1", "TanH", "raw_f1", "f1")),
        "f1",
        "gate f of step 1 wants Sigmoid: 'f1' comes out of TanH 'f1'",
    ),
    "state read elsewhere": (PLAIN + LOOK, "look", "the state 'c1' of step 1 is read by 'look'"),
    "unshared": (
        changed('top: "px2"\n  param { name: "Wx" }', 'top: "px2"\n  param { name: "V" }'),
        "px2",
        "step 2 has weights of its own in 'px2'",
    ),
    "c with tanh in place": (
        changed(layer("tc1", "TanH", "c1", "tc1"), layer("tc1", "TanH", "c1", "c1")).replace(
            'bottom: "tc1"', 'bottom: "c1"'
        ),
        "c2",
        "step 2 does not go on from the cell state of step 1",
    ),
    "wrong state": (
        changed('bottom: "h1"\n  top: "ph2"', 'bottom: "h0"\n  top: "ph2"'),
        "ph2",
        "gate i of step 2 reads 'h0' in 'ph2', not h of step 1, 'h1'",
    ),
    "coefficients": (
        PLAIN.replace("coeff: 1 coeff: 1", "coeff: 1 coeff: 2"),
        "c1",
        "c of step 1, 'c1', is no sum of two products, f * c and i * g",
    ),
    "read too early": (
        changed('name: "px0"', 'name: "px0"', PLAIN)
        .replace("# step 2\n", layer("early", "Power", "h0", "X2") + "# step 2\n")
        .replace('bottom: "x2"', 'bottom: "X2"'),
        "early",
        "'early' reads an output of a step, and 'X2', which another step reads, is made at or behind it",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_caffe_has_no_layer_for_is_refused(name: str) -> None:
    text, place, message = REFUSED[name]
    with pytest.raises(ConversionError, match=re.escape(message)) as caught:
        roll(load(text.encode()))
    line = text[: text.index(f'name: "{place}"')].count("\n") + 1
    assert str(caught.value).startswith(f"<bytes>:{line}: ")


NO_CELL = {
    "no cell": (
        layer("x", "Input", "", "x", "input_param { shape { dim: 1 } }"),
        "has no unrolled LSTM or RNN",
    ),
    "no net": ('base_lr: 1\nlr_policy: "fixed"\n', "holds no net"),
    "no text": ("layer { name: }\n", "no prototxt that Caffe reads"),
    "old form": ('layers { name: "x" type: TANH bottom: "a" top: "b" }\n', "old form"),
}


@pytest.mark.parametrize("name", NO_CELL)
def test_files_without_a_cell(name: str) -> None:
    text, message = NO_CELL[name]
    with pytest.raises(ConversionError, match=message):
        roll(load(text.encode()))


def test_weights_without_a_layer_are_refused() -> None:
    with pytest.raises(ConversionError, match="the weights have no layer 'px1'"):
        roll(load(PLAIN.encode()), Weights([LayerWeights("other", "", ())]))
    unrolled = unroll_native(load(NETS["lstm"].encode()))
    with pytest.raises(
        ConversionError, match="'H_layer' has 3 learned blobs, the weights have no such layer"
    ):
        unrolled_weights(unrolled.layers, Weights([LayerWeights("other", "", ())]))
