"""Does what the blocks of a page say, in a folder of its own."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from caffe_lint.cli import main
from tests.docs.blocks import ROOT, Block
from tests.docs.files import check_file

_IN_SHELL = re.compile(r"[|<&;`$]|2>|\*")
_REDIRECTION = re.compile(r"\s>\s*(\S+)$")


class Scratch:
    """A folder in which the blocks of a page are run, one after the other."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        (folder.parent / "home").mkdir(exist_ok=True)
        self._capsys = capsys
        self._said = ""
        monkeypatch.chdir(folder)
        for name in ("CI", "BUILD_NUMBER", "NO_COLOR", "FORCE_COLOR"):  # pytest and we print differently then
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setenv("HOME", str(folder.parent / "home"))
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        monkeypatch.setenv("PATH", f"{_commands(folder.parent)}{os.pathsep}{os.environ['PATH']}")

    def do(self, blocks: Iterable[Block]) -> None:
        """What the blocks stand for: files, commands, code, and what came of them."""
        for block in blocks:
            self._do(block)

    def _do(self, block: Block) -> None:
        if "result" in block.marks:
            assert (self.folder / block.title).read_text(encoding="utf-8") == block.text, f"{block}: differs"
        elif "output" in block.marks:
            _compare(block, "the code above", block.text, self._said)
        elif block.title:
            path = self.folder / block.title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
            if "wrong" not in block.marks:
                check_file(path)
        elif block.language == "python":
            self._said = _checked(block, [sys.executable, "-c", block.text])
        elif block.language in ("console", "sh"):
            self._run_all(block)
        else:
            pytest.fail(f"{block}: neither a file nor a command; see tests/docs/blocks.py for the marks")

    def _run_all(self, block: Block) -> None:
        commands = _with_output(block)
        for number, (command, expected) in enumerate(commands, 1):
            code, said = self._run(command)
            wanted = int(block.marks.get("exit", 0)) if number == len(commands) else 0
            assert code == wanted, f"{block}: exit code {code} of '{command}'\n{said}"
            if block.language == "console":
                _compare(block, command, expected, said)

    def _run(self, command: str) -> tuple[int, str]:
        """The exit code of a command and what it prints; most are caffe-lint's, and run right here."""
        target = _REDIRECTION.search(command)
        line = command[: target.start()] if target else command
        if not line.startswith("caffe-lint ") or _IN_SHELL.search(line):
            shell = ["bash", "-o", "pipefail", "-c", command]
            done = subprocess.run(shell, capture_output=True, text=True, check=False)
            return done.returncode, done.stdout + done.stderr
        code = main(shlex.split(line, comments=True)[1:])
        captured = self._capsys.readouterr()
        if not target:
            return code, captured.out + captured.err
        Path(target[1]).write_text(captured.out, encoding="utf-8")
        return code, captured.err


def _commands(folder: Path) -> Path:
    """A folder with `python` and `caffe-lint` as an installation would have them."""
    binaries = folder / "bin"
    binaries.mkdir(exist_ok=True)
    for name, words in (("caffe-lint", "-m caffe_lint "), ("python", "")):
        (binaries / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words}"$@"\n', encoding="utf-8")
        (binaries / name).chmod(0o755)
    return binaries


def _with_output(block: Block) -> list[tuple[str, str]]:
    """The commands of a block, each with what it is to print."""
    if block.language == "sh":
        return [(line.split("  #")[0].strip(), "") for line in block.text.splitlines() if line]
    before, *parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    assert parts, f"{block}: no line begins with '$ '"
    assert not before, f"{block}: something stands before the first '$ '"
    split = [part.replace("\\\n", "").partition("\n") for part in parts]
    return [(command.strip(), output) for command, _, output in split]


def _checked(block: Block, words: list[str]) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{block}: {done.stderr}"
    return done.stdout


def _compare(block: Block, command: str, expected: str, said: str) -> None:
    lines = [
        r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + "\n"
        for line in expected.splitlines()
    ]
    assert re.fullmatch("".join(lines), said), f"{block}: '{command}' prints\n{said}"
