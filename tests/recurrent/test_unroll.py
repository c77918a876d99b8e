"""The unroll generator: the classic example layer by layer, the general form, and what it refuses."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from google.protobuf import text_format
from google.protobuf.json_format import MessageToDict

from caffe_lint.recurrent.unroll import unroll
from caffe_lint.recurrent.unroll_options import (
    Filler,
    GruOptions,
    LstmOptions,
    LstmStyle,
    Training,
    UnrollOptions,
)
from caffe_lint.schema import BVLC, load_schema
from caffe_lint.schema.descriptors import message_class

EXAMPLES = Path(__file__).parents[2] / "examples"

CLASSIC = LstmOptions(steps=3, batch=10, hidden=500, input_shape=(128, 10, 10), style="netspec")
SMALL = LstmOptions(steps=2, batch=4, hidden=3, input_shape=(5,))

Layers = dict[str, dict[str, object]]


def layers_of(text: str) -> Layers:
    """The layers by name, as BVLC's schema reads them; a bottom is its writer and the index of the top."""
    net = text_format.Parse(text, message_class("NetParameter", load_schema().view([BVLC]))())
    layers: Layers = {}
    writers: dict[str, str] = {}
    for layer in MessageToDict(net, preserving_proto_field_name=True)["layer"]:
        name, bottoms, tops = layer.pop("name"), layer.pop("bottom", []), layer.pop("top", [])
        assert name not in layers
        layer["bottoms"] = [writers.get(bottom, bottom) for bottom in bottoms]
        layer["in_place"] = bottoms == tops
        writers |= {top: f"{name}:{index}" for index, top in enumerate(tops)}
        layers[name] = layer
    return layers


def layer(layer_type: str, *bottoms: str, **fields: object) -> dict[str, object]:
    return {"type": layer_type, "bottoms": list(bottoms), "in_place": False, **fields}


def classic_reference() -> Layers:
    """The classic example for three steps, ten sequences and 500 units, written down once more."""
    zero = {"type": "constant", "value": 0.0}
    small = {"type": "uniform", "min": -0.05, "max": 0.05}
    gates = {"num_output": 2000, "axis": 2, "weight_filler": small, "bias_filler": zero}
    state = {"shape": [{"dim": ["1", "10", "500"]}], "data_filler": [zero]}
    weight = {"lr_mult": 1.0, "decay_mult": 1.0}
    bias = {"lr_mult": 2.0, "decay_mult": 0.0}
    mx = {
        "inner_product_param": gates,
        "param": [{"name": "w_t0/Mxw", **weight}, {"name": "w_t0/Mxb", **bias}],
    }
    mh = {"inner_product_param": {**gates, "bias_term": False}, "param": [{"name": "w_t0/Mhw", **weight}]}
    add, multiply = {"eltwise_param": {"operation": "SUM"}}, {"eltwise_param": {"operation": "PROD"}}
    x = {"shape": [{"dim": ["3", "10", "128", "10", "10"]}]}
    net: Layers = {
        "h0": layer("DummyData", dummy_data_param=state),
        "c0": layer("DummyData", dummy_data_param=state),
        "X": layer("DummyData", dummy_data_param=x),
        "slice_X": layer("Slice", "X:0", slice_param={"axis": 0, "slice_point": [1, 2]}),
    }
    h, c = "h0:0", "c0:0"
    for t in range(3):
        at = f"t{t}/lstm/"
        cut = {"axis": 2, "slice_point": [500, 1000, 1500]}
        net |= {
            f"{at}Mx": layer("InnerProduct", f"slice_X:{t}", **mx),
            f"{at}Mh": layer("InnerProduct", h, **mh),
            f"{at}Mx+Mh": layer("Eltwise", f"{at}Mx:0", f"{at}Mh:0", **add),
            f"{at}slice": layer("Slice", f"{at}Mx+Mh:0", slice_param=cut),
            f"{at}i": layer("Sigmoid", f"{at}slice:0", in_place=True),
            f"{at}f": layer("Sigmoid", f"{at}slice:1", in_place=True),
            f"{at}o": layer("Sigmoid", f"{at}slice:2", in_place=True),
            f"{at}g": layer("TanH", f"{at}slice:3", in_place=True),
            f"{at}c_f": layer("Eltwise", f"{at}f:0", c, **multiply),
            f"{at}c_i": layer("Eltwise", f"{at}i:0", f"{at}g:0", **multiply),
            f"{at}c": layer("Eltwise", f"{at}c_f:0", f"{at}c_i:0", **add),
            f"{at}act_c": layer("TanH", f"{at}c:0"),
            f"{at}h": layer("Eltwise", f"{at}o:0", f"{at}act_c:0", **multiply),
        }
        h, c = f"{at}h:0", f"{at}c:0"
    hidden = [f"t{t}/lstm/h:0" for t in range(3)]
    return net | {"concat_h": layer("Concat", *hidden, concat_param={"axis": 0})}


def test_classic_form_is_the_classic_example() -> None:
    assert layers_of(unroll(CLASSIC)) == classic_reference()


def test_example_script_makes_the_classic_form() -> None:
    scope: dict[str, object] = {"__name__": "lstm_netspec"}
    exec((EXAMPLES / "lstm_netspec.py").read_text() + "\ntext = str(unrolled_lstm().to_proto())", scope)
    assert layers_of(str(scope["text"])) == classic_reference()


def test_sequence_form_multiplies_x_once() -> None:
    layers = layers_of(unroll(SMALL))
    assert layers["X"] == layer("Input", input_param={"shape": [{"dim": ["2", "4", "5"]}]})
    assert layers["lstm/Mx"]["bottoms"] == ["X:0"]
    assert layers["slice_Mx"] == layer("Slice", "lstm/Mx:0", slice_param={"axis": 0, "slice_point": [1]})
    assert layers["t0/lstm/Mx+Mh"]["bottoms"] == ["slice_Mx:0", "t0/lstm/Mh:0"]
    assert layers["t1/lstm/Mx+Mh"]["bottoms"] == ["slice_Mx:1", "t1/lstm/Mh:0"]
    assert [found["type"] for found in layers.values()].count("InnerProduct") == 3


def test_cont_resets_h_and_the_forget_gate() -> None:
    layers = layers_of(unroll(replace(SMALL, cont="cont")))
    reset = {"scale_param": {"axis": 0}}
    assert layers["cont"] == layer("Input", input_param={"shape": [{"dim": ["2", "4"]}]})
    assert layers["t1/lstm/h_cont"] == layer("Scale", "t0/lstm/h:0", "slice_cont:1", **reset)
    assert layers["t1/lstm/f_cont"] == layer("Scale", "t1/lstm/f:0", "slice_cont:1", **reset)
    assert layers["t1/lstm/Mh"]["bottoms"] == ["t1/lstm/h_cont:0"]
    assert layers["t1/lstm/c_f"]["bottoms"] == ["t1/lstm/f_cont:0", "t0/lstm/c:0"]


def test_initial_state_as_input() -> None:
    layers = layers_of(unroll(replace(SMALL, initial_state="input")))
    shape = {"shape": [{"dim": ["1", "4", "3"]}]}
    assert layers["h0"] == layers["c0"] == layer("Input", input_param=shape)


def test_last_output_is_the_last_h() -> None:
    text = unroll(replace(SMALL, output="last"))
    assert 'top: "h_last"' in text
    assert "Concat" not in text
    assert list(layers_of(text))[-1] == "t1/lstm/h"


def test_both_outputs() -> None:
    layers = layers_of(unroll(replace(SMALL, output="both")))
    assert layers["split_h"]["bottoms"] == ["t1/lstm/h:0"]
    assert layers["concat_h"]["bottoms"] == ["t0/lstm/h:0", "split_h:0"]


def test_bottom_leaves_the_layers_around_to_the_net() -> None:
    options = replace(SMALL, input_shape=(), bottom="fc7", cont="mask", initial_state="input", prefix="a/")
    text = unroll(options)
    assert not text.startswith("name:")
    layers = layers_of(text)
    assert "Input" not in {found["type"] for found in layers.values()}
    assert layers["a/lstm/Mx"]["bottoms"] == ["fc7"]
    assert layers["a/slice_cont"]["bottoms"] == ["mask"]
    assert layers["a/t0/lstm/h_cont"]["bottoms"] == ["a/h0", "a/slice_cont:0"]
    assert layers["a/t0/lstm/c_f"]["bottoms"] == ["a/t0/lstm/f_cont:0", "a/c0"]


def test_prefixes() -> None:
    text = unroll(replace(SMALL, prefix="a/"))
    assert all(name.startswith("a/") for name in layers_of(text))
    assert text.count('name: "a/w_t0/Mhw"') == 2
    assert unroll(replace(SMALL, weight_prefix="w")).count('name: "wMhw"') == 2


def test_training_of_the_parameters() -> None:
    weight = Training(0.5, 3, Filler("xavier"))
    bias = Training(0, 1, Filler.parse("gaussian:mean=1,std=0.5"))
    layers = layers_of(unroll(replace(SMALL, weight=weight, bias=bias)))
    assert layers["lstm/Mx"]["param"] == [
        {"name": "w_t0/Mxw", "lr_mult": 0.5, "decay_mult": 3.0},
        {"name": "w_t0/Mxb", "lr_mult": 0.0, "decay_mult": 1.0},
    ]
    assert layers["lstm/Mx"]["inner_product_param"] == {
        "num_output": 12,
        "axis": 2,
        "weight_filler": {"type": "xavier"},
        "bias_filler": {"type": "gaussian", "mean": 1.0, "std": 0.5},
    }


@pytest.mark.parametrize("style", ["netspec", "sequence"])
def test_one_step_of_one_unit(style: LstmStyle) -> None:
    options = LstmOptions(steps=1, batch=1, hidden=1, input_shape=(1,), style=style, cont="cont")
    layers = layers_of(unroll(options))
    slices = [found for found in layers.values() if found["type"] == "Slice"]
    gates = {"axis": 2, "slice_point": [1, 2, 3]}
    assert [found["slice_param"] for found in slices] == [{"axis": 0}, {"axis": 0}, gates]
    assert layers["concat_h"]["bottoms"] == ["t0/lstm/h:0"]


def test_text_is_what_protobuf_prints() -> None:
    for options in (CLASSIC, replace(SMALL, cont="cont", initial_state="input", output="both")):
        text = unroll(options)
        net = message_class("NetParameter", load_schema())()
        assert str(text_format.Parse(text, net)) == text


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: replace(SMALL, steps=0), "steps must be at least 1, got 0"),
        (lambda: replace(SMALL, batch=-1), "batch must be at least 1, got -1"),
        (lambda: replace(SMALL, hidden=0), "hidden must be at least 1, got 0"),
        (
            lambda: replace(SMALL, input_shape=()),
            "give either the input shape behind time and batch, or an existing bottom",
        ),
        (
            lambda: replace(SMALL, bottom="x"),
            "give either the input shape behind time and batch, or an existing bottom",
        ),
        (lambda: replace(SMALL, input_shape=(3, 0)), "each dim of the input shape must be at least 1, got 0"),
        (lambda: replace(SMALL, input_shape=(1,) * 31), "a blob has at most 32 axes, got 33"),
        (lambda: replace(SMALL, cont=""), "a blob needs a name, got ''"),
        (lambda: replace(SMALL, layers=0), "layers must be at least 1, got 0"),
        (
            lambda: replace(SMALL, static_shape=(3, 0)),
            "each dim of the static shape must be at least 1, got 0",
        ),
        (
            lambda: replace(SMALL, input_shape=(), bottom="x", static_shape=(3,)),
            "with an existing bottom the static input is an existing blob, give its name",
        ),
        (
            lambda: replace(SMALL, static="s"),
            "give the shape of the static input, which the net makes itself",
        ),
        (
            lambda: replace(SMALL, style="rnn-layer"),
            "style 'rnn-layer' is none of lstm's: 'sequence', 'netspec', 'lstmunit', 'lstm-layer'",
        ),
        (
            lambda: GruOptions(steps=1, batch=1, hidden=1, input_shape=(1,), style="lstmunit"),
            "style 'lstmunit' is none of gru's: 'sequence', 'netspec'",
        ),
        (
            lambda: replace(SMALL, style="lstm-layer", peepholes=True),
            "style 'lstm-layer' has no peepholes, 'sequence' and 'netspec' have",
        ),
        (
            lambda: replace(SMALL, forget_bias=float("nan")),
            "the forget bias must be a finite number, got nan",
        ),
        (
            lambda: replace(SMALL, style="lstm-layer", forget_bias=1),
            "Caffe's LSTM layer fills its bias with one value: no forget bias with 'lstm-layer'",
        ),
        (
            lambda: replace(SMALL, hidden=30000),
            "the weight of the hidden state: 120000 x 30000 = 3600000000 numbers, "
            "a blob holds at most 2147483647",
        ),
        (
            lambda: replace(SMALL, steps=50_000, batch=10_000),
            "the input: 50000 x 10000 x 5 = 2500000000 numbers, a blob holds at most 2147483647",
        ),
    ],
)
def test_options_that_no_net_can_have(make: Callable[[], UnrollOptions], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make()


@pytest.mark.parametrize("name", ["H", "t1/lstm/h", "X", "c0"])
def test_names_that_collide(name: str) -> None:
    options = replace(SMALL, input_shape=(), bottom="X", cont=name)
    with pytest.raises(ValueError, match=f"^two blobs would have the name '{re.escape(name)}'$"):
        unroll(options)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "xaver",
            "filler 'xaver' must be one of constant, uniform, gaussian, positive_unitball, xavier, msra",
        ),
        ("uniform:std=1", "filler 'uniform' takes min and max, got 'std'"),
        ("xavier:std=1", "filler 'xavier' takes no number, got 'std'"),
        ("uniform:min", "filler 'uniform:min' must read like uniform:min=-0.05,max=0.05"),
        ("uniform:min=2", "filler 'uniform' must have a min (default 0) up to its max (default 1)"),
        ("gaussian:std=0", "filler 'gaussian' must have a std above 0"),
    ],
)
def test_fillers_that_caffe_does_not_have(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Filler.parse(text)


def test_forget_bias_is_added_for_the_forget_gates_only() -> None:
    layers = layers_of(unroll(replace(SMALL, forget_bias=1.5)))
    constants = layers["lstm/biases"]["dummy_data_param"]
    assert constants == {
        "shape": [{"dim": ["3"]}, {"dim": ["3"]}, {"dim": ["6"]}],
        "data_filler": [{"type": "constant", "value": value} for value in (0.0, 1.5, 0.0)],
    }
    assert layers["lstm/Mx+forget_bias"] == layer(
        "Bias", "lstm/Mx:0", "lstm/forget_bias:0", bias_param={"axis": 2}
    )
    assert layers["slice_Mx"]["bottoms"] == ["lstm/Mx+forget_bias:0"]


def test_a_stack_of_both_directions() -> None:
    options = replace(SMALL, layers=2, bidirectional=True, cont="cont", weight_prefix="w/")
    layers = layers_of(unroll(options))
    assert layers["layer2/forward/lstm/Mx"]["bottoms"] == ["layer1/concat_H:0"]
    assert layers["layer1/concat_H"]["bottoms"] == ["layer1/forward/concat_h:0", "layer1/backward/concat_h:0"]
    assert layers["concat_H"]["bottoms"] == ["layer2/forward/concat_h:0", "layer2/backward/concat_h:0"]
    # Backwards the last step begins, and the first one goes on unless the last begins a sequence.
    assert layers["layer1/backward/t1/lstm/Mh"]["bottoms"] == ["layer1/backward/h0:0"]
    assert layers["layer1/backward/t0/lstm/h_cont"]["bottoms"] == [
        "layer1/backward/t1/lstm/h:0",
        "layer1/backward/slice_cont:1",
    ]
    text = unroll(options)
    assert text.count('name: "w/layer1/backward/Mhw"') == text.count('name: "w/layer2/forward/Mhw"') == 2


def test_a_static_input_is_added_once_for_all_steps_and_read_by_the_first_layer() -> None:
    layers = layers_of(unroll(replace(SMALL, static_shape=(3, 2), layers=2)))
    assert layers["x_static"] == layer("Input", input_param={"shape": [{"dim": ["4", "3", "2"]}]})
    assert [name for name, found in layers.items() if found["bottoms"] == ["x_static:0"]] == [
        "layer1/lstm/Ms"
    ]
    assert layers["layer1/lstm/Mx+Ms"] == layer(
        "Bias", "layer1/lstm/Mx:0", "layer1/lstm/Ms:0", bias_param={"axis": 1}
    )
