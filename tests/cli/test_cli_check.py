"""`caffe-lint check`: what is checked, what is written where, and the exit code."""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from caffe_lint import __version__
from caffe_lint.cli import check as check_module
from caffe_lint.cli import main
from caffe_lint.lint import NetContext, Rule
from caffe_lint.lint.registry import all_rules

CLEAN = """\
name: "net"
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "r" type: "ReLU" bottom: "x" top: "y" }
"""
BROKEN = CLEAN.replace('bottom: "x"', 'bottom: "z"')
WARNED = 'name: "net"\n'
NOTED = CLEAN.replace('top: "y"', 'top: "y" my_own_field: 1')


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, text in [("clean", CLEAN), ("broken", BROKEN), ("warned", WARNED), ("noted", NOTED)]:
        Path(f"{name}.prototxt").write_text(text)


Captured = pytest.CaptureFixture[str]


def codes(capsys: Captured) -> list[str]:
    """The codes in JSON output, which is checked against its schema."""
    findings = json.loads(capsys.readouterr().out)
    schema = json.loads((files("caffe_lint.report") / "check.schema.json").read_text())
    Draft202012Validator(schema).validate(findings)
    return [finding["code"] for finding in findings]


# --- exit codes


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["clean.prototxt"], 0),
        (["broken.prototxt"], 1),
        (["warned.prototxt"], 1),
        (["noted.prototxt"], 0),
        (["clean.prototxt", "broken.prototxt"], 1),
        (["check", "clean.prototxt"], 0),
        (["."], 1),
        ([], 1),
        (["--fail-on", "error", "warned.prototxt"], 0),
        (["--fail-on", "error", "broken.prototxt"], 1),
        (["--fail-on", "warning", "noted.prototxt"], 0),
        (["--fail-on", "note", "noted.prototxt"], 1),
        (["--fail-on", "never", "broken.prototxt"], 0),
        (["--ignore", "CL101", "broken.prototxt"], 0),
        (["--select", "CL2,CL3", "broken.prototxt"], 0),
        (["--select", "CL1", "broken.prototxt"], 1),
        (["missing.prototxt"], 2),
        (["--select", "CL999", "clean.prototxt"], 2),
    ],
)
def test_exit_code(arguments: list[str], code: int, capsys: Captured) -> None:
    assert main(arguments) == code
    captured = capsys.readouterr()
    assert bool(captured.err) == (code == 2)
    assert "Traceback" not in captured.err


def test_a_rule_that_fails_is_an_internal_error(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def fail(rule: Rule, context: NetContext) -> None:
        raise KeyError(f"{rule.code} {context.net.name}")

    (rule,) = (rule for rule in all_rules() if rule.code == "CL101")
    monkeypatch.setattr(type(rule), "check", fail)
    assert main(["clean.prototxt"]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        "caffe-lint: internal error: rule CL101 (unknown-bottom) on clean.prototxt: KeyError: 'CL101 net'\n"
    )


def test_any_other_failure_is_an_internal_error(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ArithmeticError("no such luck")

    monkeypatch.setattr("caffe_lint.lint.checker.lint", fail)
    assert main(["clean.prototxt"]) == 3
    assert capsys.readouterr().err == (
        "caffe-lint: internal error: clean.prototxt: ArithmeticError: no such luck\n"
    )
    monkeypatch.setattr(check_module, "find_files", fail)
    assert main(["clean.prototxt"]) == 3
    assert capsys.readouterr().err == "caffe-lint: internal error: ArithmeticError: no such luck\n"


def test_an_interrupt_ends_the_run_with_a_word(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("caffe_lint.lint.checker.lint", interrupt)
    assert main(["clean.prototxt"]) == 130
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.strip() == "caffe-lint: interrupted"


# --- which files


def test_folders_are_searched_and_files_are_checked_once(capsys: Captured) -> None:
    inner = Path("a", "b")
    inner.mkdir(parents=True)
    (inner / "net.prototxt").write_text(BROKEN)
    (inner / "net.txt").write_text(BROKEN)
    assert main(["--format", "concise", "a", "a/b/net.prototxt", "clean.prototxt"]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out == [
        "a/b/net.prototxt:3:32: CL101 'r' reads 'z', which no layer makes",
        "Found 1 error in 1 of 2 files",
    ]


def test_a_file_that_is_named_may_have_any_ending(capsys: Captured) -> None:
    Path("net.txt").write_text(CLEAN)
    assert main(["net.txt"]) == 0
    assert capsys.readouterr().out == "All checks passed: 1 file\n"


@pytest.mark.parametrize(
    "text",
    [
        'net: "net.prototxt" base_lr: 0.1 lr_policy: "fixed" max_iter: 10\n',
        'item { name: "background" label: 0 display_name: "background" }\n',
        "model_config_list { config { base_path: '/m' } }\n",
    ],
    ids=["solver", "label map", "something else"],
)
def test_files_that_are_no_nets_count_as_checked(text: str, capsys: Captured) -> None:
    Path("file.prototxt").write_text(text)
    assert main(["--format", "json", "file.prototxt"]) == 0
    assert len(codes(capsys)) <= 1
    main(["file.prototxt"])
    summary = capsys.readouterr().out.splitlines()[-1]
    assert summary in ("All checks passed: 1 file", "Found 1 note in 1 file")


# --- options


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["CL101", "CL106", "CL010"]),
        (["--select", "CL1"], ["CL101", "CL106"]),
        (["--select", "CL010,unknown-bottom"], ["CL101", "CL010"]),
        (["--select", "CL010 CL101"], ["CL101", "CL010"]),
        (["--select", "CL010", "--select", "CL101"], ["CL101", "CL010"]),
        (["--ignore", "CL0"], ["CL101", "CL106"]),
        (["--select", "CL1", "--ignore", "CL101"], ["CL106"]),
    ],
)
def test_selection(arguments: list[str], expected: list[str], capsys: Captured) -> None:
    for name, text in [("1", BROKEN), ("2", WARNED), ("3", NOTED)]:
        Path(f"{name}.prototxt").write_text(text)
    main([*arguments, "--format", "json", "1.prototxt", "2.prototxt", "3.prototxt"])
    assert [code for code in codes(capsys) if code in ("CL101", "CL106", "CL010")] == expected


def test_the_dialect_decides_what_an_unknown_field_means(capsys: Captured) -> None:
    fork = CLEAN.replace('top: "y"', 'top: "y" permute_param { order: 0 }')
    Path("fork.prototxt").write_text(fork)
    assert main(["--format", "json", "fork.prototxt"]) == 0
    assert codes(capsys) == []
    assert main(["--format", "json", "--dialect", "bvlc", "fork.prototxt"]) == 1
    assert codes(capsys) == ["CL010"]
    assert main(["--format", "json", "--dialect", "weiliu89", "fork.prototxt"]) == 0
    assert codes(capsys) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--select", "unknown-botom"], "unknown rule 'unknown-botom', did you mean 'unknown-bottom'?"),
        (["--ignore", "C101"], "unknown rule 'C101', did you mean 'CL101'?"),
        (["--target", "weilu89"], "no Caffe called 'weilu89' is known, did you mean 'weiliu89/caffe'?"),
        (["--dialect", "weilu89"], "no Caffe called 'weilu89' is known, did you mean 'weiliu89/caffe'?"),
        (["--fromat", "json"], "No such option '--fromat'. Did you mean '--format'?"),
        (
            ["--format", "xml"],
            "Invalid value for '--format': 'xml' is not one of 'full', 'concise', "
            "'grouped', 'json', 'json-lines', 'sarif', 'github', 'gitlab', 'junit'.",
        ),
        (
            ["--fail-on", "fatal"],
            "Invalid value for '--fail-on': 'fatal' is not one of 'note', 'warning', 'error', 'never'.",
        ),
        (["--format"], "Option '--format' requires an argument."),
    ],
)
def test_a_wrong_call_is_one_message_with_advice(
    arguments: list[str], message: str, capsys: Captured
) -> None:
    assert main(["clean.prototxt", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"caffe-lint: {message}\n"


# --- formats


def test_json_of_findings(capsys: Captured) -> None:
    assert main(["--format", "json", "broken.prototxt"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)
    assert finding["path"] == "broken.prototxt"
    assert (finding["code"], finding["name"]) == ("CL101", "unknown-bottom")
    assert (finding["severity"], finding["claim"]) == ("error", "rejects")
    assert finding["message"] == "'r' reads 'z', which no layer makes"
    assert finding["start"] == {"line": 3, "column": 32, "offset": BROKEN.index('bottom: "z"')}
    assert finding["end"] == {"line": 3, "column": 43, "offset": BROKEN.index('bottom: "z"') + 11}
    assert finding["states"] == ["TRAIN", "TEST"]


def test_json_of_a_clean_run(capsys: Captured) -> None:
    assert main(["--format", "json", "clean.prototxt"]) == 0
    assert capsys.readouterr().out == "[]\n"


@pytest.mark.parametrize("arguments", [["missing.prototxt"], ["--select", "CL999"], ["--dialect", "nope"]])
def test_json_of_a_wrong_call_is_nothing(arguments: list[str], capsys: Captured) -> None:
    assert main(["broken.prototxt", "--format", "json", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("caffe-lint: ")


def test_every_format_tells_of_the_finding(capsys: Captured) -> None:
    for name in ("full", "concise", "json"):
        assert main(["--format", name, "broken.prototxt"]) == 1
        out = capsys.readouterr().out
        assert "CL101" in out
        assert "'r' reads 'z', which no layer makes" in out


# --- as a program


def test_the_module_runs_as_a_program() -> None:
    command = [sys.executable, "-m", "caffe_lint"]
    done = subprocess.run([*command, "broken.prototxt"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "CL101" in done.stdout
    done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"caffe-lint {__version__}\n")
