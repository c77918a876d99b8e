"""Nets with in-place layers, measured in real Caffe: those that are wrong are flagged, at the layer."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from caffe_lint.net import NetState, load
from tests.corpus.in_place_facts import Case, matrix, patterns, truths
from tests.layers.in_place_findings import findings, line_of

pytestmark = pytest.mark.corpus

TRAIN = NetState("TRAIN")


def _lines_of(case: Case) -> set[int]:
    """The lines on which the layers at fault stand; all lines where it is not said."""
    (net,) = load(case.text.encode(), "BVLC/caffe").nets([TRAIN])
    data = case.text.encode()
    layers = [layer for layer in net.layers if layer.name in case.layers or not case.layers]
    return {
        number
        for layer in layers
        for number in range(
            data.count(b"\n", 0, layer.span.start) + 1, data.count(b"\n", 0, layer.span.end) + 2
        )
    }


def _mistake(case: Case) -> str | None:
    found = findings(case.text, TRAIN)
    messages = "; ".join(f"{finding.code} {finding.message}" for finding in found)
    if bool(found) != case.is_wrong:
        return f"{case.name}: {'MISSED' if case.is_wrong else 'FALSE ALARM'} {messages}\n{case.text}"
    if found and not _lines_of(case) & {line_of(case.text, finding) for finding in found}:
        return f"{case.name}: AT ANOTHER LINE than {case.layers}: {messages}\n{case.text}"
    return None


@pytest.mark.parametrize(("source", "least"), [(truths, 80), (patterns, 35), (matrix, 800)])
def test_what_is_wrong_is_flagged(corpus: Path, source: Callable[[Path], Iterator[Case]], least: int) -> None:
    cases = list(source(corpus))
    assert len(cases) >= least
    assert 0 < sum(case.is_wrong for case in cases) < len(cases)
    mistakes = [mistake for mistake in map(_mistake, cases) if mistake]
    assert not mistakes, "\n\n".join([f"{len(mistakes)} of {len(cases)}", *mistakes])
