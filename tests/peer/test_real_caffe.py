"""The peer with real Caffe behind it: verdicts, shapes and numbers."""

import math
import re
from pathlib import Path

import pytest

from caffe_lint.net import NetState
from caffe_lint.peer import BuiltLayer, Feed, NetText, Param, Peer, Plan

pytestmark = pytest.mark.caffe

TRAIN = NetState("TRAIN")

NETS = Path(__file__).with_name("nets")
LENET = (NETS / "lenet.prototxt").read_text()
LSTM = (NETS / "lstm_unrolled.prototxt").read_text()
LSTM_OVERWRITTEN = re.sub(r'(top|bottom): "act(\d)"', r'\1: "c\2"', LSTM)
SOLVER = """
net: "nets/lenet.prototxt"
test_iter: 1
test_interval: 10
base_lr: 0.01
lr_policy: "fixed"
max_iter: 10
snapshot_prefix: "nets/lenet"
solver_mode: CPU
"""


def test_accepted_net_has_its_shapes(real_caffe: Peer) -> None:
    verdict = real_caffe.load(LENET)
    assert verdict.accepted
    assert verdict.ok
    assert verdict.blobs == {
        "data": (4, 1, 28, 28),
        "label": (4,),
        "label_label_0_split_0": (4,),
        "label_label_0_split_1": (4,),
        "conv1": (4, 20, 24, 24),
        "pool1": (4, 20, 12, 12),
        "ip1": (4, 50),
        "ip2": (4, 10),
        "ip2_ip2_0_split_0": (4, 10),
        "ip2_ip2_0_split_1": (4, 10),
        "accuracy": (),
        "loss": (),
    }
    assert verdict.params == {
        "conv1": ((20, 1, 5, 5), (20,)),
        "ip1": ((50, 2880), (50,)),
        "ip2": ((10, 50), (10,)),
    }
    assert verdict.inputs == ("data", "label")
    assert verdict.outputs == ("accuracy", "loss")
    assert verdict.loss == {"loss": 1.0}
    assert BuiltLayer("tanh1", "TanH", ("ip1",), ("ip1",)) in verdict.layers


def test_state_decides_what_is_built(real_caffe: Peer) -> None:
    assert "accuracy" not in real_caffe.load(LENET, phase="TRAIN").blobs
    deep = LENET.replace("phase: TEST", 'stage: "deep" min_level: 2')
    assert "accuracy" not in real_caffe.load(deep, level=2).blobs
    assert "accuracy" in real_caffe.load(deep, level=2, stages=["deep"]).blobs


def test_layers_that_run_backward_are_told_in_order(real_caffe: Peer) -> None:
    frozen = LENET.replace('top: "conv1"', 'top: "conv1" param { lr_mult: 0 } param { lr_mult: 0 }')
    assert real_caffe.load(frozen, phase="TRAIN").needs_backward == ("ip1", "tanh1", "ip2", "loss")


def test_unknown_bottom_is_rejected_with_its_message(real_caffe: Peer) -> None:
    verdict = real_caffe.load(LENET.replace('bottom: "pool1"', 'bottom: "pool2"'))
    assert not verdict.accepted
    assert verdict.status == "fatal"
    assert verdict.error == "insert_splits.cpp:29] Unknown bottom blob 'pool2' (layer 'ip1', bottom index 0)"


def test_text_that_does_not_parse_is_rejected_with_its_place(real_caffe: Peer) -> None:
    verdict = real_caffe.load('name: "net"\nlayer { nme: "data" }')
    assert verdict.error.endswith("Failed to parse NetParameter file: net.prototxt")
    assert verdict.text_format_errors == (
        "Error parsing text-format caffe.NetParameter: 2:12: "
        'Message type "caffe.LayerParameter" has no field named "nme".',
    )


def test_crash_is_a_rejection(real_caffe: Peer) -> None:
    """With `stride_h` alone `stride_w` stays 0, and divides (conv_layer.cpp, compute_output_shape)."""
    verdict = real_caffe.load(LENET.replace("kernel_size: 5", "kernel_size: 5 stride_h: 2"))
    assert (verdict.accepted, verdict.status, verdict.error) == (False, "signal", "SIGFPE")


def test_too_large_net_is_no_verdict_on_its_text(real_caffe: Peer) -> None:
    verdict = real_caffe.load(LENET.replace("num_output: 50", "num_output: 700000"))
    assert verdict.status == "memory"


def test_python_layer_finds_its_module_among_the_files(real_caffe: Peer) -> None:
    layer = 'layer { name: "p" type: "Python" top: "p" python_param { module: "ones" layer: "Ones" } }'
    module = """
import caffe
class Ones(caffe.Layer):
    def setup(self, bottom, top): print("printed by the layer")
    def reshape(self, bottom, top): top[0].reshape(2, 3)
    def forward(self, bottom, top): top[0].data[...] = 1
"""
    run = real_caffe.run(NetText(layer, files={"ones.py": module}))
    assert list(run.data["p"].floats) == [1.0] * 6
    assert real_caffe.load(layer).error == "ModuleNotFoundError: No module named 'ones'"


def test_run_is_reproducible(real_caffe: Peer) -> None:
    net = NetText(LENET, TRAIN)
    first, second = (real_caffe.run(net, blobs=["ip1", "loss"]) for _ in range(2))
    assert first == second
    assert first.data["ip1"].shape == (4, 50)
    assert len(first.data["ip1"].floats) == 200
    assert max(map(abs, first.gradients[Param("conv1", 0)].floats)) > 0.01
    assert real_caffe.run(net, Plan(seed=2)).losses != first.losses


def test_feeds_are_what_a_net_computes_with(real_caffe: Peer) -> None:
    net = NetText(
        """
        layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 2 } } }
        layer { name: "y" type: "Input" top: "y" input_param { shape { dim: 2 dim: 2 } } }
        layer { name: "sum" type: "Eltwise" bottom: "x" bottom: "y" top: "sum" }
        """
    )
    plan = Plan(feeds={"x": [1.0, 2.0, 3.0, 4.0], "y": 0.5, "elsewhere": 9.0})
    assert list(real_caffe.run(net, plan).data["sum"].floats) == [1.5, 2.5, 3.5, 4.5]


def test_dummy_data_is_random_only_where_no_filler_speaks(real_caffe: Peer) -> None:
    shape = "shape { dim: 8 }"
    run = real_caffe.run(
        NetText(
            f"""
            layer {{ name: "x" type: "DummyData" top: "x" dummy_data_param {{ {shape} }} }}
            layer {{
              name: "h0" type: "DummyData" top: "h0"
              dummy_data_param {{ data_filler {{ type: "constant" value: 0 }} {shape} }}
            }}
            """
        )
    )
    assert set(run.data["h0"].floats) == {0.0}
    assert len(set(run.data["x"].floats)) == 8


def test_gradients_add_up_over_passes_if_asked(real_caffe: Peer) -> None:
    net, param = NetText(LENET, TRAIN), Param("ip2", 1)
    once = real_caffe.run(net).gradients[param].floats
    fresh = real_caffe.run(net, Plan(passes=3)).gradients[param].floats
    added = real_caffe.run(net, Plan(passes=3, accumulate=True)).gradients[param].floats
    assert fresh == once
    assert list(added) == pytest.approx([3 * value for value in once], rel=1e-5)


def test_identical_nets_compute_the_same(real_caffe: Peer) -> None:
    comparison = real_caffe.compare(NetText(LSTM, TRAIN), NetText(LSTM, TRAIN), blobs={"h": "h", "c2": "c2"})
    assert comparison.ok
    assert comparison.losses == comparison.reference_losses
    assert comparison.data["h"].distance == comparison.diffs["c2"].distance == 0
    assert comparison.data["h"].scale > 0.01
    assert list(comparison.gradients) == [Param("Mx1", 0), Param("Mx1", 1), Param("Mh1", 0)]
    assert all(found.distance == 0 and found.scale > 0 for found in comparison.gradients.values())


def test_tanh_in_place_on_the_cell_state_computes_something_else(real_caffe: Peer) -> None:
    assert real_caffe.load(LSTM_OVERWRITTEN).accepted
    comparison = real_caffe.compare(
        NetText(LSTM_OVERWRITTEN, TRAIN), NetText(LSTM, TRAIN), blobs={"h1": "h1", "h2": "h2"}
    )
    assert comparison.data["h1"].distance == 0
    assert comparison.data["h2"].distance > 1e-3
    assert comparison.gradients[Param("Mh1", 0)].distance > 1e-3


def test_unrolled_net_equals_the_native_layer(real_caffe: Peer) -> None:
    """Weights go by order: W_xc, b_c, W_hc of LSTM are Mxw, Mxb, Mhw of the unrolled net (lstm_layer.cpp)."""
    native = (NETS / "lstm_native.prototxt").read_text()
    x = [math.sin(number) for number in range(30)]
    feeds: dict[str, Feed] = {
        "x": x,
        "x1": x[:15],
        "x2": x[15:],
        "cont": [0.0] * 3 + [1.0] * 3,
        "h0": 0.0,
        "c0": 0.0,
    }
    comparison = real_caffe.compare(
        NetText(LSTM, TRAIN), NetText(native, TRAIN), Plan(feeds=feeds), blobs={"h": "h"}
    )
    assert comparison.ok
    assert comparison.data["h"].distance < 1e-6
    assert len(comparison.gradients) == 3
    assert all(found.distance < 1e-5 * found.scale for found in comparison.gradients.values())


def test_slopes_show_a_wrong_gradient(real_caffe: Peer) -> None:
    overwritten = (NETS / "elu_overwritten.prototxt").read_text()
    kept = re.sub('(bottom: "elu" top|Reduction" bottom): "elu"', r'\1: "power"', overwritten)
    wrong, right = (
        real_caffe.slopes(NetText(net, TRAIN)).slopes[Param("ip", 0)] for net in (overwritten, kept)
    )
    assert right.backward == pytest.approx(right.forward, rel=0.01)
    assert wrong.backward != pytest.approx(wrong.forward, rel=0.1)


def test_weights_go_by_name_where_the_order_differs(real_caffe: Peer) -> None:
    layer = (
        'layer { name: "a" type: "InnerProduct" bottom: "x" top: "a" inner_product_param { num_output: 2 } }'
    )
    layers = {"a": layer, "b": layer.replace('"a"', '"b"')}
    x = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 3 } } }'
    forth, back = (NetText(x + layers[first] + layers[second]) for first, second in ("ab", "ba"))
    by_name = real_caffe.compare(forth, back, Plan(weights="name"))
    by_order = real_caffe.compare(forth, back)
    assert [by_name.data[name].distance for name in "ab"] == [0, 0]
    assert all(by_order.data[name].distance > 0 for name in "ab")


def test_different_sizes_are_infinitely_apart(real_caffe: Peer) -> None:
    other = NetText(LSTM.replace("dim: 3", "dim: 4"), TRAIN)
    assert real_caffe.compare(NetText(LSTM, TRAIN), other, blobs={"h": "h"}).data["h"].distance == math.inf


def test_failure_after_the_net_is_built(real_caffe: Peer) -> None:
    empty = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 0 } } } '
    run = real_caffe.run(NetText(empty + 'layer { name: "exp" type: "Exp" bottom: "x" top: "y" }'))
    assert run.built
    assert run.status == "fatal"
    assert run.error.endswith("Check failed: data_")


def test_solver_takes_a_step(real_caffe: Peer) -> None:
    answer = real_caffe.solve(SOLVER, {"nets/lenet.prototxt": LENET})
    assert (answer.status, answer.error, answer.built) == ("ok", "", True)


def test_solver_is_rejected_at_construction_or_at_its_first_step(real_caffe: Peer) -> None:
    early = real_caffe.solve(SOLVER.replace("test_interval: 10", ""), {"nets/lenet.prototxt": LENET})
    assert not early.built
    assert "Check failed: param_.test_interval() > 0" in early.error
    late = real_caffe.solve(SOLVER.replace('"fixed"', '"fixd"'), {"nets/lenet.prototxt": LENET})
    assert late.built
    assert late.error == "sgd_solver.cpp:67] Unknown learning rate policy: fixd"


def test_solver_tells_what_it_did(real_caffe: Peer) -> None:
    solver = SOLVER.replace("max_iter: 10", "max_iter: 2 display: 1").replace("interval: 10", "interval: 2")
    training = real_caffe.solve(solver, {"nets/lenet.prototxt": LENET}, steps=None)
    assert (training.status, training.rates) == ("ok", (0.01, 0.01))
    assert training.tests == ((0, 0), (2, 0))
    assert training.scores == ("accuracy", "loss") * 2
    # Without fillers all weights are 0, so that nothing but the last bias gets a gradient.
    assert [param for param, move in training.moves.items() if move.distance > 0] == [Param("ip2", 1)]
    assert set(training.moves) == {
        Param(layer, index) for layer in ("conv1", "ip1", "ip2") for index in (0, 1)
    }


TRAINABLE = """\
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [1, 4] } } }
layer { name: "up" type: "Scale" bottom: "x" top: "up" scale_param { filler { value: 2 } } }
layer { name: "still" type: "Scale" bottom: "up" top: "y" param { lr_mult: 0 }
  scale_param { filler { value: 3 } } }
layer { name: "sum" type: "Reduction" bottom: "y" top: "sum" loss_weight: 1 }
"""


def test_trained_weights_keep_what_training_keeps(real_caffe: Peer) -> None:
    plan = Plan(feeds={"x": 1.0}, weights="trained")
    found = real_caffe.run(NetText(TRAINABLE, NetState("TRAIN")), plan, blobs=["up", "y"])
    up, y = found.data["up"].floats, found.data["y"].floats
    assert min(up) > 0
    assert len(set(up)) == 4
    assert list(y) == pytest.approx([3 * value for value in up])


def test_inputs_are_fed_again_in_another_order(real_caffe: Peer) -> None:
    in_place = TRAINABLE.replace('top: "up"', 'top: "x"').replace('bottom: "up"', 'bottom: "x"')
    feeds = {"x": [1.0, 2.0, 3.0, 4.0]}
    left, fed = (
        real_caffe.run(
            NetText(in_place, NetState("TRAIN")),
            Plan(feeds=feeds, weights="fillers", passes=3, refeed=refeed),
            blobs=["x"],
        )
        for refeed in (False, True)
    )
    assert list(left.data["x"].floats) == [8.0, 16.0, 24.0, 32.0]
    assert list(fed.data["x"].floats) == [6.0, 8.0, 2.0, 4.0]


def test_saved_weights_can_be_given_to_a_net(real_caffe: Peer) -> None:
    saved = real_caffe.save(NetText(LENET), Plan(seed=1))
    assert saved.ok, saved.error
    net = NetText(LENET, files={"lenet.caffemodel": saved.data})
    feeds = {"data": 0.5, "label": 0.0}
    plans = [
        Plan(seed=1, feeds=feeds),
        Plan(seed=2, feeds=feeds, model="lenet.caffemodel"),
        Plan(seed=2, feeds=feeds),
    ]
    same, loaded, other = (real_caffe.run(net, plan).losses for plan in plans)
    assert loaded == same != other
