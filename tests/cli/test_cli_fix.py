"""`caffe-lint check --fix` and its kin: what is written, what is said, and how writing fails."""

import errno
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import click
import pytest

from caffe_lint.cli import main
from caffe_lint.cli.writing import rewrite
from caffe_lint.text import Source
from tests.cli.file_modes import obeying

INPUT = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 4 dim: 4 } } }\r\n'
SAFE = (
    INPUT
    + 'layer { name: "p" type: "Pooling" bottom: "x" top: "p" pooling_param { pool: max kernel_size: 2 } }'
)
UNSAFE = INPUT + 'layer { name: "r" type: "Relu" bottom: "x" top: "y" }\r\n'
LEFT = 'layer { name: "r" type: "ReLU" bottom: "z" top: "y" }\n'
COMMENT = "# 中文\n".encode("gbk")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in [("safe", SAFE), ("unsafe", UNSAFE), ("left", SAFE + LEFT)]:
        Path(f"{name}.prototxt").write_bytes(COMMENT + text.encode())
    Path("clean.prototxt").write_bytes(COMMENT + SAFE.replace("max", "MAX").encode())


def _content(name: str) -> bytes:
    return Path(f"{name}.prototxt").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--fix", "safe.prototxt"], 0, "All checks passed: 1 file\nFixed 1 finding in 1 file\n"),
        (["--fix", "clean.prototxt"], 0, "All checks passed: 1 file\nFixed nothing\n"),
        (["--fix-only", "left.prototxt"], 0, "Fixed 1 finding in 1 file\n"),
        (["--fix-only", "unsafe.prototxt"], 0, "Fixed nothing (1 with --unsafe-fixes)\n"),
        (["--fix-only", "."], 0, "Fixed 2 findings in 2 files (1 more with --unsafe-fixes)\n"),
        (["--fix-only", "--unsafe-fixes", "."], 0, "Fixed 3 findings in 3 files\n"),
        (["--fix-only", "--exit-non-zero-on-fix", "safe.prototxt"], 1, "Fixed 1 finding in 1 file\n"),
        (["--fix", "--exit-non-zero-on-fix", "clean.prototxt"], 0, None),
        (["--fix", "--exit-non-zero-on-fix", "safe.prototxt"], 1, None),
        (["--fix", "unsafe.prototxt"], 1, None),
        (["--fix", "--unsafe-fixes", "unsafe.prototxt"], 0, None),
        (["--fix", "left.prototxt"], 1, None),
        (["--unsafe-fixes", "unsafe.prototxt"], 1, None),
    ],
)
def test_exit_codes_and_summary(arguments: list[str], code: int, said: str | None, capsys: Captured) -> None:
    assert main(arguments) == code
    if said is not None:
        assert capsys.readouterr().out == said


def test_only_the_edited_bytes_change() -> None:
    assert main(["--fix", "safe.prototxt"]) == 0
    assert _content("safe") == _content("clean")


def test_nothing_is_changed_without_being_asked() -> None:
    before = _content("safe")
    assert main(["safe.prototxt", "--unsafe-fixes"]) == 1
    assert _content("safe") == before


def test_json_lists_what_remains(capsys: Captured) -> None:
    assert main(["--fix", "--format", "json", "left.prototxt", "unsafe.prototxt"]) == 1
    output = capsys.readouterr()
    assert {finding["code"] for finding in json.loads(output.out)} == {"CL101", "CL103"}
    assert output.err == "Fixed 1 finding in 1 file (1 more with --unsafe-fixes)\n"


def test_diff_can_be_applied(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    before = _content("safe")
    assert main(["--diff", "safe.prototxt"]) == 1
    output = capsysbinary.readouterr()
    assert output.err == b"Would fix 1 finding in 1 file\n"
    assert _content("safe") == before
    subprocess.run(["git", "apply", "-p0"], input=output.out, check=True, capture_output=True)
    assert _content("safe") == _content("clean")


@pytest.mark.parametrize(("name", "code"), [("clean", 0), ("unsafe", 0), ("safe", 1), ("left", 1)])
def test_diff_fails_if_there_is_a_difference(name: str, code: int) -> None:
    assert main(["--diff", f"{name}.prototxt"]) == code


def test_mode_and_link_are_kept() -> None:
    Path("safe.prototxt").chmod(0o640)
    Path("link.prototxt").symlink_to("safe.prototxt")
    assert main(["--fix", "link.prototxt"]) == 0
    assert Path("link.prototxt").is_symlink()
    assert _content("safe") == _content("clean")
    assert Path("safe.prototxt").stat().st_mode & 0o7777 == 0o640
    assert sorted(path.name for path in Path().iterdir() if path.name.startswith(".")) == []


def test_a_file_that_is_named_twice_is_fixed_once(capsys: Captured) -> None:
    Path("link.prototxt").symlink_to("safe.prototxt")
    assert main(["--fix-only", "link.prototxt", "safe.prototxt"]) == 0
    assert capsys.readouterr().out == "Fixed 1 finding in 1 file\n"


def _check_failure(capsys: Captured, reason: int) -> None:
    before = _content("safe")
    assert main(["--fix", "safe.prototxt", "left.prototxt"]) == 2
    message = capsys.readouterr().err.splitlines()[0]
    assert message == f"caffe-lint: cannot write 'safe.prototxt': {os.strerror(reason)}"
    assert _content("safe") == before
    assert [path.name for path in Path().iterdir() if path.name.startswith(".")] == []


def test_read_only_file() -> None:
    before = _content("safe")
    Path("safe.prototxt").chmod(0o444)
    command = obeying([sys.executable, "-B", "-m", "caffe_lint", "--fix-only", "safe.prototxt"])
    result = subprocess.run(command, check=False, env=ENVIRONMENT, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (
        2,
        f"caffe-lint: cannot write 'safe.prototxt': {os.strerror(errno.EACCES)}\n",
    )
    assert _content("safe") == before


def test_read_only_folder(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise PermissionError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "open", refuse)
    _check_failure(capsys, errno.EROFS)


def test_full_disk(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", refuse)
    _check_failure(capsys, errno.ENOSPC)


def test_write_that_ends_early() -> None:
    """The kernel stops the write in the middle, as on a full disk."""
    before = _content("safe")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    command = [sys.executable, "-B", "-m", "caffe_lint", "--fix", "safe.prototxt"]
    result = subprocess.run(
        command, check=False, env=ENVIRONMENT, preexec_fn=limit, capture_output=True, text=True
    )
    assert (result.returncode, result.stderr) == (
        2,
        f"caffe-lint: cannot write 'safe.prototxt': {os.strerror(errno.EFBIG)}\n",
    )
    assert _content("safe") == before
    assert [path.name for path in Path().iterdir() if path.name.startswith(".")] == []


def test_file_that_changes_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "safe.prototxt"
    with pytest.raises(click.ClickException, match="it has changed since it was read"):
        rewrite(Source(str(path), b"what it was"), b"new")
    assert path.read_bytes() == COMMENT + SAFE.encode()
