"""`caffe-lint fmt`: what it changes, what it refuses, and the exit code."""

import io
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from caffe_lint.cli import formatting, main
from caffe_lint.text import Parsed

Captured = pytest.CaptureFixture[str]

UGLY = 'layer{ name: "a"  # the first\n  type: "ReLU", bottom: "x" }\n'
NEAT = 'layer {\n  name: "a"  # the first\n  type: "ReLU"\n  bottom: "x"\n}\n'
BROKEN = 'name: "n"\nlayer {\n  type = "ReLU"\n  top: \n}\n'
FOREIGN = "model_config_list {  config { base_path: '/m' } }\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(**files: str) -> None:
    for name, text in files.items():
        Path(f"{name}.prototxt").write_text(text)


def test_files_are_formatted_in_place(capsys: Captured) -> None:
    write(ugly=UGLY, neat=NEAT, foreign=FOREIGN)
    Path("ugly.prototxt").chmod(0o640)
    assert main(["fmt"]) == 0
    assert Path("ugly.prototxt").read_text() == NEAT
    assert Path("ugly.prototxt").stat().st_mode & 0o777 == 0o640
    assert Path("foreign.prototxt").read_text() == FOREIGN
    assert capsys.readouterr().out == (
        "1 file formatted, 1 file already formatted, 1 file skipped (not Caffe's)\n"
    )
    assert main(["fmt", "."]) == 0
    assert capsys.readouterr().out == "2 files already formatted, 1 file skipped (not Caffe's)\n"
    left = sorted(path.name for path in Path().iterdir())
    assert left == ["foreign.prototxt", "neat.prototxt", "ugly.prototxt"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('net:  "net.prototxt"   base_lr: 0.1\n', 'net: "net.prototxt"\nbase_lr: 0.1\n'),
        ("item {  name: 'x'\nlabel: 0\n}\n", "item {\n  name: 'x'\n  label: 0\n}\n"),
        ("layers {  type: CONVOLUTION }\n", "layers { type: CONVOLUTION }\n"),
    ],
    ids=["solver", "label map", "V1 net"],
)
def test_all_files_of_caffe_are_formatted(before: str, after: str) -> None:
    write(file=before)
    assert main(["fmt", "file.prototxt"]) == 0
    assert Path("file.prototxt").read_text() == after


def test_check_names_the_files_and_changes_none(capsys: Captured) -> None:
    write(ugly=UGLY, neat=NEAT)
    assert main(["fmt", "--check", "."]) == 1
    assert capsys.readouterr().out == (
        "Would format ugly.prototxt\n1 file would be formatted, 1 file already formatted\n"
    )
    assert Path("ugly.prototxt").read_text() == UGLY
    assert main(["fmt", "--check", "neat.prototxt"]) == 0


def test_diff_shows_what_patch_applies(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    write(ugly=UGLY, neat=NEAT)
    assert main(["fmt", "--diff", "."]) == 1
    captured = capfdbinary.readouterr()
    assert captured.err == b"1 file would be formatted, 1 file already formatted\n"
    assert captured.out.startswith(b"--- ugly.prototxt\n+++ ugly.prototxt\n@@ -1,2 +1,5 @@\n-layer{ name")
    assert Path("ugly.prototxt").read_text() == UGLY
    subprocess.run(["patch", "-s", "-p0"], input=captured.out, check=True)
    assert Path("ugly.prototxt").read_text() == NEAT


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (BROKEN.encode(), "3:8: expected ':' or '{' after 'type', found '=' (and 1 more error)"),
        (b"layer {\n", "2:1: expected '}' to close 'layer', found the end of the file"),
        (b"<html>\n<body>", "1:1: this is a web page, not the prototxt it shows"),
        (b"\xef\xbb\xbfname: 'x'", "1:1: a byte order mark is not allowed"),
        (b"\x00\x01\x02" * 99, "1:1: this is a binary file"),
        (b"name: {{ name }}", "1:7: this is a template"),
    ],
    ids=["syntax", "unclosed", "web page", "byte order mark", "binary", "template"],
)
def test_what_is_no_text_format_is_left_alone(data: bytes, message: str, capsys: Captured) -> None:
    Path("bad.prototxt").write_bytes(data)
    write(ugly=UGLY)
    assert main(["fmt", "bad.prototxt", "ugly.prototxt"]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"caffe-lint: bad.prototxt:{message}")
    assert captured.err.count("\n") == 1
    assert captured.out == "1 file formatted\n"
    assert Path("bad.prototxt").read_bytes() == data
    assert Path("ugly.prototxt").read_text() == NEAT


def test_an_error_wins_over_what_would_change() -> None:
    write(bad=BROKEN, ugly=UGLY)
    assert main(["fmt", "--check", "."]) == 2
    assert main(["fmt", "--diff", "."]) == 2


def test_line_ends_and_bytes_are_kept() -> None:
    Path("a.prototxt").write_bytes(b"name:'x' # \xc4\xe3\r\ninput:'y'\r\n")
    assert main(["fmt", "a.prototxt"]) == 0
    assert Path("a.prototxt").read_bytes() == b"name: 'x'  # \xc4\xe3\r\ninput: 'y'\r\n"


def test_a_file_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    write(ugly=UGLY)
    monkeypatch.setattr("os.fsync", refuse)
    assert main(["fmt", "ugly.prototxt"]) == 2
    captured = capsys.readouterr()
    assert captured.err == "caffe-lint: cannot write 'ugly.prototxt': Permission denied\n"
    assert captured.out == ""
    assert Path("ugly.prototxt").read_text() == UGLY


@pytest.mark.parametrize("wrong", [b"name: 'y'\n", b"name: 'x'\n", b"name: 'x'  # C\n", b"name {\n"])
def test_a_layout_that_would_say_something_else_is_not_written(
    wrong: bytes, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def lay_out(_data: bytes, _parsed: Parsed) -> bytes:
        return wrong

    monkeypatch.setattr(formatting, "lay_out", lay_out)
    write(a="name: 'x'  # c\n")
    assert main(["fmt", "a.prototxt"]) == 3
    assert capsys.readouterr().err == (
        "caffe-lint: internal error: formatting 'a.prototxt' would change more than its layout\n"
    )
    assert Path("a.prototxt").read_text() == "name: 'x'  # c\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.prototxt"], "no such file or folder: 'missing.prototxt'"),
        (["."], "no file to work on in folder '.': looked for *.prototxt, *.pbtxt"),
        (["-", "a"], "the standard input goes with no other path"),
    ],
)
def test_a_wrong_call(arguments: list[str], message: str, capsys: Captured) -> None:
    assert main(["fmt", *arguments]) == 2
    assert capsys.readouterr().err == f"caffe-lint: {message}\n"


# --- standard input


class _Input:
    """A standard input of bytes."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


def piped(
    text: str,
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> SimpleNamespace:
    monkeypatch.setattr(sys, "stdin", _Input(text.encode()))
    code = main(["fmt", "-", *arguments])
    captured = capfdbinary.readouterr()
    return SimpleNamespace(code=code, out=captured.out.decode(), err=captured.err.decode())


@pytest.mark.parametrize(
    ("text", "arguments", "code", "out"),
    [
        (UGLY, [], 0, NEAT),
        (NEAT, [], 0, NEAT),
        (FOREIGN, [], 0, FOREIGN),
        ("", [], 0, ""),
        (UGLY, ["--check"], 1, "Would format <stdin>\n"),
        (UGLY, ["--check", "--stdin-filename", "net.prototxt"], 1, "Would format net.prototxt\n"),
        (NEAT, ["--check"], 0, ""),
        (NEAT, ["--diff"], 0, ""),
    ],
)
def test_the_standard_input(
    text: str,
    arguments: list[str],
    code: int,
    out: str,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    found = piped(text, arguments, monkeypatch, capfdbinary)
    assert (found.code, found.out, found.err) == (code, out, "")


def test_the_standard_input_as_a_diff(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    found = piped(UGLY, ["--diff", "--stdin-filename", "net.prototxt"], monkeypatch, capfdbinary)
    assert found.code == 1
    assert found.out.startswith("--- net.prototxt\n+++ net.prototxt\n")


def test_a_broken_standard_input_gives_no_output(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    found = piped(BROKEN, ["--stdin-filename", "net.prototxt"], monkeypatch, capfdbinary)
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith("caffe-lint: net.prototxt:3:8: ")


def test_what_the_project_writes_is_formatted() -> None:
    """Examples and generated nets are in the layout that fmt gives them."""
    root = Path(__file__).parents[2]
    assert main(["fmt", "--check", str(root / "examples")]) == 0
    for style in ("sequence", "netspec", "lstmunit"):
        size = ["--steps", "3", "--batch", "10", "--hidden", "500", "--input-shape", "128,10,10"]
        assert main(["unroll", "lstm", *size, "--style", style, "--out", f"{style}.prototxt"]) == 0
        assert main(["fmt", "--check", f"{style}.prototxt"]) == 0
