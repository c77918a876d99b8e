"""Real Caffe is the judge: what a mistake does to random nets, beside the same nets without it."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from math import isinf

import pytest

from caffe_lint.net import NetState
from caffe_lint.peer import NetText, Peer, Plan
from caffe_lint.recurrent.known_defects import KNOWN_DEFECTS
from tests.recurrent.random_draft import Draft
from tests.recurrent.random_mistake import Mistake, Spot
from tests.recurrent.random_mistakes import MISTAKES, plant
from tests.recurrent.random_nets import finish
from tests.recurrent.random_text import Layer

pytestmark = pytest.mark.caffe

CLAIMS = {name: row.claims for row in KNOWN_DEFECTS for name in row.planted}
SILENT = [mistake for mistake in MISTAKES if "wrong-forward" in CLAIMS[mistake.name]]
SEEDS = range(6)
NOTICEABLE = 1e-3
TRAIN = NetState("TRAIN")


def _twins(mistake: Mistake) -> Iterator[tuple[NetText, NetText]]:
    """Random nets with a mistake, and the same ones without it."""
    before: list[Draft] = []

    def planting(spot: Spot) -> list[Layer] | None:
        before[:] = [deepcopy(spot.draft)]
        return mistake.plant(spot)

    kept = replace(mistake, plant=planting)
    for seed in SEEDS:
        bad = plant(kept, seed).written.text
        yield NetText(bad, TRAIN), NetText(finish(before[0]).text, TRAIN)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_caffe_takes_it_or_not_as_the_table_says(mistake: Mistake, real_caffe: Peer) -> None:
    bad, good = zip(*_twins(mistake), strict=True)
    assert all(verdict.accepted for verdict in real_caffe.load_all(good))
    answers = {"loads" if verdict.accepted else "rejects" for verdict in real_caffe.load_all(bad)}
    assert answers <= {"rejects" if claim == "rejects" else "loads" for claim in CLAIMS[mistake.name]}


@pytest.mark.parametrize("mistake", SILENT, ids=lambda mistake: mistake.name)
def test_where_caffe_takes_it_something_else_is_computed(mistake: Mistake, real_caffe: Peer) -> None:
    plan = Plan(weights="name", backward=False)
    comparisons = [real_caffe.compare(bad, good, plan) for bad, good in _twins(mistake)]
    found = [each for comparison in comparisons if comparison.ok for each in comparison.data.values()]
    # Outputs of different sizes are infinitely far apart.
    assert any(isinf(each.distance) or each.distance > NOTICEABLE * each.scale for each in found)
