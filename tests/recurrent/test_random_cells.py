"""Random nets by many hands: correct ones are found clean, and a planted mistake is found where it is.

`python -m tests.recurrent.random_report` prints the failures by mistake and by kind of cell. The slow tests
look at as many seeds as CAFFE_LINT_RANDOM_NETS says.
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

#: Mistakes with these codes alone are silent: Caffe loads the net and computes something else.
IN_SILENCE = {"CL501", "CL502", "CL505", "CL506", "CL507", "CL511", "CL512", "CL513"}

FEW = 60
MANY = int(os.environ.get("CAFFE_LINT_RANDOM_NETS", "2000"))


def check_clean(seeds: range) -> None:
    found = [f"seed {seed}: {problem}" for seed in seeds for problem in problems_of_clean(*clean_net(seed))]
    assert not found, "\n".join(found)


def check_planted(seeds: range) -> None:
    found = []
    for seed in seeds:
        planted = planted_net(seed)
        found += [
            f"seed {seed}: {problem}; expected {expected(planted)}"
            for problem in problems_of_planted(planted)
        ]
    assert not found, "\n".join(found)


def test_clean_nets() -> None:
    check_clean(range(FEW))


def test_planted_mistakes() -> None:
    check_planted(range(max(FEW, len(MISTAKES))))


@pytest.mark.slow
def test_many_clean_nets() -> None:
    check_clean(range(FEW, MANY))


@pytest.mark.slow
def test_many_planted_mistakes() -> None:
    check_planted(range(FEW, MANY))


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


@pytest.mark.caffe
def test_real_caffe_loads_what_is_wrong_in_silence(real_caffe: Peer) -> None:
    nets = [planted_net(seed) for seed in range(2 * len(MISTAKES))]
    silent = [planted for planted in nets if planted.mistake.codes <= IN_SILENCE]
    verdicts = real_caffe.load_all([NetText(each.written.text, NetState("TRAIN")) for each in silent])
    assert len(silent) > len(MISTAKES) / 2
    refused = [
        f"{expected(planted)}: {verdict.error}"
        for planted, verdict in zip(silent, verdicts, strict=True)
        if not verdict.accepted
    ]
    assert refused == []


@pytest.mark.caffe
def test_real_caffe_refuses_uneven_multipliers(real_caffe: Peer) -> None:
    (number,) = (at for at, mistake in enumerate(MISTAKES) if mistake.name == "refused-multiplier")
    verdict = real_caffe.load(planted_net(number).written.text)
    assert "mismatched" in verdict.error
