"""`--add-ignores`: suppressions of all that is found, and nothing else in the files."""

from pathlib import Path

import pytest

from caffe_lint.cli import main

DATA = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }\n'
BROKEN = DATA + 'layer { name: "r" type: "ReLU" bottom: "z" top: "y" }\n'
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.prototxt").write_text(BROKEN)


def test_all_findings_are_suppressed_once(capsys: Captured) -> None:
    Path("net.prototxt").chmod(0o640)
    Path("other.prototxt").write_text(DATA)
    assert main(["--add-ignores", "--reason", "made by a script", "."]) == 0
    expected = BROKEN.rstrip() + "  # caffe-lint: ignore[CL101] made by a script\n"
    assert Path("net.prototxt").read_text() == expected
    assert Path("net.prototxt").stat().st_mode & 0o777 == 0o640
    assert Path("other.prototxt").read_text() == DATA
    assert capsys.readouterr().out == "All checks passed: 2 files\nSuppressed 1 finding in 1 file\n"
    assert main(["--add-ignores", "."]) == 0
    assert capsys.readouterr().out == "All checks passed: 2 files\nSuppressed nothing\n"
    assert Path("net.prototxt").read_text() == expected


def test_what_cannot_be_suppressed_is_reported(capsys: Captured) -> None:
    Path("net.prototxt").write_text(BROKEN + "layer {")
    assert main(["--add-ignores", "--format", "concise", "net.prototxt"]) == 1
    assert "net.prototxt:3:8: CL001" in capsys.readouterr().out
    assert Path("net.prototxt").read_text() == BROKEN + "layer {"


def test_findings_of_the_baseline_are_not_suppressed(capsys: Captured) -> None:
    assert main(["baseline", "create"]) == 0
    assert main(["--add-ignores", "--baseline", "caffe-lint-baseline.json"]) == 0
    assert "Suppressed nothing" in capsys.readouterr().out
    assert Path("net.prototxt").read_text() == BROKEN


def test_a_file_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    assert main(["--add-ignores", "net.prototxt"]) == 2
    assert capsys.readouterr().err == "caffe-lint: cannot write 'net.prototxt': No space left on device\n"
    assert Path("net.prototxt").read_text() == BROKEN


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--reason", "x"], "--reason is for --add-ignores"),
        (["--add-ignores", "--fix"], "--add-ignores cannot be combined with --fix, --fix-only or --diff"),
        *(
            (["--add-ignores", "--reason", reason], "--reason must be one line of text without '[' at its")
            for reason in ("a\nb", "[CL101]", "x # caffe-lint: off")
        ),
    ],
)
def test_wrong_calls(arguments: list[str], message: str, capsys: Captured) -> None:
    assert main([*arguments, "net.prototxt"]) == 2
    assert capsys.readouterr().err.startswith(f"caffe-lint: {message}")
    assert Path("net.prototxt").read_text() == BROKEN
