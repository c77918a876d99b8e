"""Diffs: git makes of the old text the new one, whatever both are, and large nets take little work."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caffe_lint.cli import diff as diffs
from caffe_lint.cli import main
from caffe_lint.cli.diff import unified_diff

TEXTS = st.lists(st.sampled_from([b"a\n", b"b\n", b"}\r\n", b"\xd6\n"]), max_size=30).map(b"".join)


@settings(max_examples=60)
@given(TEXTS, TEXTS, st.sampled_from([b"", b"end"]))
def test_git_makes_the_new_text_of_the_old_one(
    tmp_path_factory: pytest.TempPathFactory, before: bytes, after: bytes, end: bytes
) -> None:
    folder: Path = tmp_path_factory.mktemp("diff")
    old, new = b"first\n" + before + end, b"first\n" + after + end
    (folder / "net").write_bytes(old)
    diff = b"".join(unified_diff("net", old, new))
    assert bool(diff) == (old != new)
    if diff:
        subprocess.run(["git", "apply", "-p0"], cwd=folder, input=diff, check=True, capture_output=True)
    assert (folder / "net").read_bytes() == new


def test_the_search_for_a_change_goes_no_farther_in_a_larger_net(monkeypatch: pytest.MonkeyPatch) -> None:
    distances = diffs._distances()
    tried = []

    def counted() -> Iterator[tuple[int, int]]:
        for pair in distances:
            tried.append(pair)
            yield pair

    monkeypatch.setattr(diffs, "_distances", counted)
    work = []
    for layers in (1000, 10_000):
        tried.clear()
        old = b'layer {\n  top: "x"\n}\n' * layers
        lines = list(unified_diff("net", old, old.replace(b'"x"', b'"y"', 100)))
        assert [line for line in lines if line.startswith(b"+ ")] == [b'+  top: "y"\n'] * 100
        work.append(len(tried))
    assert work[0] == work[1] >= 100


def test_the_last_word_comes_behind_the_diff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where both outputs go into one file."""
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    net = tmp_path / "net.prototxt"
    net.write_text('layer { name: "a" type: "Concat" bottom: "b" top: "c" concat_param { concat_dim: 1 } }\n')
    command = [sys.executable, "-m", "caffe_lint", "--isolated", "--diff", str(net)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.stdout.startswith("--- ")
    assert done.stdout.endswith("\nWould fix 1 finding in 1 file\n")


@pytest.mark.parametrize("command", ["check", "fmt"])
def test_a_diff_has_colours_where_they_are_wanted(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.prototxt").write_text('#\x1b\nlayer { concat_param {concat_dim: 1 } type: "Concat" }')
    arguments = [command, "--isolated", "--diff", "net.prototxt"]
    assert main(arguments) == 1
    plain = capsys.readouterr().out
    assert main([*arguments, "--color", "always"]) == 1
    colored = capsys.readouterr().out
    codes = {"---": "1", "+++": "1", "@@ ": "36", "-la": "31", "+la": "32"}
    expected = [
        f"\x1b[{codes[line[:3]]}m{line}\x1b[0m" if line[:3] in codes else line.replace("\x1b", r"\x1b")
        for line in plain.split("\n")
    ]
    assert colored.split("\n") == expected
    assert set(codes) <= {line[:3] for line in plain.split("\n")}
    assert "\n\\ No newline at end of file\n" in colored


def test_a_removed_line_is_no_header(capsys: pytest.CaptureFixture[str]) -> None:
    diffs.write_diff(unified_diff("net", b"-- x\n", b"++ y\n"), "always")
    assert capsys.readouterr().out.splitlines()[3:] == ["\x1b[31m--- x\x1b[0m", "\x1b[32m+++ y\x1b[0m"]
