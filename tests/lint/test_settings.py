"""Settings: what files may hold, how values are read, and that the schema that is shipped says the same."""

import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from caffe_lint.lint import Settings, Severity
from caffe_lint.lint.checker import make_checker, rule_options
from caffe_lint.lint.registry import all_rules, decide
from caffe_lint.lint.settings import Selection
from caffe_lint.lint.settings_table import (
    SettingsError,
    line_of,
    read_settings,
    setting_fields,
    settings_schema,
)
from caffe_lint.lint.typed import Glob, Plugin, plain, typed_fields
from caffe_lint.net import NetState

SHIPPED = Path(str(files("caffe_lint.lint") / "settings.schema.json"))

EVERYTHING = """
extend = "../base.toml"
select = ["CL1", "cell-state-overwritten"]
ignore = ["CL105"]
extend-select = ["CL2"]
extend-ignore = ["CL9"]
fixable = ["ALL"]
unfixable = ["CL402"]
dialect = "bvlc"
target = ["bvlc", "NVIDIA/caffe"]
phase = "TEST"
level = 2
stages = ["deploy"]
fail-on = "never"
exclude = ["old/", "*.bak.prototxt"]
extend-exclude = ["more"]
include = ["*.pt"]
extend-include = ["nets/*.txt"]
respect-gitignore = false
force-exclude = true
baseline = "old.json"
plugins = ["lint_rules", "acme.rules"]
cache-dir = "cache"

[per-file-ignores]
"legacy/**" = ["CL8"]

[severity]
CL4 = "error"
"dead-weights" = "note"

[rules.dead-weights]
filled = 4.5

[rules.CL103]
known = ["Mine"]
"""


def read(text: str) -> Settings:
    return Settings(**read_settings(tomllib.loads(text), "/repo"))


# --- values


def test_every_key_is_read() -> None:
    settings = read(EVERYTHING)
    assert set(tomllib.loads(EVERYTHING)) == set(setting_fields())
    assert settings == Settings(
        extend=Path("/repo/../base.toml"),
        select=("CL1", "cell-state-overwritten"),
        ignore=("CL105",),
        extend_select=("CL2",),
        extend_ignore=("CL9",),
        per_file_ignores=((Glob("/repo", "legacy/**"), ("CL8",)),),
        severity=(("CL4", Severity.ERROR), ("dead-weights", Severity.NOTE)),
        rules=(("dead-weights", (("filled", 4.5),)), ("CL103", (("known", ("Mine",)),))),
        fixable=("ALL",),
        unfixable=("CL402",),
        dialect="bvlc",
        target=("bvlc", "NVIDIA/caffe"),
        phase="TEST",
        level=2,
        stages=("deploy",),
        fail_on=None,
        exclude=(Glob("/repo", "old/"), Glob("/repo", "*.bak.prototxt")),
        extend_exclude=(Glob("/repo", "more"),),
        include=(Glob("/repo", "*.pt"),),
        extend_include=(Glob("/repo", "nets/*.txt"),),
        respect_gitignore=False,
        force_exclude=True,
        baseline=Path("/repo/old.json"),
        plugins=(Plugin("/repo", "lint_rules"), Plugin("/repo", "acme.rules")),
        cache_dir=Path("/repo/cache"),
    )
    assert hash(settings) == hash(read(EVERYTHING))


def test_values_come_out_as_they_went_in() -> None:
    given = tomllib.loads(EVERYTHING)
    settings = read(EVERYTHING)
    for key, field in setting_fields().items():
        if key not in ("extend", "baseline", "cache-dir"):
            assert plain(field.kind, getattr(settings, field.name)) == given[key]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("selct = []", "unknown setting 'selct', did you mean 'select'?"),
        ("per_file_ignores = {}", "unknown setting 'per_file_ignores', did you mean 'per-file-ignores'?"),
        ("zzz = 1", "unknown setting 'zzz'"),
        ('select = "CL1"', "'select': expected a list of strings, found 'CL1'"),
        ("select = [1]", "'select': expected a string, found 1"),
        ("level = true", "'level': expected a whole number, found true"),
        ("force-exclude = 1", "'force-exclude': expected true or false, found 1"),
        ('phase = "train"', "'phase': expected 'TRAIN' or 'TEST', found 'train'"),
        ('fail-on = "fatal"', "'fail-on': expected 'note' or 'warning' or 'error', found 'fatal'"),
        ("severity = {CL1 = 'bad'}", "'severity.CL1': expected 'note' or 'warning' or 'error', found 'bad'"),
        ("severity = []", "'severity': expected a table, found a list"),
        ("rules = {CL1 = 3}", "'rules.CL1': expected a table, found 3"),
        ("rules = {CL1 = {x = {}}}", "'rules.CL1.x': expected a value, found a table"),
        ('exclude = [""]', "'exclude': expected a pattern, found ''"),
        ('exclude = ["!a"]', "'exclude': a pattern cannot begin with '!'"),
        ('extend-include = ["!a"]', "'extend-include': a pattern cannot begin with '!'"),
        ("exclude = {}", "'exclude': expected a list of strings, found a table"),
        (f"dialect = [{'1,' * 50}]", "'dialect': expected a string, found a list"),
    ],
)
def test_wrong_keys_and_values(text: str, message: str) -> None:
    with pytest.raises(SettingsError) as error:
        read(text)
    assert str(error.value) == message


def test_settings_name_states() -> None:
    assert Settings().states is None
    assert Settings(phase="TEST").states == (NetState("TEST"),)
    assert Settings(level=1, stages=("a", "b")).states == (
        NetState("TRAIN", 1, ("a", "b")),
        NetState("TEST", 1, ("a", "b")),
    )


# --- the schema


def schema() -> dict[str, object]:
    return settings_schema({rule.name: options for rule in all_rules() if (options := rule_options(rule))})


def test_shipped_schema_is_that_of_the_settings(request: pytest.FixtureRequest) -> None:
    text = json.dumps(schema(), indent=1) + "\n"
    if request.config.getoption("--update-golden"):
        SHIPPED.write_text(text, encoding="utf-8")
    assert SHIPPED.read_text(encoding="utf-8") == text
    Draft202012Validator.check_schema(json.loads(text))


def test_schema_knows_every_field_of_the_settings() -> None:
    properties: Any = schema()["properties"]
    named = {field.name for field in setting_fields().values()}
    assert named == set(Settings._fields) - {"command"}
    assert set(properties) == {name.replace("_", "-") for name in named}
    defaults = {key: entry["default"] for key, entry in properties.items() if "default" in entry}
    assert defaults.pop("exclude") == [glob.pattern for glob in Settings().exclude]
    assert defaults == {
        "dialect": "auto",
        "fail-on": "warning",
        "force-exclude": False,
        "include": ["*.prototxt", "*.pbtxt"],
        "respect-gitignore": True,
    }


@pytest.mark.parametrize(
    "text",
    ["", EVERYTHING, 'fail-on = "error"', "[rules.unknown-field]\nknown = ['a']", "[rules.mine]\nx = 1"],
)
def test_schema_takes_what_is_read(text: str) -> None:
    read(text)
    Draft202012Validator(schema()).validate(tomllib.loads(text))


@pytest.mark.parametrize(
    "text",
    [
        "selct = []",
        'select = "CL1"',
        "select = [1]",
        "level = 1.5",
        'phase = "train"',
        "severity = {CL1 = 'bad'}",
        "rules = {CL1 = 3}",
        'exclude = [""]',
        'fail-on = "fatal"',
    ],
)
def test_schema_refuses_what_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        read(text)
    with pytest.raises(ValidationError):
        Draft202012Validator(schema()).validate(tomllib.loads(text))


# --- lines


FILE = """\
[tool.other]
select = ["CL1"]

[tool.caffe-lint]
select = [
  "CL1",
  "CL2",
]
"ignore" = ["CL2"]
rules.dead-weights.filled = 1

[tool."caffe-lint".severity]
CL4 = "error"  # CL5 = "error"
"""


@pytest.mark.parametrize(
    ("keys", "value", "line"),
    [
        (("select",), None, 5),
        (("select",), "CL2", 7),
        (("select",), "CL9", 5),
        (("ignore",), "CL2", 9),
        (("severity", "CL4"), None, 13),
        (("severity",), None, 12),
        (("severity", "CL5"), None, 12),
        (("rules", "dead-weights", "filled"), None, 10),
        (("baseline",), None, None),
    ],
)
def test_line_of_a_key(keys: tuple[str, ...], value: str | None, line: int | None) -> None:
    assert line_of(FILE, ("tool", "caffe-lint"), keys, value) == line


# --- rules


def on(*selections: Selection) -> set[str]:
    return {code for code, decision in decide(all_rules(), selections).items() if decision.is_on}


CODES = {rule.code for rule in all_rules()}


@pytest.mark.parametrize(
    ("selections", "expected"),
    [
        ([], CODES),
        ([Selection(select=("CL101",), extend_select=("CL102",))], {"CL101", "CL102"}),
        ([Selection(ignore=("CL101",), extend_ignore=("CL102",))], CODES - {"CL101", "CL102"}),
        ([Selection(ignore=("CL101",)), Selection(select=("CL101",))], {"CL101"}),
        ([Selection(ignore=("CL101",)), Selection(extend_select=("CL101",))], CODES),
        ([Selection(select=("CL101",)), Selection(ignore=("CL101",))], set()),
        ([Selection(select=("CL101",)), Selection(extend_select=("CL102",))], {"CL101", "CL102"}),
    ],
)
def test_later_selections_win(selections: list[Selection], expected: set[str]) -> None:
    assert on(*selections) == expected


def test_every_option_of_a_rule_is_documented() -> None:
    with_options = [rule for rule in all_rules() if rule.options]
    assert {rule.name for rule in with_options} >= {"dead-weights", "unknown-layer-type", "unknown-field"}
    for rule in all_rules():
        assert [field.name for field in typed_fields(type(rule.options))] == list(
            getattr(rule.options, "_fields", ())
        )
        assert all(field.doc.endswith(".") for field in rule_options(rule).values())


def test_options_reach_the_rule_and_leave_the_others_alone() -> None:
    checker = make_checker(read("[rules.dead-weights]\nfilled = 7\n[rules.CL103]\nknown = ['A']"))
    by_name = {rule.name: rule.options for rule in checker.rules}
    assert by_name["dead-weights"] == (7,)
    assert by_name["unknown-layer-type"] == (("A",),)
    assert {rule.name: rule.options for rule in all_rules()}["dead-weights"] == (3,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[rules.dead-wieghts]\nfilled = 1", "unknown rule 'dead-wieghts', did you mean 'dead-weights'?"),
        ("[rules.dead-weights]\nfiled = 1", "rule 'dead-weights' has no option 'filed': it has 'filled'"),
        ("[rules.CL101]\nx = 1", "rule 'CL101' has no option 'x': it has none"),
        (
            "[rules.dead-weights]\nfilled = 'a'",
            "'rules.dead-weights.filled': expected a number, found 'a'",
        ),
    ],
)
def test_wrong_options(text: str, message: str) -> None:
    with pytest.raises(SettingsError) as error:
        make_checker(read(text))
    assert str(error.value) == message
