"""Real Caffe is the judge: what each rule claims about its bad example holds, and the good one is sound."""

from pathlib import Path

import pytest

from caffe_lint.lint import Claim, Rule, lint
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import Document, NetState
from caffe_lint.peer import NetText, Peer, Plan
from caffe_lint.text import Source

HERE = Path(__file__).parent
RULES = {rule.name: rule for rule in all_rules()}
STATES = (NetState("TRAIN"), NetState("TEST"))

NOTICEABLE = 1e-3
"""Outputs that differ by more than this part of their size were not computed alike."""

pytestmark = pytest.mark.caffe


def _example(rule: Rule, name: str) -> bytes:
    return (HERE / rule.name.replace("-", "_") / f"{name}.prototxt").read_bytes()


def _claims(text: bytes) -> set[Claim]:
    report = lint(Document(Source("bad.prototxt", text)), all_rules())
    return {finding.claim for finding in report.diagnostics}


def _rules_that_claim(*claims: Claim) -> list[str]:
    return [name for name, rule in RULES.items() if _claims(_example(rule, "bad")) <= set(claims)]


def test_every_bad_example_makes_one_claim_that_a_test_here_proves() -> None:
    assert set(_rules_that_claim(Claim.REJECTS)) | set(_rules_that_claim(Claim.WRONG_FORWARD)) | set(
        _rules_that_claim(Claim.WASTE)
    ) == set(RULES)


@pytest.mark.parametrize("name", RULES)
def test_good_example_loads(name: str, real_caffe: Peer) -> None:
    for state in STATES:
        verdict = real_caffe.load(_example(RULES[name], "good"), phase=state.phase)
        assert verdict.accepted, verdict.error


@pytest.mark.parametrize("name", _rules_that_claim(Claim.REJECTS))
def test_bad_example_is_rejected_with_the_stated_message(name: str, real_caffe: Peer) -> None:
    stated = (HERE / name.replace("-", "_") / "caffe.txt").read_text(encoding="utf-8").strip()
    verdict = real_caffe.load(_example(RULES[name], "bad"), phase="TRAIN")
    assert not verdict.accepted
    assert stated in "\n".join([verdict.error, *verdict.text_format_errors])


@pytest.mark.parametrize("name", _rules_that_claim(Claim.WRONG_FORWARD))
def test_bad_example_loads_and_computes_something_else(name: str, real_caffe: Peer) -> None:
    bad, good = (NetText(_example(RULES[name], kind)) for kind in ("bad", "good"))
    same = real_caffe.compare(good, good, Plan(weights="name"))
    assert same.ok, same.error
    assert all(difference.distance == 0 for difference in same.data.values())
    comparison = real_caffe.compare(bad, good, Plan(weights="name"))
    assert comparison.ok, comparison.error
    assert any(found.distance > NOTICEABLE * found.scale for found in comparison.data.values())


@pytest.mark.parametrize("name", _rules_that_claim(Claim.WASTE))
def test_bad_example_loads(name: str, real_caffe: Peer) -> None:
    verdict = real_caffe.load(_example(RULES[name], "bad"))
    assert verdict.accepted, verdict.error


def test_duplicate_layer_name_hides_weights(real_caffe: Peer) -> None:
    """The later layer of a name has blobs that no one can address by name."""
    verdict = real_caffe.load(_example(RULES["duplicate-layer-name"], "bad"))
    assert [layer.name for layer in verdict.layers].count("fc") == 2
    assert len(verdict.params) == 1
