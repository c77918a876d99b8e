"""The site is built without a warning, has a page for each rule, and loads nothing from elsewhere."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from caffe_lint import __version__
from caffe_lint.lint.registry import all_rules
from tests.docs.blocks import ROOT

_LOADED = re.compile(r'(?:src="|@import |url\(|<link (?!rel="canonical")[^>]*href=")"?(?:https?:)?//')


@pytest.mark.slow
def test_site(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    result = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    for rule in all_rules():
        page = (tmp_path / "site" / "rules" / rule.name / "index.html").read_text(encoding="utf-8")
        assert rule.code in page
        assert 'id="proof"' in page
    page = (tmp_path / "site" / "rules" / "unknown-bottom" / "index.html").read_text(encoding="utf-8")
    assert '<span class="nt">layer</span>' in page, "no colours: pip install -e . makes the lexer known"
    table = (tmp_path / "site" / "recurrent" / "index.html").read_text(encoding="utf-8")
    assert 'href="../rules/unshared-weights/">CL501' in table
    for path in (tmp_path / "site").rglob("*.html"):
        assert not _LOADED.search(path.read_text(encoding="utf-8")), path


def test_the_version_has_a_section_in_the_changelog() -> None:
    assert f"\n## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_docs_group_is_part_of_dev() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert set(groups["docs"]) <= set(groups["dev"])
