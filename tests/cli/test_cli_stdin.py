"""The standard input in the place of a file: its name, its settings, its fixes."""

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from caffe_lint.cli import main

TYPO = """\
name: "net"
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 } } }
layer { name: "r" type: "Relu" bottom: "x" top: "y" }  # wrong
"""
OLD = 'name: "net"\ninput: "x" input_dim: 1 input_dim: 2 input_dim: 3 input_dim: 4\nlayer { name: "r" type: "ReLU" bottom: "z" top: "y" }\n'  # noqa: E501
WARNED = 'name: "net"\n'


class Run:
    """Runs the command line on a standard input."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self._patch = monkeypatch
        self._capfd = capfd

    def __call__(self, text: str, *arguments: str) -> SimpleNamespace:
        self._patch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text.encode())))
        code = main([*arguments])
        captured = self._capfd.readouterr()
        return SimpleNamespace(code=code, out=captured.out, err=captured.err)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)
    return Run(monkeypatch, capfd)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["-"], "<stdin>"),
        (["-", "--stdin-filename", "a/n.prototxt"], "a/n.prototxt"),
        (["--stdin-filename", "a/n.prototxt"], "a/n.prototxt"),
    ],
)
def test_the_name_is_that_of_every_output(arguments: list[str], name: str, run: Run) -> None:
    assert run(TYPO, *arguments, "--format", "concise").out.startswith(f"{name}:3:19: ")
    (finding,) = json.loads(run(TYPO, *arguments, "--format", "json").out)
    assert finding["path"] == name
    assert f"--> {name}:3:19" in run(TYPO, *arguments).out
    assert run(TYPO, *arguments, "--show-files").out == f"{name}\n"


def test_settings_of_the_name_hold(run: Run) -> None:
    Path("a").mkdir()
    Path("a/caffe-lint.toml").write_text('[per-file-ignores]\n"old*" = ["CL103"]\n')
    assert run(TYPO, "--stdin-filename", "a/new.prototxt").code == 1
    assert run(TYPO, "--stdin-filename", "a/old.prototxt").code == 0
    assert run(TYPO, "--stdin-filename", "b/old.prototxt").code == 1


def test_fixed_text_goes_to_stdout_and_the_rest_to_stderr(run: Run) -> None:
    fixed = run(OLD, "-", "--fix", "--format", "concise")
    assert fixed.code == 1
    assert fixed.out.startswith('name: "net"\nlayer {')
    assert 'type: "Input"' in fixed.out
    assert fixed.err.startswith("<stdin>:")
    assert "CL101" in fixed.err
    assert fixed.err.endswith("Fixed 1 finding in 1 file\n")


def test_text_without_a_fix_comes_out_as_it_is(run: Run) -> None:
    fixed = run(TYPO, "-", "--fix")
    assert (fixed.code, fixed.out) == (1, TYPO)
    assert "CL103" in fixed.err
    assert run(TYPO, "-", "--fix-only").out == TYPO
    assert run(TYPO, "-", "--fix-only", "--unsafe-fixes").out == TYPO.replace("Relu", "ReLU")


def test_the_diff(run: Run) -> None:
    shown = run(TYPO, "--stdin-filename", "n.prototxt", "--diff", "--unsafe-fixes")
    assert shown.code == 1
    assert shown.out.startswith("--- n.prototxt\n+++ n.prototxt\n")
    assert shown.err == "Would fix 1 finding in 1 file\n"
    assert run(WARNED, "-", "--diff").out == ""


@pytest.mark.parametrize("command", ["check", "fmt"])
def test_what_is_forced_out_passes_through(command: str, run: Run) -> None:
    Path("caffe-lint.toml").write_text('exclude = ["old"]')
    ugly = TYPO.replace("layer {", "layer{")
    fix = ["--fix"] if command == "check" else []
    passed = run(ugly, command, "--force-exclude", "--stdin-filename", "old/n.prototxt", *fix)
    assert (passed.code, passed.out) == (0, ugly)
    assert run(ugly, command, "--stdin-filename", "old/n.prototxt", *fix).out != "" or command == "check"
    assert run(TYPO, command, "--stdin-filename", "old/n.prototxt", *fix).code == (command == "check")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-", "a.prototxt"], "the standard input goes with no other path"),
        (["--stdin-filename", "b", "a.prototxt"], "the standard input goes with no other path"),
        (["-", "--add-ignores"], "--add-ignores needs files, not the standard input"),
    ],
)
def test_a_wrong_call(arguments: list[str], message: str, run: Run) -> None:
    wrong = run(TYPO, *arguments)
    assert (wrong.code, wrong.out, wrong.err) == (2, "", f"caffe-lint: {message}\n")


def test_fmt_heeds_settings(run: Run) -> None:
    ugly = "layer{ name: 'a'}\n"
    for name in ("a.prototxt", "old/a.prototxt"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(ugly)
    Path("caffe-lint.toml").write_text('extend-exclude = ["old"]')
    assert run("", "fmt", ".").out == "1 file formatted\n"
    assert run("", "fmt", "--force-exclude", "old/a.prototxt").out == ""
    assert Path("old/a.prototxt").read_text() == ugly
    assert run("", "fmt", "old/a.prototxt").out == "1 file formatted\n"
    Path("caffe-lint.toml").write_text("nonsense = 1")
    assert run("", "fmt", "a.prototxt").code == 2


def test_settings_are_shown(run: Run) -> None:
    Path("caffe-lint.toml").write_text('ignore = ["CL101"]')
    Path("n.prototxt").write_text(WARNED)
    shown = run("", "--show-settings", ".").out
    assert shown.startswith("settings for: n.prototxt\nsettings file: ")
    assert 'ignore = ["CL101"]  (caffe-lint.toml:1)' in shown
    assert "off CL101 unknown-bottom: ignore 'CL101' (caffe-lint.toml:1)" in shown
