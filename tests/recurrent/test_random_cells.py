"""Random nets by many hands: correct ones are found clean, and a planted mistake is found where it is.

`python -m tests.recurrent.random_report` prints the failures by mistake and by kind of cell.
"""

import os

import pytest

from caffe_lint.net import NetState
from caffe_lint.peer import NetText, Peer
from tests.recurrent.random_check import (
    clean_net,
    expected,
    planted_net,
    problems_of_clean,
    problems_of_planted,
)
from tests.recurrent.random_mistakes import MISTAKES

FEW = 60
MANY = int(os.environ.get("CAFFE_LINT_RANDOM_NETS", "2000"))


def clean_failures(seeds: range) -> list[str]:
    return [f"seed {seed}: {problem}" for seed in seeds for problem in problems_of_clean(*clean_net(seed))]


def planted_failures(seeds: range) -> list[str]:
    found = []
    for seed in seeds:
        planted = planted_net(seed)
        problems = problems_of_planted(planted)
        found += [f"seed {seed}: {problem}; expected {expected(planted)}" for problem in problems]
    return found


def test_clean_nets() -> None:
    assert clean_failures(range(FEW)) == []


def test_planted_mistakes() -> None:
    assert planted_failures(range(max(FEW, len(MISTAKES)))) == []


@pytest.mark.slow
def test_many_clean_nets() -> None:
    assert clean_failures(range(FEW, MANY)) == []


@pytest.mark.slow
def test_many_planted_mistakes() -> None:
    assert planted_failures(range(FEW, MANY)) == []


def test_the_same_seed_gives_the_same_net() -> None:
    assert clean_net(7)[1].text == clean_net(7)[1].text
    assert planted_net(7).written.text == planted_net(7).written.text


def test_every_net_is_ascii() -> None:
    # So that the places of layers, counted in characters, are offsets in bytes too.
    assert all(clean_net(seed)[1].text.isascii() for seed in range(FEW))


@pytest.mark.caffe
def test_real_caffe_loads_clean_nets(real_caffe: Peer) -> None:
    texts = [clean_net(seed)[1].text for seed in range(FEW)]
    verdicts = real_caffe.load_all([NetText(text, NetState("TRAIN")) for text in texts])
    refused = {seed: verdict.error for seed, verdict in enumerate(verdicts) if not verdict.accepted}
    assert refused == {}
