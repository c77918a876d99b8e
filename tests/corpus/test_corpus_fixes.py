"""Real files and mutants of them are fixed: there is an end to it, and no fix makes Caffe reject a net."""

import random
from pathlib import Path

import pytest

from caffe_lint.lint.fixing import fix
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import Document, NetState, load
from caffe_lint.peer import NetText, Peer

LEAST_FIXED = 1_000
SAMPLE = 60

pytestmark = [pytest.mark.corpus, pytest.mark.slow]


@pytest.fixture(scope="module")
def fixed(corpus: Path) -> dict[Path, Document]:
    """All files of which something can be fixed, after all fixes, the unsafe ones too."""
    found = {}
    for path in sorted((corpus / "corpus").rglob("*.prototxt")):
        result = fix(load(path), all_rules(), is_unsafe_allowed=True)
        assert result.refused == (), path
        if result.applied:
            found[path] = result.document
    return found


def test_a_second_run_fixes_nothing(fixed: dict[Path, Document]) -> None:
    assert len(fixed) >= LEAST_FIXED
    for path, document in fixed.items():
        assert fix(document, all_rules(), is_unsafe_allowed=True).applied == (), path


@pytest.mark.caffe
def test_no_fix_makes_caffe_reject_a_net(fixed: dict[Path, Document], real_caffe: Peer) -> None:
    chosen = random.Random(7).sample(sorted(fixed), SAMPLE)
    pairs = [(path, NetState(phase)) for path in chosen for phase in ("TRAIN", "TEST")]
    before = real_caffe.load_all([NetText(path.read_bytes(), state) for path, state in pairs])
    after = real_caffe.load_all([NetText(fixed[path].source.data, state) for path, state in pairs])
    for pair, old, new in zip(pairs, before, after, strict=True):
        assert new.accepted or not old.accepted, (pair, new.error)
    assert sum(old.accepted for old in before) > SAMPLE / 4
