"""Recurrent nets that are damaged anyhow are judged all the same: whatever the search finds, it ends."""

from collections.abc import Callable
from random import Random

import pytest

from caffe_lint.net import NetState
from caffe_lint.recurrent import find_unrolls
from caffe_lint.recurrent.comparison import differences
from tests.recurrent.random_check import clean_net, document, findings
from tests.recurrent.random_nets import finish
from tests.recurrent.random_text import Layer

Damage = Callable[[Random, list[Layer]], None]


def _remove(random: Random, layers: list[Layer]) -> None:
    layers.remove(random.choice(layers))


def _read_another(random: Random, layers: list[Layer]) -> None:
    layer, made = _one_with_bottoms(random, layers), _one_with_tops(random, layers)
    layer.bottoms[random.randrange(len(layer.bottoms))] = random.choice(made.tops)


def _read_less(random: Random, layers: list[Layer]) -> None:
    _one_with_bottoms(random, layers).bottoms.pop()


def _read_twice(random: Random, layers: list[Layer]) -> None:
    layer = _one_with_bottoms(random, layers)
    layer.bottoms.append(layer.bottoms[0])


def _change_type(random: Random, layers: list[Layer]) -> None:
    random.choice(layers).type = random.choice(layers).type


def _exchange(random: Random, layers: list[Layer]) -> None:
    one, other = (random.randrange(len(layers)) for _ in range(2))
    layers[one], layers[other] = layers[other], layers[one]


def _write_over(random: Random, layers: list[Layer]) -> None:
    _one_with_tops(random, layers).tops[0] = _one_with_tops(random, layers).tops[0]


def _one_with_bottoms(random: Random, layers: list[Layer]) -> Layer:
    return random.choice([layer for layer in layers if layer.bottoms])


def _one_with_tops(random: Random, layers: list[Layer]) -> Layer:
    return random.choice([layer for layer in layers if layer.tops])


DAMAGES: list[Damage] = [
    _remove,
    _read_another,
    _read_less,
    _read_twice,
    _change_type,
    _exchange,
    _write_over,
]


def check(seeds: range) -> None:
    for seed in seeds:
        random = Random(f"damage {seed}")
        draft, _ = clean_net(random.randrange(1000))
        for _ in range(random.randrange(1, 6)):
            random.choice(DAMAGES)(random, draft.layers)
        written = finish(draft)
        findings(written)
        for net in document(written).nets([NetState("TRAIN")]):
            for unroll in find_unrolls(net):
                differences(unroll)


def test_damaged_nets() -> None:
    check(range(40))


@pytest.mark.slow
def test_many_damaged_nets() -> None:
    check(range(40, 1000))
