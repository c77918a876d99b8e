"""The detection of recurrent cells against nets that it was not written with."""

import pytest

from caffe_lint.lint import Diagnostic, lint
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import Document, NetState
from caffe_lint.recurrent import find_unrolls
from caffe_lint.text import Source
from tests.recurrent.held_back_mistakes import Planted, planted_net
from tests.recurrent.held_back_nets import clean_net

MANY = 1000

ERRORS = ("CL0", "CL1", "CL2", "CL3", "CL5")


def findings(text: str) -> list[Diagnostic]:
    return list(lint(Document(Source("net.prototxt", text.encode())), all_rules()).diagnostics)


def clean_failure(seed: int) -> str:
    """What is reported about a net without mistakes, or which cells are found instead of its own."""
    text, cells = clean_net(seed)
    for finding in findings(text):
        if finding.code.startswith(ERRORS):
            return f"{cells}: {finding.code} {finding.message}"
    (net,) = Document(Source("net.prototxt", text.encode())).nets([NetState("TRAIN")])
    found = sorted((unroll.cell, len(unroll.steps)) for unroll in find_unrolls(net))
    return "" if found == sorted(cells) else f"{cells} are found as {found}"


def planted_failure(seed: int) -> str:
    """What is reported instead of the mistake."""
    net = planted_net(seed)
    reported = [finding for finding in findings(net.text) if finding.code.startswith("CL5")]
    if reported and all(_is_right(finding, net) for finding in reported):
        return ""
    told = "; ".join(f"{finding.code} {finding.message}" for finding in reported) or "nothing"
    return f"{net.mistake} in step {net.step} of {net.cell}, {sorted(net.codes)}: {told}"


def _is_right(finding: Diagnostic, net: Planted) -> bool:
    spans = [finding.span, *(note.span for note in finding.notes)]
    starts = [span.start for span in spans if span is not None]
    in_place = any(begin <= start < end for start in starts for begin, end in net.places)
    return finding.code in net.codes and in_place


@pytest.mark.parametrize("seed", range(6))
def test_clean_nets(seed: int) -> None:
    assert clean_failure(seed) == ""


@pytest.mark.parametrize("seed", range(23, 29))
def test_planted_mistakes(seed: int) -> None:
    assert planted_failure(seed) == ""


@pytest.mark.slow
def test_many_clean_nets() -> None:
    assert {seed: told for seed in range(MANY) if (told := clean_failure(seed))} == {}


@pytest.mark.slow
def test_many_planted_mistakes() -> None:
    assert {seed: told for seed in range(MANY) if (told := planted_failure(seed))} == {}
