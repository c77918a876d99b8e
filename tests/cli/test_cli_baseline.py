"""Baselines: old findings are known by what they say, wherever they stand; new ones show, fixed ones go."""

import json
from pathlib import Path

import pytest

from caffe_lint.cli import main

FILE = "caffe-lint-baseline.json"
DATA = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }\n'
BROKEN = DATA + 'layer { name: "r" type: "ReLU" bottom: "z" top: "y" }\n'
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write("nets/net.prototxt", BROKEN)
    write("warned.prototxt", 'name: "net"\n')


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def create(capsys: Captured) -> None:
    assert main(["baseline", "create"]) == 0
    assert capsys.readouterr().out == f"Wrote 2 findings to {FILE}\n"


def found(capsys: Captured, *arguments: str) -> list[str]:
    code = main(["--format", "json", "--baseline", FILE, *arguments])
    captured = capsys.readouterr()
    assert captured.err == ""
    findings = [f"{finding['path']} {finding['code']}" for finding in json.loads(captured.out)]
    assert code == bool(findings)
    return findings


def test_what_is_in_the_baseline_is_not_reported(capsys: Captured) -> None:
    create(capsys)
    assert found(capsys) == []
    assert main(["."]) == 1


def test_the_file_can_be_read_by_people(capsys: Captured) -> None:
    create(capsys)
    assert Path(FILE).read_text() == (
        "{\n"
        ' "version": 1,\n'
        ' "files": {\n'
        '  "nets/net.prototxt": [\n'
        '   {"code": "CL101", "names": ["r", "z"], '
        '"line": "layer{name:\\"r\\"type:\\"ReLU\\"bottom:\\"z\\"top:\\"y\\"}", "count": 1}\n'
        "  ],\n"
        '  "warned.prototxt": [\n'
        '   {"code": "CL106", "names": [], "line": "name:\\"net\\"", "count": 1}\n'
        "  ]\n"
        " }\n"
        "}\n"
    )
    assert json.loads(Path(FILE).read_text())["version"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "\n\n# moved\n" + BROKEN,
        BROKEN.replace("layer {", "layer   {\t").replace("\n", "\r\n"),
        BROKEN.replace("}\n", "}  # a comment\n"),
        DATA + DATA.replace('"x"', '"w"') + BROKEN.removeprefix(DATA),
    ],
)
def test_moved_lines_and_other_layout_do_not_matter(text: str, capsys: Captured) -> None:
    create(capsys)
    write("nets/net.prototxt", text)
    assert found(capsys, "--select", "CL101") == []


def test_new_findings_are_reported(capsys: Captured) -> None:
    create(capsys)
    second = BROKEN.removeprefix(DATA)
    write("nets/net.prototxt", BROKEN + second.replace('"r"', '"s"').replace('"y"', '"y2"'))
    assert found(capsys) == ["nets/net.prototxt CL101"]
    write("nets/net.prototxt", BROKEN.replace('"z"', '"zz"'))
    assert found(capsys) == ["nets/net.prototxt CL101"]
    write("nets/other.prototxt", BROKEN)
    write("nets/net.prototxt", BROKEN)
    assert found(capsys) == ["nets/other.prototxt CL101"]


def test_of_equal_findings_those_beyond_the_old_number_are_new(capsys: Captured) -> None:
    twice = BROKEN + BROKEN.removeprefix(DATA)
    create(capsys)
    write("nets/net.prototxt", twice)
    assert found(capsys, "--select", "CL101") == ["nets/net.prototxt CL101"]


def test_paths_are_those_from_the_baseline(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    create(capsys)
    monkeypatch.chdir("nets")
    assert main(["--baseline", f"../{FILE}", "net.prototxt"]) == 0
    assert main(["net.prototxt"]) == 1
    write("../caffe-lint.toml", f'baseline = "{FILE}"')
    assert main(["net.prototxt"]) == 0


def test_update_takes_out_what_is_fixed_and_adds_nothing(capsys: Captured) -> None:
    create(capsys)
    write("nets/net.prototxt", DATA)
    write("more.prototxt", BROKEN)
    assert main(["baseline", "update"]) == 0
    assert capsys.readouterr().out == f"Took 1 finding out of {FILE}, 1 remain\n"
    assert list(json.loads(Path(FILE).read_text())["files"]) == ["warned.prototxt"]
    Path("warned.prototxt").unlink()
    assert main(["baseline", "update", "nets"]) == 0
    assert json.loads(Path(FILE).read_text())["files"] == {}


def test_update_leaves_files_alone_that_are_not_named(capsys: Captured) -> None:
    create(capsys)
    before = Path(FILE).read_text()
    assert main(["baseline", "update", "nets"]) == 0
    assert Path(FILE).read_text() == before


def test_the_file_of_the_settings_is_made_and_updated(capsys: Captured) -> None:
    write("caffe-lint.toml", 'baseline = "old/known.json"\nignore = ["CL106"]')
    Path("old").mkdir()
    assert main(["baseline", "create"]) == 0
    assert main(["."]) == 0
    capsys.readouterr()
    write("nets/net.prototxt", DATA)
    assert main(["baseline", "update"]) == 0
    assert "Took 1 finding out of" in capsys.readouterr().out


def test_suppressed_findings_are_not_written(capsys: Captured) -> None:
    write("nets/net.prototxt", BROKEN.rstrip() + " # caffe-lint: ignore[CL101]\n")
    assert main(["baseline", "create", "--file", "b.json", "nets"]) == 0
    assert capsys.readouterr().out == "Wrote 0 findings to b.json\n"


def test_findings_of_the_baseline_are_not_fixed(capsys: Captured) -> None:
    text = DATA + 'layer { name: "r" type: "Relu" bottom: "x" top: "y" }\n'
    write("nets/net.prototxt", text)
    create(capsys)
    assert main(["--fix", "--unsafe-fixes", "--baseline", FILE, "nets"]) == 0
    assert Path("nets/net.prototxt").read_text() == text


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (None, ["baseline", "update"], f"cannot read baseline '{FILE}': No such file or directory"),
        (
            None,
            ["--baseline", FILE, "."],
            f"cannot read baseline '{FILE}': No such file or directory: 'caffe-lint baseline create'",
        ),
        ("", ["--baseline", FILE, "."], f"baseline '{FILE}': is none (JSONDecodeError: "),
        ("[]", ["--baseline", FILE, "."], f"baseline '{FILE}': is none (TypeError: "),
        (
            '{"version": 1, "files": {"a": [{}]}}',
            ["baseline", "update"],
            f"baseline '{FILE}': is none (Key",
        ),
        (
            '{"version": 2}',
            ["--baseline", FILE, "."],
            f"baseline '{FILE}': is of version 2, this",
        ),
        ("{}", ["baseline", "create"], f"'{FILE}' exists: 'caffe-lint baseline update' or --force"),
    ],
)
def test_wrong_calls(content: str | None, arguments: list[str], message: str, capsys: Captured) -> None:
    if content is not None:
        write(FILE, content)
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"caffe-lint: {message}")
    assert captured.err.count("\n") == 1


def test_a_baseline_can_be_made_anew(capsys: Captured) -> None:
    write(FILE, "{}")
    assert main(["baseline", "create", "--force"]) == 0
    assert capsys.readouterr().out == f"Wrote 2 findings to {FILE}\n"


def test_no_baseline_is_made_of_files_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr("caffe_lint.cli.files.MAX_BYTES", 20)
    assert main(["baseline", "create"]) == 2
    assert "nets/net.prototxt" in capsys.readouterr().err
    assert not Path(FILE).exists()


def test_long_lines_are_shortened_and_still_told_apart(capsys: Captured) -> None:
    long = BROKEN.replace('name: "r"', f'name: "{"r" * 300}"')
    write("nets/net.prototxt", long)
    create(capsys)
    assert "…" in json.loads(Path(FILE).read_text())["files"]["nets/net.prototxt"][0]["line"]
    assert found(capsys) == []
    write("nets/net.prototxt", long.replace('top: "y"', 'top: "y2"'))
    assert found(capsys) == ["nets/net.prototxt CL101"]
