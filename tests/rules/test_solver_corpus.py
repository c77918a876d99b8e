"""Published solver files: real Caffe trains a tiny net with them, and aborts where a finding says so."""

import re
from pathlib import Path
from random import Random

import pytest

from caffe_lint.lint import Claim, lint
from caffe_lint.net import load
from caffe_lint.peer import Peer
from tests.rules.examples import RULES
from tests.rules.test_solver_claims import FILES

pytestmark = [pytest.mark.caffe, pytest.mark.corpus]

SAMPLE = 60

_PATH = re.compile(r"""(?m)^(\s*(?:net|train_net|test_net|snapshot_prefix)\s*:\s*)(?:"[^"\n]*"|'[^'\n]*')""")


def _solvers(folder: Path) -> list[str]:
    """The texts of all solver files, with paths that exist."""
    name = next(iter(FILES))
    paths = sorted(path for path in folder.rglob("*solver*.prototxt") if path.is_file())
    texts = (path.read_text(encoding="latin-1") for path in paths)
    return [
        _PATH.sub(rf'\1"{name}"', text)
        for text in texts
        if load(text.encode("latin-1")).root_type == "SolverParameter"
    ]


def test_real_caffe_aborts_where_a_finding_says_so(real_caffe: Peer, corpus: Path) -> None:
    for text in Random(1).sample(_solvers(corpus / "corpus" / "real"), SAMPLE):
        findings = lint(load(text.encode("latin-1"), "bvlc"), list(RULES.values())).diagnostics
        training = real_caffe.solve(text.encode("latin-1"), FILES, steps=2)
        claimed = [finding.message for finding in findings if finding.claim is Claim.REJECTS]
        assert training.ok != bool(claimed), text
