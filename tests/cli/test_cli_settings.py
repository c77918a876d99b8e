"""Settings files: which one holds for a file, what it changes, and what the command line says on top."""

import json
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from caffe_lint.cli import main

CLEAN = """\
name: "net"
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "r" type: "ReLU" bottom: "x" top: "y" }
"""
BROKEN = CLEAN.replace('bottom: "x"', 'bottom: "z"')
"""CL101, an error."""
WARNED = 'name: "net"\n'
"""CL106, a warning."""
PLUGIN = """\
from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, LayerRule, NetContext
from caffe_lint.net import Layer


class EveryLayer(LayerRule):
    code = "X001"
    name = "every-layer"

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        yield self.report(context, "a layer", layer.name_span)
"""

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write("broken.prototxt", BROKEN)
    write("warned.prototxt", WARNED)
    write("inner/warned.prototxt", WARNED)


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def found(capsys: Captured, *arguments: str) -> list[str]:
    """The findings of a run that works, as `path CODE severity`."""
    assert main(["--format", "json", *arguments]) in (0, 1)
    captured = capsys.readouterr()
    assert captured.err == ""
    findings = json.loads(captured.out)
    return [f"{finding['path']} {finding['code']} {finding['severity']}" for finding in findings]


def complaint(capsys: Captured, *arguments: str) -> str:
    """The message of a wrong call."""
    assert main([*arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("caffe-lint: ")
    assert captured.err.count("\n") == 1
    return captured.err.removeprefix("caffe-lint: ").rstrip("\n")


ALL = ["broken.prototxt CL101 error", "inner/warned.prototxt CL106 warning", "warned.prototxt CL106 warning"]


# --- which file


def test_without_settings_all_rules_are_on(capsys: Captured) -> None:
    assert found(capsys, ".") == ALL


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("caffe-lint.toml", 'ignore = ["CL101"]'),
        ("pyproject.toml", '[tool.caffe-lint]\nignore = ["CL101"]'),
        ("pyproject.toml", '[tool]\ncaffe-lint = { ignore = ["unknown-bottom"] }'),
        ("pyproject.toml", '[tool."caffe-lint"]\nselect = ["CL106"]'),
    ],
)
def test_settings_of_the_folder(name: str, text: str, capsys: Captured) -> None:
    write(name, text)
    assert found(capsys, ".") == ALL[1:]


def test_the_nearest_file_wins_for_each_file(capsys: Captured) -> None:
    write("caffe-lint.toml", 'ignore = ["CL101"]')
    write("inner/pyproject.toml", '[tool.caffe-lint]\nignore = ["CL106"]')
    assert found(capsys, ".") == ALL[2:]
    assert found(capsys, "inner/warned.prototxt") == []


@pytest.mark.parametrize("text", ["[project]\nname = 'a'", "[project]\ndependencies = ['caffe-lint']"])
def test_a_pyproject_of_somebody_else_is_passed_over(text: str, capsys: Captured) -> None:
    write("caffe-lint.toml", 'ignore = ["CL106"]')
    write("inner/pyproject.toml", text)
    assert found(capsys, ".") == ALL[:1]


def test_our_own_file_wins_over_pyproject(capsys: Captured) -> None:
    write("caffe-lint.toml", 'ignore = ["CL106"]')
    write("pyproject.toml", '[tool.caffe-lint]\nignore = ["CL101"]')
    assert found(capsys, ".") == ALL[:1]


def test_extended_files_give_what_the_nearest_does_not(capsys: Captured) -> None:
    write("base.toml", 'ignore = ["CL101"]\nextend-ignore = ["CL8"]\nexclude = ["inner"]')
    write("inner/caffe-lint.toml", 'extend = "../base.toml"\nextend-ignore = ["CL106"]')
    write("inner/broken.prototxt", BROKEN)
    assert main(["inner"]) == 2
    assert "left out: 2 by 'exclude'" in capsys.readouterr().err
    write("base.toml", 'ignore = ["CL101"]\nextend-ignore = ["CL8"]')
    assert found(capsys, "inner") == []
    write("inner/caffe-lint.toml", 'extend = "../base.toml"\nignore = []')
    assert found(capsys, "inner") == ["inner/broken.prototxt CL101 error", *ALL[1:2]]


def test_config_and_isolated(capsys: Captured) -> None:
    write("caffe-lint.toml", 'ignore = ["CL101"]')
    write("other/settings.toml", 'ignore = ["CL106"]')
    assert found(capsys, "--isolated", ".") == ALL
    assert found(capsys, "--config", "other/settings.toml", ".") == ALL[:1]
    message = complaint(capsys, "--config", "other/settings.toml", "--isolated", ".")
    assert message == "--config and --isolated exclude each other"
    message = complaint(capsys, "--config", "none.toml", ".")
    assert message == "cannot read settings 'none.toml': No such file or directory"


def test_the_command_line_wins(capsys: Captured) -> None:
    write("caffe-lint.toml", 'ignore = ["CL101"]\nfail-on = "never"\ndialect = "bvlc"')
    assert main(["."]) == 0
    assert main(["--fail-on", "warning", "."]) == 1
    capsys.readouterr()
    assert found(capsys, "--select", "CL101", ".") == ALL[:1]
    assert found(capsys, "--extend-select", "CL101", ".") == ALL
    assert found(capsys, "--extend-ignore", "CL106", ".") == []
    assert found(capsys, "--ignore", "CL106", ".") == []


def test_exit_zero(capsys: Captured) -> None:
    assert main(["--exit-zero", "."]) == 0
    assert "CL101" in capsys.readouterr().out


# --- what they change


def test_per_file_ignores(capsys: Captured) -> None:
    write("caffe-lint.toml", '[per-file-ignores]\n"inner/" = ["CL1"]\n"b*.prototxt" = ["unknown-bottom"]')
    assert found(capsys, ".") == ALL[2:]
    assert found(capsys, "broken.prototxt") == []


def test_each_file_fails_by_its_own_settings(capsys: Captured) -> None:
    write("inner/caffe-lint.toml", 'fail-on = "error"')
    assert main(["inner"]) == 0
    assert main(["inner", "warned.prototxt"]) == 1
    assert capsys.readouterr().out.count("CL106") == 3


def test_severity(capsys: Captured) -> None:
    write("caffe-lint.toml", '[severity]\nCL1 = "note"\nCL101 = "warning"')
    assert found(capsys, ".") == [
        "broken.prototxt CL101 warning",
        "inner/warned.prototxt CL106 note",
        "warned.prototxt CL106 note",
    ]


def test_options_of_rules(capsys: Captured) -> None:
    write("own.prototxt", CLEAN.replace("ReLU", "OwnLayer").replace('top: "y"', 'top: "y" own_param: 1'))
    assert len(found(capsys, "--select", "CL010", "own.prototxt")) == 1
    write("own.prototxt", CLEAN.replace("ReLU", "OwnLayer"))
    assert len(found(capsys, "--select", "CL103", "own.prototxt")) == 1
    write(
        "caffe-lint.toml",
        '[rules]\nunknown-layer-type.known = ["OwnLayer"]\nunknown-field.known = ["own_param"]',
    )
    assert found(capsys, "own.prototxt") == []
    write("own.prototxt", CLEAN.replace("ReLU", "OwnLayer").replace('top: "y"', 'top: "y" own_param: 1'))
    assert found(capsys, "own.prototxt") == []


def test_states(capsys: Captured) -> None:
    write("state.prototxt", BROKEN.replace('top: "y"', 'top: "y" include { phase: TEST stage: "s" }'))
    assert len(found(capsys, "state.prototxt")) == 1
    assert found(capsys, "--phase", "TRAIN", "state.prototxt") == []
    assert found(capsys, "--stage", "t", "state.prototxt") == []
    write("caffe-lint.toml", 'phase = "TEST"\nstages = ["s"]')
    assert len(found(capsys, "state.prototxt")) == 1
    write("caffe-lint.toml", 'phase = "TEST"\nlevel = 1')
    assert found(capsys, "state.prototxt") == []


def test_unfixable_rules_offer_no_fix(capsys: Captured) -> None:
    write("typo.prototxt", CLEAN.replace("ReLU", "Relu"))
    for arguments, has_fix in (([], True), (["--unfixable", "CL103"], False), (["--fixable", "CL4"], False)):
        main(["--format", "json", *arguments, "typo.prototxt"])
        (finding,) = json.loads(capsys.readouterr().out)
        assert (finding["fix"] is not None) is has_fix
    write("caffe-lint.toml", 'unfixable = ["CL1"]')
    assert main(["--fix", "--unsafe-fixes", "typo.prototxt"]) == 1
    assert "Relu" in Path("typo.prototxt").read_text()


def test_exclude(capsys: Captured) -> None:
    write("caffe-lint.toml", 'exclude = ["inner/", "broken.*"]')
    assert found(capsys, ".") == ALL[2:]
    assert found(capsys, "broken.prototxt", "inner/warned.prototxt") == ALL[:2]
    assert (
        found(capsys, "--extend-exclude", "warned.prototxt", "broken.prototxt", "inner/warned.prototxt")
        == ALL[:2]
    )
    assert found(capsys, "--exclude", "warned.prototxt", ".") == ALL[:1]
    assert complaint(capsys, "inner") == (
        "no file to work on in folder 'inner': looked for *.prototxt, *.pbtxt; left out: 1 by 'exclude'"
    )


@pytest.mark.parametrize("extra", ["", "force-exclude = true"])
def test_named_files_are_excluded_on_request(extra: str, capsys: Captured) -> None:
    write("caffe-lint.toml", f'exclude = ["broken.*"]\n{extra}')
    arguments = [] if extra else ["--force-exclude"]
    assert main([*arguments, "broken.prototxt"]) == 0
    assert "CL101" not in capsys.readouterr().out
    assert found(capsys, "--no-force-exclude", "broken.prototxt") == ALL[:1]


# --- plugins


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("lint_rules/every.py", "lint_rules/every.py"),
        ("lint_rules/every.py", "lint_rules"),
        ("my_every_layer.py", "my_every_layer"),
    ],
)
def test_rules_of_the_repository(path: str, name: str, capsys: Captured) -> None:
    write(path, PLUGIN)
    write("caffe-lint.toml", f'plugins = ["{name}"]\nignore = ["CL"]')
    assert found(capsys, "broken.prototxt") == ["broken.prototxt X001 error"] * 2
    assert found(capsys, "--select", "every-layer", "warned.prototxt") == []
    assert main(["rules"]) == 0
    assert "X001   every-layer" in capsys.readouterr().out


def test_rules_of_installed_packages(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    write("acme_lint.py", PLUGIN)
    monkeypatch.syspath_prepend(str(tmp_path))
    point = EntryPoint("acme", "acme_lint", "caffe_lint.rules")
    monkeypatch.setattr(
        "importlib.metadata.entry_points", lambda **chosen: EntryPoints([point]).select(**chosen)
    )
    for name in ("acme", "*"):
        write("caffe-lint.toml", f'plugins = ["{name}"]\nselect = ["X"]')
        assert found(capsys, "broken.prototxt") == ["broken.prototxt X001 error"] * 2
    write("caffe-lint.toml", 'select = ["X"]')
    assert complaint(capsys, ".") == "caffe-lint.toml:1: unknown rule 'X'; 'caffe-lint rules' lists all"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import nothing_of_this_name", "fails to import: ModuleNotFoundError: No module named 'nothing_of"),
        ("def (", "fails to import: SyntaxError: "),
        ("raise SystemExit(3)", "fails to import: SystemExit: 3"),
        ("1 / 0", "fails to import: ZeroDivisionError: division by zero"),
        ("", "holds no rule"),
        (
            PLUGIN.replace("X001", "CL101"),
            "has a rule 'EveryLayer' with the code 'CL101', which caffe_lint.rules.",
        ),
        (
            PLUGIN.replace("every-layer", "empty-net"),
            "has a rule 'EveryLayer' with the name 'empty-net', which ",
        ),
        (PLUGIN.replace("X001", "x1"), "has a rule 'EveryLayer' of code 'x1': expected capitals and three"),
        (PLUGIN.replace('    name = "every-layer"\n', ""), "has a rule 'EveryLayer' without a name"),
    ],
)
def test_plugins_that_cannot_be_used(text: str, message: str, capsys: Captured) -> None:
    write("bad.py", text)
    write("caffe-lint.toml", '\nplugins = ["bad.py"]')
    assert complaint(capsys, ".").startswith(f"caffe-lint.toml:2: plugin 'bad.py' {message}")


def test_two_plugins_with_one_code(capsys: Captured) -> None:
    write("a/one.py", PLUGIN)
    write("a/two.py", PLUGIN.replace("every-layer", "each-layer"))
    write("caffe-lint.toml", 'plugins = ["a"]')
    message = complaint(capsys, ".")
    assert "plugin 'a' has a rule 'EveryLayer' with the code 'X001', which caffe_lint_plugin_" in message


def test_a_rule_of_a_plugin_that_raises(capsys: Captured) -> None:
    write("bad.py", PLUGIN.replace("yield self", "yield 1 / 0 or self"))
    write("caffe-lint.toml", 'plugins = ["bad.py"]')
    assert main(["broken.prototxt"]) == 3
    assert capsys.readouterr().err == (
        "caffe-lint: internal error: rule X001 (every-layer) on broken.prototxt: "
        "ZeroDivisionError: division by zero\n"
    )


# --- what is wrong with them


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\nselct = []", "caffe-lint.toml:2: unknown setting 'selct', did you mean 'select'?"),
        ("select = [\n'CL1',\n'CL1011']", "caffe-lint.toml:3: unknown rule 'CL1011', did you mean 'CL101'?"),
        ("unfixable = ['CLX']", "caffe-lint.toml:1: unknown rule 'CLX'"),
        ("[severity]\nCLX = 'note'", "caffe-lint.toml:2: unknown rule 'CLX'"),
        ("[per-file-ignores]\n'a' = ['CL1']\n'b' = ['CLX']", "caffe-lint.toml:3: unknown rule 'CLX'"),
        ("[rules]\nCLX = {}", "caffe-lint.toml:2: unknown rule 'CLX'"),
        (
            "\n[rules.CL308]\nfild = 1",
            "caffe-lint.toml:3: rule 'CL308' has no option 'fild': it has 'filled'",
        ),
        ("select = 'CL1'", "caffe-lint.toml:1: 'select': expected a list of strings, found 'CL1'"),
        ("\nlevel = 'a'", "caffe-lint.toml:2: 'level': expected a whole number, found 'a'"),
        (
            "target = ['bvlc',\n'weilu89']",
            "caffe-lint.toml:2: no Caffe called 'weilu89' is known, did you mean",
        ),
        ("target = 'bvlc'", "caffe-lint.toml:1: 'target': expected a list of strings, found 'bvlc'"),
        ("dialect = 'weilu89'", "caffe-lint.toml:1: no Caffe called 'weilu89' is known, did you mean"),
        (
            "extend = 'none.toml'",
            "caffe-lint.toml:1: cannot read settings 'none.toml': No such file or directory",
        ),
        ("extend = 'caffe-lint.toml'", "caffe-lint.toml:1: 'extend' leads back to 'caffe-lint.toml'"),
        ("baseline = 'none.json'", "cannot read baseline '"),
        ("a = \nb = 1", "caffe-lint.toml: not TOML: Invalid value (at line 1, column 5)"),
        ("a = '\udcff'", "caffe-lint.toml: not TOML: "),
    ],
)
def test_mistakes_are_named_with_file_and_line(text: str, message: str, capsys: Captured) -> None:
    Path("caffe-lint.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    said = complaint(capsys, ".")
    assert said.startswith(message)
    if "unknown rule 'CLX'" in said:
        said = said.removesuffix("; 'caffe-lint rules' lists all")
        assert said.removeprefix(message) in ("", *(f", did you mean 'CL{n}'?" for n in range(1000)))


def test_mistakes_in_an_extended_file_are_named_there(capsys: Captured) -> None:
    write("base.toml", "\nselect = ['CL1x']")
    write("caffe-lint.toml", "extend = 'base.toml'")
    assert complaint(capsys, ".").startswith("base.toml:2: unknown rule 'CL1x'")
    write("pyproject.toml", "[tool]\ncaffe-lint = 3")
    write("caffe-lint.toml", "extend = 'pyproject.toml'")
    assert complaint(capsys, ".") == "pyproject.toml: 'tool.caffe-lint' is no table"


def test_settings_of_all_files_are_read_before_one_is_fixed(capsys: Captured) -> None:
    text = CLEAN.replace("ReLU", "Relu")
    write("a.prototxt", text)
    write("inner/caffe-lint.toml", 'select = ["CLX"]')
    assert complaint(capsys, "--fix", "--unsafe-fixes", ".").startswith(
        "inner/caffe-lint.toml:1: unknown rule"
    )
    assert Path("a.prototxt").read_text() == text
