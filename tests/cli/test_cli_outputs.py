"""`check` writes its findings in several formats, to the standard output and to files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from caffe_lint.cli import main
from caffe_lint.report import FORMATS

Captured = pytest.CaptureFixture[str]

BROKEN = 'layer { name: "a" type: "ReLU" bottom: "x" top: "y" }\n'
CLEAN = """\
name: "net"
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "r" type: "ReLU" bottom: "x" top: "y" }
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    Path("net.prototxt").write_text(BROKEN)
    Path("clean.prototxt").write_text(CLEAN)


def files() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_file_holds_what_would_be_on_the_standard_output(name: str, capsys: Captured) -> None:
    assert main(["--format", name, "net.prototxt"]) == 1
    shown = capsys.readouterr().out
    assert main(["--format", name, "--output-file", "deep/down/out", "net.prototxt"]) == 1
    assert capsys.readouterr().out == ""
    assert Path("deep/down/out").read_text() == shown


def test_several_formats_at_once(capsys: Captured) -> None:
    outputs = ["--output", "sarif=out.sarif", "--output", "junit=junit.xml"]
    assert main(["--format", "concise", *outputs, "net.prototxt"]) == 1
    assert capsys.readouterr().out.startswith("net.prototxt:1:32: CL101")
    assert json.loads(Path("out.sarif").read_text())["runs"][0]["results"][0]["ruleId"] == "CL101"
    assert Path("junit.xml").read_text().startswith("<?xml")
    assert files() == ["clean.prototxt", "junit.xml", "net.prototxt", "out.sarif"]


def test_an_interrupt_leaves_nothing_unfinished(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    Path("out.json").write_text("old")
    monkeypatch.setattr(Path, "replace", interrupt)
    assert main(["--output", "json=out.json", "clean.prototxt"]) == 130
    assert Path("out.json").read_text() == "old"
    assert files() == ["clean.prototxt", "net.prototxt", "out.json"]


def test_a_file_is_replaced_with_its_mode_kept(capsys: Captured) -> None:
    Path("out.json").write_text("old")
    Path("out.json").chmod(0o600)
    assert main(["--output", "json=out.json", "clean.prototxt"]) == 0
    assert Path("out.json").read_text() == "[]\n"
    assert Path("out.json").stat().st_mode & 0o777 == 0o600
    assert capsys.readouterr().out == "All checks passed: 1 file\n"


def test_a_file_is_coloured_on_request_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(["-o", "out.txt", "net.prototxt"])
    assert "\x1b" not in Path("out.txt").read_text()
    main(["-o", "out.txt", "--color", "always", "net.prototxt"])
    assert "\x1b" in Path("out.txt").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output", "sarif"], "Invalid value for '--output': 'sarif' is not FORMAT=FILE"),
        (["--output", "sarif="], "Invalid value for '--output': 'sarif=' is not FORMAT=FILE"),
        (
            ["--output", "xml=a"],
            "Invalid value for '--output': 'xml' is none of full, concise, grouped, json, json-lines, sarif, "
            "github, gitlab, junit",
        ),
        (
            ["-o", "sarif=a"],
            "Invalid value for '-o' / '--output-file': "
            "'sarif=a' is FORMAT=FILE: write it as --output sarif=a",
        ),
        (["-o", "a", "--output", "json=./a"], "two reports for one file: 'a'"),
        (["--output", "json=-"], "two reports for the standard output"),
        (["-o", "net.prototxt"], "the report would overwrite 'net.prototxt', which is to be checked"),
        (
            ["--statistics", "--format", "sarif"],
            "--statistics has no format 'sarif', but full, concise, grouped, json, json-lines",
        ),
    ],
)
def test_a_wrong_call_writes_nothing(arguments: list[str], message: str, capsys: Captured) -> None:
    assert main([*arguments, "net.prototxt"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"caffe-lint: {message}\n"
    assert files() == ["clean.prototxt", "net.prototxt"]
    assert Path("net.prototxt").read_text() == BROKEN


def test_a_file_that_cannot_be_written(capsys: Captured) -> None:
    Path("folder").mkdir()
    outputs = ["--output", "json=folder", "--output", "json=clean.prototxt/x", "--output", "json=out"]
    assert main([*outputs, "net.prototxt"]) == 2
    error = capsys.readouterr().err
    assert "cannot write 'folder': Is a directory" in error
    assert "cannot make folder 'clean.prototxt': File exists" in error
    assert len(json.loads(Path("out").read_text())) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /dev/full")
def test_a_full_disk_is_one_message(capsys: Captured) -> None:
    assert main(["-o", "/dev/full", "net.prototxt"]) == 2
    assert capsys.readouterr().err == "caffe-lint: cannot write '/dev/full': No space left on device\n"
    assert Path("/dev/full").is_char_device()


def test_what_programs_read_is_whole_or_not_there(capsys: Captured) -> None:
    Path("unreadable.prototxt").symlink_to("nowhere")
    large = Path("large.prototxt")
    large.write_bytes(b"#" * (32 * 2**20 + 1))
    arguments = ["net.prototxt", "large.prototxt", "--output", "sarif=a", "--output", "concise=b"]
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out.startswith("error[CL101]")
    assert captured.err == "caffe-lint: 'large.prototxt' is larger than the limit of 32 MiB\n"
    assert not Path("a").exists()
    assert Path("b").read_text().startswith("net.prototxt:1:32")


@pytest.mark.parametrize("arguments", [["-o", "-"], ["-o", "out", "--output", "full=-"]])
def test_a_dash_is_the_standard_output(arguments: list[str], capsys: Captured) -> None:
    assert main([*arguments, "net.prototxt"]) == 1
    assert capsys.readouterr().out.startswith("error[CL101]")
    assert not Path("-").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no /dev/stdout")
def test_a_pipe_is_written_through() -> None:
    run = [sys.executable, "-m", "caffe_lint", "--output", "json=/dev/stdout", "-o", "out", "net.prototxt"]
    result = subprocess.run(run, capture_output=True, check=False)
    assert json.loads(result.stdout)[0]["code"] == "CL101"
    assert result.stderr == b""


def test_no_report_where_only_fixes_are_asked_for() -> None:
    assert main(["--diff", "--output", "json=out", "net.prototxt"]) == 0
    assert not Path("out").exists()


def test_statistics_stand_in_for_the_findings(capsys: Captured) -> None:
    assert main(["--statistics", "net.prototxt"]) == 1
    assert capsys.readouterr().out == "1  CL101  unknown-bottom\nFound 1 error in 1 file\n"


# --- GitHub Actions


@pytest.mark.parametrize(
    ("value", "arguments", "start"),
    [
        ("true", [], "::error title="),
        ("true", ["--format", "full"], "error[CL101]"),
        ("true", ["--statistics"], "1  CL101"),
        ("false", [], "error[CL101]"),
        ("", [], "error[CL101]"),
    ],
)
def test_github_actions_gets_its_format(
    value: str, arguments: list[str], start: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", value)
    assert main([*arguments, "net.prototxt"]) == 1
    assert capsys.readouterr().out.startswith(start)


def test_an_output_file_is_no_log_of_github_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    main(["-o", "out", "net.prototxt"])
    assert Path("out").read_text().startswith("error[CL101]")


@pytest.mark.parametrize(
    ("root", "path"),
    [("GITHUB_WORKSPACE", "sub/net.prototxt"), ("CI_PROJECT_DIR", "sub/net.prototxt"), ("", "net.prototxt")],
)
def test_paths_start_at_the_project(
    root: str, path: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    if root:
        monkeypatch.setenv(root, str(Path.cwd()))
    Path("sub").mkdir()
    Path("net.prototxt").rename("sub/net.prototxt")
    monkeypatch.chdir("sub")
    main(["--format", "gitlab", str(Path("net.prototxt").resolve())])
    assert json.loads(capsys.readouterr().out)[0]["location"]["path"] == path


def test_xml_is_ascii_whatever_the_terminal_takes() -> None:
    Path("net.prototxt").write_text(BROKEN.replace('"x"', '"数据"'))
    result = subprocess.run(
        [sys.executable, "-m", "caffe_lint", "--format", "junit", "net.prototxt"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert b"&#25968;&#25454;" in result.stdout
