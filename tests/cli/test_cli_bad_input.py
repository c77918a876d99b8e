"""Files that cannot be read or are something else: one clear message or finding, and the right exit code."""

import json
from io import FileIO
from pathlib import Path
from typing import NamedTuple

import pytest

from caffe_lint.cli import main
from caffe_lint.cli.files import MAX_BYTES
from caffe_lint.schema import BVLC, load_schema
from caffe_lint.schema.descriptors import message_class

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def caffemodel() -> bytes:
    """Weights as Caffe saves them: a binary NetParameter."""
    net = message_class("NetParameter", load_schema().view([BVLC]))()
    for name in ("conv1", "ip1"):
        layer = net.layer.add(name=name, type="Convolution")  # type: ignore[attr-defined]
        layer.blobs.add(data=[0.25] * 100).shape.dim[:] = [4, 25]
    return net.SerializeToString()


class Case(NamedTuple):
    """The content of a file, and what the only finding in it says."""

    data: bytes
    code: str
    message: str


CASES = {
    "empty": Case(b"", "CL106", "the file holds no layer"),
    "blank": Case(b" \n\n# nothing\n", "CL106", "the file holds no layer"),
    "html": Case(b"<!DOCTYPE html>\n<html><body>layer { }</body></html>\n", "CL002", "this is a web page"),
    "weights": Case(caffemodel(), "CL002", "this is a binary .caffemodel with 2 layers"),
    "hdf5": Case(b"\x89HDF\r\n\x1a\n" + bytes(100), "CL002", "this is an HDF5 file"),
    "zeros": Case(bytes(1000), "CL002", "this is a binary file (1000 control bytes in the first 1000)"),
    "a zero": Case(b"# a comment of a few words\n\0", "CL001", "control character 0x00 is not allowed here"),
    "utf-16": Case('name: "net"'.encode("utf-16"), "CL002", "this file is encoded as UTF-16"),
    "bom": Case(b'\xef\xbb\xbfname: "net"\n', "CL001", "a byte order mark is not allowed"),
    "conflict": Case(
        b'<<<<<<< ours\nname: "a"\n=======\nname: "b"\n>>>>>>> theirs\n', "CL002", "git left 1 merge conflict"
    ),
    "template": Case(
        b'name: "net"\ninput_dim: ${batch}\n', "CL002", "this is a template, not yet a prototxt"
    ),
    "open braces": Case(b"{" * 100_000, "CL002", "this is JSON"),
    "nested": Case(b"layer {\n" * 100_000, "CL001", "messages are nested deeper than 100 levels"),
    "one string": Case(b'name: "' + b"a" * 1_000_000, "CL001", 'the string is not closed by " on its line'),
    "one word": Case(b"a" * 1_000_000, "CL001", f"expected ':' or '{{' after '{'a' * 39}…', found the end"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_finding(name: str, capsys: Captured) -> None:
    data, code, message = CASES[name]
    Path("net.prototxt").write_bytes(data)
    assert main(["--format", "json", "net.prototxt"]) == 1
    captured = capsys.readouterr()
    assert captured.err == ""
    (finding,) = json.loads(captured.out)
    assert finding["code"] == code
    assert finding["message"].startswith(message)
    assert finding["severity"] == ("warning" if code == "CL106" else "error")
    for format_name in ("full", "concise"):
        assert main(["--format", format_name, "net.prototxt"]) == 1
        out = capsys.readouterr().out
        assert len(out) < 2000
        assert out.replace("\n", "").isprintable()


def test_a_hundred_thousand_closing_braces_are_given_up(capsys: Captured) -> None:
    Path("net.prototxt").write_bytes(b"}" * 100_000)
    assert main(["--format", "concise", "net.prototxt"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "Found 100 errors in 1 file"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("missing.prototxt", "no such file or folder: 'missing.prototxt'"),
        ("missing/net.prototxt", "no such file or folder: 'missing/net.prototxt'"),
        ("empty", "no file to work on in folder 'empty': looked for *.prototxt, *.pbtxt"),
        ("a" * 5000, f"cannot read '{'a' * 5000}': File name too long"),
        ("a\x1b[31m\r\u202eb", r"no such file or folder: 'a\x1b[31m\r\u202eb'"),
        ("a\0b", r"no such file or folder: 'a\x00b'"),
        ("\udcff", r"no such file or folder: '\udcff'"),
    ],
)
def test_what_is_not_there_is_a_wrong_call(path: str, message: str, capsys: Captured) -> None:
    Path("empty").mkdir()
    Path("empty", "net.txt").touch()
    Path("net.prototxt").touch()
    assert main(["net.prototxt", path]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"caffe-lint: {message}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["nets/net.prototx"],
            "no such file or folder: 'nets/net.prototx', did you mean 'nets/net.prototxt'?",
        ),
        (["net"], "no such file or folder: 'net', did you mean 'nets'?"),
        (["fmt", "nte.prototxt"], "no such file or folder: 'nte.prototxt', did you mean 'net.prototxt'?"),
        (
            ["show", "nte.prototxt"],
            "cannot read 'nte.prototxt': No such file or directory, did you mean 'net.prototxt'?",
        ),
        (["chek", "net.prototxt"], "no such command, file or folder: 'chek', did you mean 'check'?"),
    ],
)
def test_a_misspelt_path_or_command_draws_a_suggestion(
    arguments: list[str], message: str, capsys: Captured
) -> None:
    Path("nets").mkdir()
    Path("net.prototxt").touch()
    Path("nets/net.prototxt").touch()
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"caffe-lint: {message}\n"


def test_a_folder_may_be_named_nearly_like_a_command(capsys: Captured) -> None:
    Path("shows").mkdir()
    Path("shows/net.prototxt").write_text('name: "net"')
    assert main(["--format", "concise", "shows"]) == main(["shows", "--format", "concise"]) == 1
    assert capsys.readouterr().err == ""


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> str:
    """A file that may not be read, whoever runs the test, beside one that may."""
    Path("net.prototxt").write_text('name: "net"')
    Path("secret.prototxt").touch()

    def refuse(path: Path, _mode: str) -> FileIO:
        if path.name == "secret.prototxt":
            raise PermissionError(13, "Permission denied")
        return FileIO(path)

    monkeypatch.setattr(Path, "open", refuse)
    return "secret.prototxt"


def test_a_file_that_may_not_be_read_does_not_hide_the_others(secret: str, capsys: Captured) -> None:
    assert main(["--format", "concise", secret, "net.prototxt"]) == 2
    captured = capsys.readouterr()
    assert captured.err == "caffe-lint: cannot read 'secret.prototxt': Permission denied\n"
    assert captured.out.startswith("net.prototxt:1:1: CL106 ")


def test_a_file_that_may_not_be_read_leaves_no_json(secret: str, capsys: Captured) -> None:
    assert main(["--format", "json", "net.prototxt", secret]) == 2
    captured = capsys.readouterr()
    assert captured.err == "caffe-lint: cannot read 'secret.prototxt': Permission denied\n"
    assert captured.out == ""


def test_a_folder_that_may_not_be_searched(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def refuse(_self: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_dir", refuse)
    assert main(["folder/net.prototxt"]) == 2
    assert capsys.readouterr().err == "caffe-lint: cannot read 'folder/net.prototxt': Permission denied\n"


@pytest.mark.parametrize("command", ["check", "show"])
def test_a_file_over_the_limit(command: str, capsys: Captured) -> None:
    with Path("large.prototxt").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert main([command, "large.prototxt"]) == 2
    assert capsys.readouterr().err == "caffe-lint: 'large.prototxt' is larger than the limit of 32 MiB\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<!DOCTYPE html>", "'net.prototxt' holds no net"),
        (b'net: "x" base_lr: 1', "'net.prototxt' holds no net"),
        (b"foo: 1 bar: 2", "'net.prototxt' holds no net"),
    ],
)
def test_show_of_what_is_no_net(data: bytes, message: str, capsys: Captured) -> None:
    Path("net.prototxt").write_bytes(data)
    for name in ("table", "json"):
        assert main(["show", "--format", name, "net.prototxt"]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.startswith(f"caffe-lint: {message}")


@pytest.mark.parametrize(
    "data", [b"layer {" * 100_000, b"}" * 100_000, b'layer { name: "\0" }', b"layer { type: 5 }"]
)
def test_show_of_a_broken_net_shows_what_there_is(data: bytes, capsys: Captured) -> None:
    Path("net.prototxt").write_bytes(data)
    assert main(["show", "--format", "json", "net.prototxt"]) == 0
    assert json.loads(capsys.readouterr().out)["states"]
