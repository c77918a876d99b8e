"""The commands and examples of the pages about formats and about fmt are run."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from caffe_lint.report import FORMATS
from caffe_lint.text import parse
from caffe_lint.text.layout import lay_out

ROOT = Path(__file__).resolve().parent.parent


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def commands(name: str) -> list[list[str]]:
    """The calls of caffe-lint in a page's shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", page(name), re.DOTALL)
    lines = [line.split("#")[0].split() for block in blocks for line in block.splitlines()]
    return [words[1:] for words in lines if words]


@pytest.mark.parametrize("words", [*commands("formats"), *commands("fmt")], ids=" ".join)
def test_commands_run(words: list[str], tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    run = [sys.executable, "-m", "caffe_lint", *words]
    result = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    named = [word.partition("=")[2] or word for word in words if word.endswith((".sarif", ".xml", ".json"))]
    assert all((tmp_path / name).stat().st_size for name in named)


def test_there_are_commands() -> None:
    assert len(commands("formats")) == 2
    assert len(commands("fmt")) == 3


def test_every_format_is_described() -> None:
    rows = re.findall(r"^\| (`[^|]*`) \|", page("formats"), re.MULTILINE)
    assert set(re.findall(r"`([a-z-]+)`", "".join(rows[: len(FORMATS)]))) == set(FORMATS)


def test_the_layout_that_is_shown_is_the_one_that_is_given() -> None:
    (example,) = re.findall(r"```prototxt\n(.*?)```", page("fmt"), re.DOTALL)
    data = example.encode()
    assert lay_out(data, parse(data)) == data
