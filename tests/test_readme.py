"""What the README shows is what the tool does."""

import re
import subprocess
import sys
from pathlib import Path

from docs.picture import PICTURE, draw

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_picture_shows_a_real_run() -> None:
    assert PICTURE.read_text(encoding="utf-8") == draw(), "run: python docs/picture.py"
    assert PICTURE.relative_to(ROOT).as_posix() in README


def test_files_that_are_named_exist() -> None:
    for name in re.findall(r"(?:examples|docs|tests)/[\w./]+\w", README):
        assert (ROOT / name).exists(), name


def test_shell_commands_run() -> None:
    """Every `caffe-lint` line of the section on use, with an example for its net."""
    usage = README.split("## Use")[1].split("```sh")[1].split("```")[0]
    commands = [line.split("#")[0].split(">")[0].split() for line in usage.splitlines() if line]
    assert [command[:2] for command in commands] == [
        ["caffe-lint", "net.prototxt"],
        ["caffe-lint", "show"],
        ["caffe-lint", "unroll"],
    ]
    for command in commands:
        words = ["examples/lstm.prototxt" if word == "net.prototxt" else word for word in command[1:]]
        subprocess.run(
            [sys.executable, "-m", "caffe_lint", *words], cwd=ROOT, check=True, capture_output=True
        )


def test_python_example_runs() -> None:
    code = README.split("```python")[1].split("```")[0]
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert result.stdout == "['TRAIN', 'TEST'] 44 layers\n"
