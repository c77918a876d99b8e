"""Random nets with layers in place: what we report is what real Caffe computes wrongly, and nothing else.

CAFFE_LINT_IN_PLACE_NETS says how many nets are judged.
"""

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from caffe_lint.net import NetState
from caffe_lint.peer import Peer
from tests.layers.in_place_findings import findings
from tests.layers.in_place_judge import Judgement, Kind, judge, judge_often
from tests.layers.random_in_place_nets import RandomNet, random_net

COUNT = int(os.environ.get("CAFFE_LINT_IN_PLACE_NETS", "300"))

TRAIN = NetState("TRAIN")

JUDGED = 0.9
"""Part of the nets that Caffe must be able to judge: the others are rejected, or tell nothing."""

MORE_SEEDS = range(2, 10)
"""Other weights and inputs for nets that we flag although nothing is wrong with the first ones."""

EXPLAINED = {
    203: "what would be wrong is the gradient of PReLU slopes, which is 0: their inputs are never negative",
    1134: "the outputs of a BatchNorm behind a BatchNorm are the same, but not the statistics that it stores",
    1890: "as in net 203",
}
"""Nets that we flag rightly, or all but rightly, although real Caffe computes the same numbers."""

NET = """\
layer {{ name: "x" type: "Input" top: "x" top: "t"
  input_param {{ shape {{ dim: [2, 3] }} shape {{ dim: [2, 2] }} }} }}
layer {{ name: "a" type: "InnerProduct" bottom: "x" top: "a" inner_product_param {{ num_output: 2
  weight_filler {{ type: "xavier" }} }} }}
{}
layer {{ name: "s" type: "InnerProduct" bottom: "a" top: "s" inner_product_param {{ num_output: 2
  weight_filler {{ type: "xavier" }} }} }}
layer {{ name: "loss" type: "EuclideanLoss" bottom: "s" bottom: "t" top: "loss" }}
"""


def _judge_all(peer: Peer, nets: list[RandomNet]) -> list[Judgement]:
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(lambda net: judge(peer, net.text, net.state), nets))


def _disagreements(peer: Peer, nets: list[RandomNet], judgements: list[Judgement]) -> Iterator[str]:
    for seed, (net, judgement) in enumerate(zip(nets, judgements, strict=True)):
        if judgement.kind in ("rejected", "nothing"):
            continue
        found = [f"{finding.code} {finding.message}" for finding in findings(net.text, net.state)]
        if judgement.is_wrong and not found:
            yield f"MISSED in net {seed}, {net.state}: {judgement}\n{net.text}"
        elif (
            found
            and not judgement.is_wrong
            and seed not in EXPLAINED
            and not judge_often(peer, *net, MORE_SEEDS).is_wrong
        ):
            yield f"FALSE ALARM in net {seed}, {net.state}: {'; '.join(found)}\n{net.text}"


@pytest.mark.caffe
@pytest.mark.slow
def test_what_we_report_is_what_caffe_computes_wrongly(real_caffe: Peer) -> None:
    nets = [random_net(seed) for seed in range(COUNT)]
    judgements = _judge_all(real_caffe, nets)
    kinds = Counter(judgement.kind for judgement in judgements)
    assert kinds["rejected"] + kinds["nothing"] <= (1 - JUDGED) * COUNT, kinds
    assert 0.3 <= kinds["ok"] / COUNT <= 0.7, kinds
    disagreements = list(_disagreements(real_caffe, nets, judgements))
    heading = f"{len(disagreements)} of {COUNT} nets, {dict(kinds)}"
    assert not disagreements, "\n\n".join([heading, *disagreements])


@pytest.mark.caffe
@pytest.mark.parametrize(
    ("layers", "kind"),
    [
        (["ReLU"], "ok"),
        (["Dropout"], "ok"),
        (["Scale scale_param { filler { value: 2 } }"], "ok"),
        (["Power power_param { power: 2 }"], "gradient"),
        (["Sigmoid", "Dropout"], "gradient"),
        (['InnerProduct inner_product_param { num_output: 2 weight_filler { type: "xavier" } }'], "forward"),
        (["Tile tile_param { axis: 1 tiles: 900 }"], "crash"),
        (["AbsVal"], "rejected"),
        (["Log log_param { shift: -90 }"], "nothing"),
    ],
)
def test_the_judge_knows_each_verdict(real_caffe: Peer, layers: list[str], kind: Kind) -> None:
    text = NET.format("\n".join(_in_place("a", layer) for layer in layers))
    assert judge(real_caffe, text, TRAIN).kind == kind


@pytest.mark.caffe
def test_lasting_values_are_wrong_only_later(real_caffe: Peer) -> None:
    shape = "dummy_data_param { shape { dim: 2 dim: 2 } data_filler { value: 3 } }"
    text = f'layer {{ name: "x" type: "DummyData" top: "x" {shape} }}\n{_in_place("x", "TanH")}\n'
    assert judge(real_caffe, text, TRAIN).detail.startswith("later")


def _in_place(blob: str, written: str) -> str:
    kind, _, settings = written.partition(" ")
    return f'layer {{ name: "{kind}" type: "{kind}" bottom: "{blob}" top: "{blob}" {settings} }}'


def test_a_seed_makes_the_same_net_every_time() -> None:
    assert [random_net(seed) for seed in range(9)] == [random_net(seed) for seed in range(9)]
    assert len({random_net(seed).text for seed in range(50)}) == 50
