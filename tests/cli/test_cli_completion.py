"""What shells are told to offer, and the scripts that the documentation has them read."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click import Context
from click.shell_completion import ShellComplete

from caffe_lint.cli import main_group
from caffe_lint.lint.registry import all_rules

DOCS = Path(__file__).resolve().parents[2] / "docs"
CODES = [rule.code for rule in all_rules()]
COMMANDS = main_group.list_commands(Context(main_group))
FILES = "file:"
CELL_RULE = "cell-state-overwritten"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def offered(line: str) -> list[str]:
    """What is offered at the end of a line."""
    *words, incomplete = line.split(" ")
    complete = ShellComplete(main_group, {}, "caffe-lint", "_CAFFE_LINT_COMPLETE")
    items = complete.get_completions(words[1:], incomplete)
    return [FILES + str(item.value) if item.type == "file" else str(item.value) for item in items]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("caffe-lint ", ["file:", *COMMANDS]),
        ("caffe-lint net", ["file:net"]),
        ("caffe-lint fm", ["file:fm", "fmt"]),
        ("caffe-lint --vers", ["--version"]),
        ("caffe-lint --sel", ["--select"]),
        ("caffe-lint --he", ["--help"]),
        ("caffe-lint check ", ["file:"]),
        ("caffe-lint fmt --che", ["--check"]),
        ("caffe-lint --select CL50", [code for code in CODES if code.startswith("CL50")]),
        ("caffe-lint --ignore CL1,CL50", [f"CL1,{code}" for code in CODES if code.startswith("CL50")]),
        ("caffe-lint check --select ", CODES),
        ("caffe-lint rule cell", [CELL_RULE]),
        ("caffe-lint rule CL50", [code for code in CODES if code.startswith("CL50")]),
        ("caffe-lint rules --select CL502", ["CL502"]),
        ("caffe-lint a.prototxt --format js", ["json", "json-lines"]),
        ("caffe-lint --dialect a", ["auto"]),
        ("caffe-lint verify --dialect WEI", ["weiliu89/caffe"]),
        ("caffe-lint --target nvi", ["NVIDIA/caffe"]),
        ("caffe-lint --config ", ["file:"]),
        ("caffe-lint show a", ["file:a"]),
        ("caffe-lint baseline create --file ", ["file:"]),
        ("caffe-lint clean --cache-dir ", ["file:"]),
        ("caffe-lint rules new too-deep --into ", ["file:"]),
        ("caffe-lint convert roll a", ["file:a"]),
        ("caffe-lint unroll lstm --into ", ["file:"]),
    ],
)
def test_what_is_offered(line: str, expected: list[str]) -> None:
    assert offered(line) == expected


def test_wrong_settings_offer_nothing() -> None:
    Path("caffe-lint.toml").write_text("nonsense = 1")
    assert offered("caffe-lint rule CL50") == []


def script_commands() -> dict[str, str]:
    text = (DOCS / "completion.md").read_text(encoding="utf-8")
    return dict(re.findall(r"<!-- shell: (\w+) -->\n```sh\n(.*?)```", text, re.DOTALL))


@pytest.mark.parametrize(
    ("shell", "name"),
    [
        ("bash", ".caffe-lint-complete.bash"),
        ("zsh", ".caffe-lint-complete.zsh"),
        ("fish", ".config/fish/completions/caffe-lint.fish"),
    ],
)
def test_documented_commands_write_what_the_shell_reads(shell: str, name: str, tmp_path: Path) -> None:
    run(script_commands()[shell], tmp_path)
    assert f"_CAFFE_LINT_COMPLETE={shell}_complete" in (tmp_path / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("--select CL502", "CL502"),
        ("sho", "show"),
        ("--sel", "--select"),
        ("net", ""),
        ("rule cell-s", CELL_RULE),
    ],
)
def test_bash_completes(words: str, reply: str, tmp_path: Path) -> None:
    run(script_commands()["bash"], tmp_path)
    ask = (
        ". ~/.caffe-lint-complete.bash; compopt() { :; }; "  # it works at a prompt only
        f"COMP_WORDS=(caffe-lint {words}); COMP_CWORD={len(words.split())}; "
        '_caffe_lint_completion caffe-lint; echo "${COMPREPLY[@]}"'
    )
    assert run(ask, tmp_path) == f"{reply}\n"


def run(commands: str, home: Path) -> str:
    """What commands of a shell print, with a caffe-lint that is this one."""
    bin_folder = home / "bin"
    bin_folder.mkdir(exist_ok=True)
    command = bin_folder / "caffe-lint"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m caffe_lint "$@"\n')
    command.chmod(0o755)
    environment = {
        **os.environ,
        "HOME": str(home),
        "PATH": f"{bin_folder}:{os.environ['PATH']}",
        "PYTHONPATH": str(DOCS.parent),
    }
    done = subprocess.run(
        ["bash", "-c", commands], env=environment, capture_output=True, text=True, check=True, cwd=home
    )
    assert done.stderr == ""
    return done.stdout
