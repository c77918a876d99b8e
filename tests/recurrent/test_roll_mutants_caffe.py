"""Nets with random faults: what still rolls up computes the same in real Caffe, the rest is refused."""

import random
import re
from collections.abc import Callable

import pytest

from caffe_lint.net import load
from caffe_lint.net.weights import Weights, read_weights, write_weights
from caffe_lint.peer import NetText, Peer, Plan
from caffe_lint.recurrent.roll import roll
from caffe_lint.recurrent.unroll_native_layer import ConversionError
from tests.recurrent.roll_nets import HANDS, hand_lstm, layer

pytestmark = pytest.mark.caffe

FORWARD = 1e-6
MODEL = "model.caffemodel"
MUTANTS = 60

Layers = list[str]


def drop(chance: random.Random, layers: Layers) -> None:
    layers.pop(chance.randrange(len(layers)))


def activate(chance: random.Random, layers: Layers) -> None:
    at = chance.randrange(len(layers))
    kind = chance.choice(["TanH", "Sigmoid", "ReLU"])
    layers[at] = re.sub(r'type: "(Sigmoid|TanH)"', f'type: "{kind}"', layers[at])


def rewire(chance: random.Random, layers: Layers) -> None:
    at = chance.randrange(len(layers))
    tops = re.findall(r'top: "(.*?)"', "".join(layers[:at]))
    bottoms = re.findall(r'bottom: ".*?"', layers[at])
    if tops and bottoms:
        layers[at] = layers[at].replace(chance.choice(bottoms), f'bottom: "{chance.choice(tops)}"', 1)


def unshare(chance: random.Random, layers: Layers) -> None:
    at = chance.randrange(len(layers))
    layers[at] = layers[at].replace('param { name: "', 'param { name: "own_', 1)


def swap(chance: random.Random, layers: Layers) -> None:
    one, other = chance.sample(range(len(layers)), 2)
    layers[one], layers[other] = layers[other], layers[one]


def read(chance: random.Random, layers: Layers) -> None:
    top = chance.choice(re.findall(r'top: "(.*?)"', "".join(layers)))
    layers.append(layer("probe", "Power", top, "probe", "power_param { scale: 2 }"))


def miscount(chance: random.Random, layers: Layers) -> None:
    at = chance.randrange(len(layers))
    found = [*re.finditer(r"(?:slice_point|axis|dim|num_output): (\d+)", layers[at])]
    if found:
        match = chance.choice(found)
        number = int(match[1]) + chance.choice([-1, 1])
        layers[at] = layers[at][: match.start(1)] + str(number) + layers[at][match.end(1) :]


FAULTS: list[Callable[[random.Random, Layers], None]] = [
    drop,
    activate,
    rewire,
    unshare,
    swap,
    read,
    miscount,
]


def mutant(chance: random.Random) -> str:
    text = hand_lstm(HANDS[chance.choice(sorted(HANDS))])
    head, *layers = re.split(r"(?m)^(?=layer \{)", text)
    for _ in range(chance.choice([1, 1, 2])):
        chance.choice(FAULTS)(chance, layers)
    return head + "".join(layers)


def outputs(caffe: Peer, text: bytes, weights: Weights, names: list[str]) -> dict[str, list[float]]:
    cont = [0.0] * 2 + [1.0, 0.0, 1.0, 1.0, 0.0, 1.0] + [0.0] * 2
    lengths = {name: shape[0] for name, shape in caffe.load(text).blobs.items()}
    feeds = {"cont": cont if lengths.get("cont") == 5 else 0.0}
    run = Plan(feeds=feeds, backward=False, model=MODEL)
    found = caffe.run(NetText(text, files={MODEL: write_weights(weights)}), run, blobs=names)
    assert found.ok, found.error
    return {name: values.floats.tolist() for name, values in found.data.items()}


@pytest.mark.parametrize("seed", range(4))
def test_what_rolls_up_computes_the_same(real_caffe: Peer, seed: int) -> None:
    chance = random.Random(seed)
    refused = equal = 0
    for _ in range(MUTANTS):
        text = mutant(chance).encode()
        try:
            rolled = roll(load(text))
        except ConversionError:
            refused += 1
            continue
        before, after = (real_caffe.load(each) for each in (text, rolled.data))
        if not before.accepted:
            continue
        assert after.accepted, after.error
        assert sorted(after.outputs) == sorted(before.outputs)
        weights = read_weights(real_caffe.save(NetText(text)).data)
        rolled = roll(load(text), weights)
        assert rolled.weights is not None
        names = sorted(before.outputs)
        expected = outputs(real_caffe, text, weights, names)
        found = outputs(real_caffe, rolled.data, rolled.weights, names)
        for name in names:
            pairs = zip(found[name], expected[name], strict=True)
            assert max((abs(a - b) for a, b in pairs), default=0) <= FORWARD, text.decode()
        equal += 1
    assert refused > MUTANTS / 4
    assert equal > MUTANTS / 10
