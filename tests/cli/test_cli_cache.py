"""The cache: it gives what would be found, and nothing else, whatever is in its folder."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from caffe_lint.cli import linting, main
from caffe_lint.lint import checker, runner

Captured = pytest.CaptureFixture[str]

CACHE = Path(".caffe_lint_cache")
BROKEN = 'layer { name: "r" type: "ReLU" bottom: "z" top: "y" }\n'
RULE = '''\
"""Says something."""

from pathlib import Path

from caffe_lint.lint import DocumentRule
from caffe_lint.text import Span


class Says(DocumentRule):
    code = "XX001"
    name = "says"

    def other_files(self, document):
        return ["words.txt"]

    def check(self, document):
        yield self.report(Path("words.txt").read_text(), Span(0, 1))
'''


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAFFE_LINT_CACHE_DIR", raising=False)
    monkeypatch.setattr(linting, "FEW_BYTES", 0)
    for name in "abc":
        Path(f"{name}.prototxt").write_text(f'name: "{name}"\n{BROKEN}')


@pytest.fixture
def linted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are linted, and not taken from the cache."""
    paths: list[str] = []
    real = runner.lint

    def counting(document, *arguments, **options):  # type: ignore[no-untyped-def]
        paths.append(document.source.path)
        return real(document, *arguments, **options)

    monkeypatch.setattr(checker, "lint", counting)
    return paths


def said(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    code = main(["--jobs", "1", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def entries() -> list[Path]:
    return sorted(path for path in CACHE.glob("*/*") if path.is_file())


def test_a_second_run_lints_what_has_changed(linted: list[str], capsys: Captured) -> None:
    first = said(capsys, "--format", "json")
    assert first[0] == 1
    linted.clear()
    assert said(capsys, "--format", "json") == first
    assert linted == []
    Path("b.prototxt").write_text('name: "b"\n')
    assert said(capsys, "--format", "json") != first
    assert linted == ["b.prototxt"]
    assert len(entries()) == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["--dialect", "bvlc"],
        ["--target", "bvlc"],
        ["--ignore", "CL101"],
        ["--phase", "TRAIN"],
        ["--select", "CL1"],
    ],
)
def test_what_decides_findings_is_part_of_the_key(
    arguments: list[str], linted: list[str], capsys: Captured
) -> None:
    said(capsys)
    linted.clear()
    fresh = said(capsys, "--no-cache", *arguments)
    linted.clear()
    assert said(capsys, *arguments) == fresh
    assert len(linted) == 3


def test_severity_and_baseline_are_applied_to_what_is_remembered(linted: list[str], capsys: Captured) -> None:
    said(capsys)
    linted.clear()
    Path("caffe-lint.toml").write_text('[severity]\nCL101 = "note"\n')
    assert "note[CL101]" in said(capsys)[1]
    assert main(["baseline", "create"]) == 0
    capsys.readouterr()
    assert said(capsys, "--baseline", "caffe-lint-baseline.json")[:2] == (0, "All checks passed: 3 files\n")
    assert linted == []


def test_fixes_are_never_taken_from_it(linted: list[str], capsys: Captured) -> None:
    said(capsys)
    linted.clear()
    for option in ("--fix", "--diff"):
        said(capsys, option)
    assert linted == ["a.prototxt", "b.prototxt", "c.prototxt"] * 2


def test_an_edited_plugin_and_an_edited_other_file_count() -> None:
    Path("says.py").write_text(RULE)
    Path("caffe-lint.toml").write_text('plugins = ["says.py"]\nselect = ["XX"]\n')
    run = [sys.executable, "-m", "caffe_lint", "--cache-dir", "cache", "--format", "concise", "a.prototxt"]

    def first_line() -> str:
        return subprocess.run(run, capture_output=True, text=True, check=False).stdout.splitlines()[0]

    for text in ("one", "one", "two"):
        Path("words.txt").write_text(text)
        assert first_line() == f"a.prototxt:1:1: XX001 {text}"
    Path("says.py").write_text(RULE.replace("read_text()", "read_text().upper()"))
    assert first_line() == "a.prototxt:1:1: XX001 TWO"


@pytest.mark.parametrize("damage", [b"", b"\0" * 100, b"caffe-lint 1 2\n{}"])
def test_a_damaged_entry_counts_as_none(damage: bytes, linted: list[str], capsys: Captured) -> None:
    first = said(capsys)
    for entry in entries():
        entry.write_bytes(damage or entry.read_bytes()[:-7])
    linted.clear()
    assert said(capsys) == first
    assert len(linted) == 3


def test_an_entry_of_another_file_counts_as_none(linted: list[str], capsys: Captured) -> None:
    first = said(capsys, "--format", "json")
    contents = [entry.read_bytes() for entry in entries()]
    for entry, content in zip(entries(), [*contents[1:], contents[0]], strict=True):
        entry.write_bytes(content)
    linted.clear()
    assert said(capsys, "--format", "json") == first
    assert len(linted) == 3


def test_its_folder_is_tagged_and_left_alone_by_git_and_backups(capsys: Captured) -> None:
    said(capsys)
    assert (CACHE / ".gitignore").read_text().splitlines()[-1] == "*"
    tag = (CACHE / "CACHEDIR.TAG").read_text()
    assert tag.startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    assert said(capsys, "--no-cache") == said(capsys)


def test_where_the_folder_is(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    Path("caffe-lint.toml").write_text('cache-dir = "by_settings"\n')
    said(capsys)
    assert Path("by_settings/CACHEDIR.TAG").is_file()
    monkeypatch.setenv("CAFFE_LINT_CACHE_DIR", "by_environment")
    said(capsys)
    assert Path("by_environment/CACHEDIR.TAG").is_file()
    assert main(["config", "--show", "."]) == 0
    assert 'cache-dir = "by_environment"  (CAFFE_LINT_CACHE_DIR)' in capsys.readouterr().out
    said(capsys, "--cache-dir", "by_option")
    assert Path("by_option/CACHEDIR.TAG").is_file()
    assert not CACHE.exists()


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("a.prototxt", "Not a directory"),
        ("a.prototxt/in", "Not a directory"),
        ("mine", "it is there, and it is no cache of caffe-lint"),
    ],
)
def test_a_folder_that_cannot_be_used_is_one_warning(folder: str, reason: str, capsys: Captured) -> None:
    Path("mine").mkdir()
    Path("mine/thesis.txt").touch()
    fresh = said(capsys, "--no-cache")
    code, out, err = said(capsys, "--cache-dir", folder)
    assert (code, out) == fresh[:2]
    assert err == f"caffe-lint: warning: nothing is cached in '{folder}': {reason}\n"
    assert [path.name for path in Path("mine").iterdir()] == ["thesis.txt"]


def test_entries_that_nobody_asks_for_any_more_are_removed(capsys: Captured) -> None:
    said(capsys)
    (old,) = {entry.parent for entry in entries()}
    long_ago = time.time() - 31 * 24 * 3600
    os.utime(old, (long_ago, long_ago))
    said(capsys)  # it is in use
    said(capsys, "--ignore", "CL101")
    assert old.is_dir()
    os.utime(old, (long_ago, long_ago))
    said(capsys, "--ignore", "CL102")
    assert not old.exists()


# --- clean


def test_clean_removes_caches_and_nothing_else(capsys: Captured) -> None:
    Path("inner").mkdir()
    Path("inner/caffe-lint.toml").touch()
    Path("inner/net.prototxt").write_text(BROKEN)
    said(capsys)
    Path("other", ".caffe_lint_cache").mkdir(parents=True)
    assert main(["clean"]) == 0
    assert capsys.readouterr().out == "Removed .caffe_lint_cache\nRemoved inner/.caffe_lint_cache\n"
    assert Path("other", ".caffe_lint_cache").is_dir()
    assert main(["clean"]) == 0
    assert capsys.readouterr().out == ""


def test_clean_does_not_remove_what_is_no_cache(capsys: Captured) -> None:
    Path("mine").mkdir()
    assert main(["clean", "--cache-dir", "mine"]) == 2
    assert capsys.readouterr().err == "caffe-lint: 'mine' is no cache of caffe-lint\n"
    assert main(["clean", "nowhere"]) == 2
    assert Path("mine").is_dir()


@pytest.mark.slow
def test_runs_at_once_over_one_folder(capsys: Captured) -> None:
    for number in range(200):
        Path(f"{number}.prototxt").write_text(f'name: "{number}"\n{BROKEN * (number % 7)}')
    _, expected, _ = said(capsys, "--no-cache", "--format", "json")
    run = [sys.executable, "-m", "caffe_lint", "--cache-dir", "cache", "--format", "json"]
    for turn in range(3):
        runs = [subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(6)]
        for _ in range(10 * (turn == 1)):
            main(["clean", "--cache-dir", "cache"])
            time.sleep(0.1)
        for each in runs:
            out, err = each.communicate()
            assert (out.decode(), err) == (expected, b"")
    assert [each.name for each in Path().iterdir() if each.is_dir()] == ["cache"]
    assert not list(Path("cache").rglob(".unfinished-*"))
