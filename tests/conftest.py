"""What many tests need from outside: a real Caffe and a folder of real nets."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parents[1]))

from caffe_lint.peer import Peer
from tests.real_caffe.build import default_folder

# The same examples in every run; `--hypothesis-profile=default` looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _no_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """On GitHub Actions too the tests see the formats of other places."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)


@pytest.fixture(scope="session")
def real_caffe_root() -> Path:
    """The root with a real Caffe; skips without one, or fails if CAFFE_LINT_REQUIRE_REAL_CAFFE=1."""
    folder = default_folder()
    if os.geteuid() != 0:
        _lack("CAFFE_LINT_REQUIRE_REAL_CAFFE", "real Caffe lives in a chroot, which needs root")
    if not folder.is_dir():
        _lack(
            "CAFFE_LINT_REQUIRE_REAL_CAFFE",
            f"no real Caffe in '{folder}'; build it as root: python tests/real_caffe/build.py",
        )
    return folder


@pytest.fixture(scope="session")
def real_caffe(real_caffe_root: Path) -> Iterator[Peer]:
    """A real Caffe 1.0."""
    with Peer(["chroot", str(real_caffe_root), "python3"], jobs=os.cpu_count() or 1) as peer:
        yield peer


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real nets; skips without one, or fails if CAFFE_LINT_REQUIRE_CORPUS=1."""
    named = os.environ.get("CAFFE_LINT_CORPUS", "")
    if not named:
        _lack("CAFFE_LINT_REQUIRE_CORPUS", "CAFFE_LINT_CORPUS names no folder of real nets")
    folder = Path(named)
    if not (folder / "corpus").is_dir():
        pytest.fail(f"CAFFE_LINT_CORPUS names '{folder}', which has no folder 'corpus'")
    return folder


def _lack(required: str, reason: str) -> None:
    """Skip what needs something absent, unless an environment variable says that it must be there."""
    if os.environ.get(required) == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Golden files are rewritten on request, to be reviewed by eye."""
    parser.addoption("--update-golden", action="store_true", help="rewrite golden output files")
