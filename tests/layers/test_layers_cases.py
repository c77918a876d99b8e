"""The tables of layers: we say what they say, and so does real Caffe."""

from collections.abc import Iterable

import pytest

from caffe_lint.layers import RejectedError, Shape, show_shape
from caffe_lint.peer import NetText, Peer, Verdict
from tests.layers.case_files import FOLDER, Case, read_cases
from tests.layers.one_layer import inputs_text, layer_text, outcome_of

FAMILIES = sorted(path.stem for path in FOLDER.glob("*.txt"))
CASES = [
    pytest.param(case, id=f"{family}-{index}-{case.type_name}")
    for family in FAMILIES
    for index, case in enumerate(read_cases(family))
]


@pytest.mark.parametrize("case", CASES)
def test_case(case: Case) -> None:
    if not case.rejection:
        outcome = outcome_of(case.type_name, case.params, case.bottoms, len(case.tops))
        assert _shown(outcome.tops) == case.tops
        assert _shown(outcome.params or ()) == case.learned
        return
    with pytest.raises(RejectedError) as caught:
        outcome_of(case.type_name, case.params, case.bottoms, len(case.tops))
    assert f"{caught.value.rule}: {caught.value.message}" == case.rejection
    assert caught.value.caffe.strip() == case.caffe


def _shown(shapes: Iterable[Shape]) -> list[str]:
    return [show_shape(shape) for shape in shapes]


def _net_text(case: Case) -> str:
    layer = layer_text(case.type_name, case.params, len(case.bottoms), len(case.tops))
    return inputs_text(case.bottoms) + layer


def _is_confirmed(case: Case, verdict: Verdict) -> bool:
    if case.rejection:
        return not verdict.accepted and case.caffe in verdict.error
    tops = [verdict.blobs.get(f"t{index}") for index in range(len(case.tops))]
    learned = verdict.params.get("it", ())
    return verdict.accepted and [_shown(tops), _shown(learned)] == [case.tops, case.learned]


@pytest.mark.caffe
def test_real_caffe_confirms_the_cases(real_caffe: Peer) -> None:
    cases = [case for name in FAMILIES if name != "files" for case in read_cases(name) if case.is_for_caffe]
    verdicts = real_caffe.load_all(NetText(_net_text(case)) for case in cases)
    doubtful = [
        f"{case}\nCaffe: {verdict.error or (dict(verdict.blobs), dict(verdict.params))}"
        for case, verdict in zip(cases, verdicts, strict=True)
        if not _is_confirmed(case, verdict)
    ]
    assert not doubtful, "\n\n".join(doubtful)
