"""Real Caffe is the judge: what each rule claims about its bad example holds, and the good one is sound."""

import pytest

from caffe_lint.lint import Claim
from caffe_lint.net import NetState
from caffe_lint.peer import NetText, Peer, Plan
from tests.rules.examples import NET_RULES as RULES
from tests.rules.examples import claims, example, files, stated_message
from tests.rules.test_gradient_claims import PROVEN_HERE as PROVEN_BY_GRADIENTS
from tests.rules.test_recurrent_claims import PROVEN_HERE as PROVEN_RECURRENT
from tests.rules.test_silent_claims import PROVEN_HERE as PROVEN_IN_SILENCE
from tests.rules.test_unroll_claims import PROVEN_HERE as PROVEN_UNROLLED

PROVEN_ALONE = PROVEN_BY_GRADIENTS | PROVEN_IN_SILENCE | PROVEN_RECURRENT | PROVEN_UNROLLED
"""The rules that a test of their own proves."""

STATES = (NetState("TRAIN"), NetState("TEST"))

NOTICEABLE = 1e-3
"""Outputs that differ by more than this part of their size were not computed alike."""

pytestmark = pytest.mark.caffe


def _rules_that_claim(claim: Claim) -> list[str]:
    """Those that the same test proves; what is proven one by one stands elsewhere."""
    return [
        name
        for name, rule in RULES.items()
        if name not in PROVEN_ALONE and claims(example(rule, "bad")) <= {claim}
    ]


def test_every_bad_example_makes_one_claim_that_a_test_proves() -> None:
    claims = (Claim.REJECTS, Claim.WRONG_FORWARD, Claim.WASTE, Claim.STYLE)
    generic = [_rules_that_claim(claim) for claim in claims]
    assert sorted([*PROVEN_ALONE, *(name for names in generic for name in names)]) == sorted(RULES)


@pytest.mark.parametrize("name", RULES)
def test_good_example_loads(name: str, real_caffe: Peer) -> None:
    for state in STATES:
        good = NetText(example(RULES[name], "good"), state, files(RULES[name]))
        verdict = real_caffe.load_all([good])[0]
        assert verdict.accepted, verdict.error


@pytest.mark.parametrize("name", _rules_that_claim(Claim.REJECTS))
def test_bad_example_is_rejected_with_the_stated_message(name: str, real_caffe: Peer) -> None:
    verdict = real_caffe.load(example(RULES[name], "bad"), phase="TRAIN")
    assert not verdict.accepted
    assert stated_message(RULES[name]) in "\n".join([verdict.error, *verdict.text_format_errors])


@pytest.mark.parametrize("name", _rules_that_claim(Claim.WRONG_FORWARD))
def test_bad_example_loads_and_computes_something_else(name: str, real_caffe: Peer) -> None:
    bad, good = (NetText(example(RULES[name], kind)) for kind in ("bad", "good"))
    same = real_caffe.compare(good, good, Plan(weights="name"))
    assert same.ok, same.error
    assert all(difference.distance == 0 for difference in same.data.values())
    comparison = real_caffe.compare(bad, good, Plan(weights="name"))
    assert comparison.ok, comparison.error
    assert any(found.distance > NOTICEABLE * found.scale for found in comparison.data.values())


@pytest.mark.parametrize("name", _rules_that_claim(Claim.WASTE))
def test_bad_example_loads(name: str, real_caffe: Peer) -> None:
    verdict = real_caffe.load(example(RULES[name], "bad"))
    assert verdict.accepted, verdict.error


@pytest.mark.parametrize("name", _rules_that_claim(Claim.STYLE))
def test_bad_example_computes_the_same_as_the_good_one(name: str, real_caffe: Peer) -> None:
    bad, good = (
        NetText(example(RULES[name], kind), NetState("TRAIN"), files(RULES[name])) for kind in ("bad", "good")
    )
    comparison = real_caffe.compare(bad, good, Plan(weights="name"))
    assert comparison.ok, comparison.error
    assert comparison.gradients
    assert comparison.losses == comparison.reference_losses
    assert all(difference.distance == 0 for difference in comparison.gradients.values())


def test_duplicate_layer_name_hides_weights(real_caffe: Peer) -> None:
    """The later layer of a name has blobs that no one can address by name."""
    verdict = real_caffe.load(example(RULES["duplicate-layer-name"], "bad"))
    assert [layer.name for layer in verdict.layers].count("fc") == 2
    assert len(verdict.params) == 1
