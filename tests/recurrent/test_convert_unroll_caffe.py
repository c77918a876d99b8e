"""Native recurrent layers and their unrolled forms compute the same in real Caffe."""

import random

import pytest

from caffe_lint.net import load
from caffe_lint.net.state import Phase
from caffe_lint.peer import NetText, Param, Peer, Plan
from caffe_lint.recurrent.unroll_cell import Style
from caffe_lint.recurrent.unroll_convert import unroll_native
from tests.recurrent.native_nets import NETS

pytestmark = pytest.mark.caffe

FORWARD, GRADIENT = 1e-6, 1e-5
PHASES: tuple[Phase, Phase] = ("TRAIN", "TEST")


def plan(text: str) -> Plan:
    """Random markers that begin all sequences at the first step."""
    chance, steps = random.Random(3), 1 if 'name: "h_layer"' in text else 5
    later = [float(chance.random() < 0.7) for _ in range(3 * (steps - 1))]
    return Plan(feeds={"cont": [0.0] * 3 + later}, backward='"loss"' in text)


@pytest.mark.parametrize("style", ["sequence", "netspec", "lstmunit"])
@pytest.mark.parametrize("name", NETS)
def test_computes_the_same(real_caffe: Peer, name: str, style: Style) -> None:
    before = NETS[name]
    after = unroll_native(load(before.encode()), style)
    natives = {layer.name: layer for layer in after.layers}
    old, new = real_caffe.load(before), real_caffe.load(after.data)
    assert new.accepted, new.error
    assert set(new.outputs) == set(old.outputs)
    assert {name: new.blobs[name] for name in old.blobs if name in new.blobs}.items() <= old.blobs.items()
    net, reference = NetText(after.data), NetText(before)
    runs = [real_caffe.run(each, plan(before), blobs=sorted(old.outputs)) for each in (reference, net)]
    for output in old.outputs:
        found, expected = (run.data[output].floats for run in reversed(runs))
        assert max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= FORWARD
    learned = 0
    for layer_name, layer in natives.items():
        for param in layer.params:
            assert new.params[param.layer][param.blob] == old.params[layer_name][param.native]
            there, here = Param(layer_name, param.native), Param(param.layer, param.blob)
            if there in runs[0].gradients:
                expected, found = runs[0].gradients[there].floats, runs[1].gradients[here].floats
                distance = max(abs(a - b) for a, b in zip(found, expected, strict=True))
                assert distance <= GRADIENT * max(map(abs, expected)), param
                learned += 1
    assert learned == len(runs[0].gradients) == len(runs[1].gradients)


TRAIN_AND_TEST = """\
name: "both"
layer {{ name: "x" type: "Input" top: "x" input_param {{ shape {{ dim: 3 dim: 8 dim: 5 }} }} {train} }}
layer {{ name: "m" type: "Input" top: "m" input_param {{ shape {{ dim: 3 dim: 8 }} }} {train} }}
layer {{ name: "x" type: "Input" top: "x" input_param {{ shape {{ dim: 3 dim: 2 dim: 5 }} }} {test} }}
layer {{ name: "m" type: "Input" top: "m" input_param {{ shape {{ dim: 3 dim: 2 }} }} {test} }}
layer {{ name: "lstm" type: "LSTM" bottom: "x" bottom: "m" top: "h" recurrent_param {{ num_output: 4 }} }}
""".format(train="include { phase: TRAIN }", test="include { phase: TEST }")


def test_batches_of_both_phases(real_caffe: Peer) -> None:
    after = unroll_native(load(TRAIN_AND_TEST.encode())).data
    train, test = (real_caffe.load(after, phase=phase) for phase in PHASES)
    assert (train.error, test.error) == ("", "")
    assert (train.blobs["h"], test.blobs["h"]) == ((3, 8, 4), (3, 2, 4))
