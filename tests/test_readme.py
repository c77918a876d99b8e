"""The README's picture and example; its other commands are run by tests/docs."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from docs.picture import PICTURE, draw

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_picture_shows_a_real_run() -> None:
    assert PICTURE.read_text(encoding="utf-8") == draw(), "run: python docs/picture.py"
    assert PICTURE.relative_to(ROOT).as_posix() in README


def test_files_that_are_named_exist() -> None:
    for name in re.findall(r"(?:examples|docs|tests)/[\w./-]+\w", README):
        assert (ROOT / name).exists(), name


@pytest.mark.slow
def test_example_installs_and_finds_its_mistake(tmp_path: Path) -> None:
    """In a copy of what a clone holds, with nothing installed."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / name)
    example = README.split("<!-- example -->\n```sh\n")[1].split("```")[0]
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(
        ["bash", "-c", example], cwd=tmp_path, env=kept, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1, result.stderr
    assert "error[CL502] cell-state-overwritten" in result.stdout
