"""Real nets of old forms: real Caffe makes the same net before and after the fix, and comments stay."""

import random
import re
from collections import Counter
from pathlib import Path

import pytest

from caffe_lint.lint.fixing import FixedFile, fix
from caffe_lint.lint.registry import select_rules
from caffe_lint.net import NetState, load
from caffe_lint.peer import NetText, Peer, Verdict
from caffe_lint.text.pieces import comments_of

RULES = select_rules(["CL810", "CL811", "CL812", "CL813", "CL814", "CL815", "CL816"])
LEAST_FILES = 930
SAMPLE = 60

pytestmark = pytest.mark.corpus


def _renewed(corpus: Path) -> list[tuple[Path, FixedFile]]:
    """All files that can be renewed."""
    found = []
    for path in sorted((corpus / "corpus").rglob("*.prototxt")):
        if re.search(rb"\b(layers|input|concat_dim|slice_dim|normalize|num|BatchNorm)\b", path.read_bytes()):
            fixed = fix(load(path), RULES)
            assert fixed.refused == (), path
            if fixed.applied:
                found.append((path, fixed))
    return found


@pytest.fixture(scope="module")
def renewed(corpus: Path) -> list[tuple[Path, FixedFile]]:
    return _renewed(corpus)


def test_every_comment_is_kept_and_a_second_run_changes_nothing(
    renewed: list[tuple[Path, FixedFile]],
) -> None:
    assert len(renewed) >= LEAST_FILES
    for path, fixed in renewed:
        before, after = path.read_bytes().decode("latin-1"), fixed.document.source.data.decode("latin-1")
        assert Counter(comments_of(before)) == Counter(comments_of(after)), path
        assert fix(fixed.document, RULES).applied == (), path


@pytest.mark.caffe
def test_real_caffe_makes_the_same_net(renewed: list[tuple[Path, FixedFile]], real_caffe: Peer) -> None:
    chosen = random.Random(6).sample(renewed, SAMPLE)
    pairs = [
        (NetText(text, NetState(phase)), path)
        for path, fixed in chosen
        for phase in ("TRAIN", "TEST")
        for text in (path.read_bytes(), fixed.document.source.data)
    ]
    verdicts = real_caffe.load_all([text for text, _ in pairs])
    for number in range(0, len(verdicts), 2):
        assert _seen(verdicts[number]) == _seen(verdicts[number + 1]), pairs[number][1]
    assert any(verdict.accepted for verdict in verdicts)


def _seen(verdict: Verdict) -> tuple[object, ...]:
    """What Caffe says of a net, without addresses."""
    error = re.sub(r"0x[0-9a-f]+", "", verdict.error)
    # An axis that a blob does not have is refused in other words under its old name.
    error = re.sub(
        r".*(slice_dim|concat_dim|axis -?\d+) out of range.*", "out of range", error, flags=re.DOTALL
    )
    return verdict.accepted, error, verdict.layers, verdict.blobs, verdict.params
