"""`rule`, `rules` and `rules new`: everything about rules, offline."""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from caffe_lint.cli import main
from caffe_lint.lint.registry import all_rules
from caffe_lint.report.rule_listing import explained

ROOT = Path(__file__).resolve().parents[2]
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def validate(data: object) -> None:
    schema = json.loads((files("caffe_lint.report") / "rules.schema.json").read_text())
    Draft202012Validator(schema).validate(data)


@pytest.mark.parametrize("name", ["CL308", "dead-weights", "cl308"])
def test_a_rule_is_explained(name: str, capsys: Captured) -> None:
    assert main(["rule", name]) == 0
    out = capsys.readouterr().out
    assert out.startswith("CL308 dead-weights\n\nA layer whose weights start at 0 in front of a ReLU")
    assert "\nBad:\n    layer {" in out
    assert "\nSeverity: warning\nClaim: Caffe loads this file in silence and trains it" in out
    assert "    filled = 3\n      How many layers with filled weights" in out


def test_every_rule_is_explained_by_its_docstring() -> None:
    for rule in all_rules():
        text = explained(rule)
        assert f"\n\n{sys.modules[type(rule).__module__].__doc__}".rstrip() in text
        assert text.count("\n") > 8
        assert ("Fix: none" in text) is not rule.fixable


def test_a_rule_as_json(capsys: Captured) -> None:
    assert main(["rule", "unknown-layer-type", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    validate([data])
    assert (data["code"], data["name"], data["severity"]) == ("CL103", "unknown-layer-type", "error")
    assert (data["claim"], data["fixable"]) == ("rejects", True)
    assert data["explanation"].startswith(data["summary"] + ".\n")
    assert data["options"] == [
        {
            "name": "known",
            "type": {"type": "array", "items": {"type": "string"}},
            "default": [],
            "meaning": "Layer types that your own Caffe registers.",
        }
    ]


def test_the_table_of_rules_fits_into_80_columns(capsys: Captured) -> None:
    assert main(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(all_rules()) + 1
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == ["code", "name", "severity", "claim", "fix"]
    assert "CL101  unknown-bottom" in lines[[line[:5] for line in lines].index("CL101")]


def test_rules_are_selected(capsys: Captured) -> None:
    assert main(["rules", "--select", "CL101,empty-net", "--format", "json"]) == 0
    assert [rule["code"] for rule in json.loads(capsys.readouterr().out)] == ["CL101", "CL106"]
    assert main(["rules", "--format", "json"]) == 0
    validate(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rule", "unknown-botom"], "unknown rule 'unknown-botom', did you mean 'unknown-bottom'?"),
        (["rule"], "Missing argument 'CODE|NAME'."),
        (["rules", "--select", "C101"], "unknown rule 'C101', did you mean 'CL101'?"),
        (["rules", "new", "TooDeep"], "'TooDeep' is not in kebab case, as 'too-many-layers' is"),
        (["rules", "new", "empty-net"], "'empty-net' is taken, by CL106 empty-net"),
        (["rules", "new", "too-deep", "--code", "CL101"], "'CL101' is taken, by CL101 unknown-bottom"),
        (["rules", "new", "too-deep", "--code", "x1"], "'x1' is no code: expected capitals and three digits"),
        (["rules", "new", "too-deep", "--into", "file"], "cannot make folder 'file': File exists"),
    ],
)
def test_wrong_calls(arguments: list[str], message: str, capsys: Captured) -> None:
    Path("file").touch()
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"caffe-lint: {message}")
    assert [path.name for path in Path().iterdir()] == ["file"]


def _pytest(folder: str) -> tuple[int, str]:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )
    return run.returncode, run.stdout


def test_a_new_rule_passes_all_checks_once_it_finds_something(capsys: Captured) -> None:
    assert main(["rules", "new", "too-deep"]) == 0
    module, tests = Path("lint_rules/too_deep.py"), Path("lint_rules/tests/test_too_deep.py")
    assert capsys.readouterr().out == (
        f'wrote {module}\nwrote {tests}\nadd to your settings: plugins = ["lint_rules"]\n'
    )
    code, out = _pytest("lint_rules")
    assert code == 1
    assert "1 failed, 1 passed" in out
    assert "test_bad_net_is_reported" in out
    module.write_text(module.read_text().replace('layer.type == "none"', 'layer.name == "bad"'))
    code, out = _pytest("lint_rules")
    assert (code, "2 passed" in out) == (0, True)
    Path("caffe-lint.toml").write_text('plugins = ["lint_rules"]')
    assert main(["rule", "X001"]) == 0
    assert capsys.readouterr().out.startswith("X001 too-deep\n\nA layer named 'bad'")
    assert main(["rules", "new", "too-wide"]) == 0
    assert 'code = "X002"' in Path("lint_rules/too_wide.py").read_text()


def test_a_new_rule_meets_the_projects_own_style() -> None:
    assert main(["rules", "new", "too-deep"]) == 0
    settings = ["--config", str(ROOT / "pyproject.toml"), "lint_rules"]
    for command in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, *settings]
        assert subprocess.run(ruff, capture_output=True, text=True, check=False).returncode == 0
    mypy = [sys.executable, "-m", "mypy", "--strict", "lint_rules/too_deep.py", "--no-incremental"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "MYPYPATH": str(ROOT)}
    run = subprocess.run(mypy, capture_output=True, text=True, check=False, env=environment)
    assert run.returncode == 0, run.stdout


def test_in_a_checkout_the_rule_becomes_one_of_its_own(capsys: Captured) -> None:
    for path in ("rules/__init__.py", "tests/rules/test_rules.py"):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).touch()
    assert main(["rules", "new", "too-deep"]) == 2
    assert "--code" in capsys.readouterr().err
    assert main(["rules", "new", "too-deep", "--code", "CL190"]) == 0
    assert 'code = "CL190"' in Path("rules/too_deep.py").read_text()
    assert main(["tests/rules/too_deep/bad.prototxt", "tests/rules/too_deep/good.prototxt"]) == 0
    assert main(["rules", "new", "too-deep", "--code", "CL191"]) == 2
    assert "'rules/too_deep.py' exists" in capsys.readouterr().err


def test_sarif_explains_rules_of_plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["rules", "new", "too-deep"]) == 0
    module = Path("lint_rules/too_deep.py")
    module.write_text(module.read_text("utf-8").replace('== "none"', '== "Input"'), "utf-8")
    Path("caffe-lint.toml").write_text('plugins = ["lint_rules"]\n', "utf-8")
    text = 'layer { name: "a" type: "Input" top: "a" input_param { shape { dim: 2 } } }\n'
    Path("net.prototxt").write_text(text, "utf-8")
    assert main(["--format", "sarif", "-o", "found.sarif", "net.prototxt"]) == 1
    (rule,) = json.loads(Path("found.sarif").read_text("utf-8"))["runs"][0]["tool"]["driver"]["rules"]
    assert rule["id"] == "X001"
    assert "A layer named 'bad'" in rule["help"]["text"]
