"""`caffe-lint config`: what holds for a file, and from where."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from caffe_lint.cli import main

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("inner").mkdir()


def write(path: str, text: str) -> None:
    Path(path).write_text(text)


def test_config_says_what_holds_and_from_where(capsys: Captured) -> None:
    write("base.toml", '\ndialect = "bvlc"')
    write("caffe-lint.toml", 'extend = "base.toml"\nignore = ["CL105"]\n[per-file-ignores]\n"b*" = ["CL7"]')
    assert (
        main(["config", "broken.prototxt", "--format", "json", "--ignore", "CL106", "--fail-on", "note"]) == 0
    )
    data = json.loads(capsys.readouterr().out)
    schema = json.loads((files("caffe_lint.report") / "config.schema.json").read_text())
    Draft202012Validator(schema).validate(data)
    assert data["file"] == str(Path("caffe-lint.toml").absolute())
    settings = {key: (entry["value"], entry["from"]) for key, entry in data["settings"].items()}
    assert settings["dialect"] == ("bvlc", "base.toml:2")
    assert settings["ignore"] == (["CL105", "CL106"], "caffe-lint.toml:2 and command line")
    assert settings["per-file-ignores"] == ({"b*": ["CL7"]}, "caffe-lint.toml:3")
    assert settings["fail-on"] == ("note", "command line")
    assert settings["select"] == ([], "default")
    off = {rule["code"]: rule["because"] for rule in data["rules"] if not rule["on"]}
    assert off["CL105"] == "ignore 'CL105' (caffe-lint.toml:2)"
    assert off["CL106"] == "ignore 'CL106' (command line)"
    assert off["CL701"] == "per-file-ignores 'b*' (caffe-lint.toml:4)"
    assert all(code in ("CL105", "CL106") or code.startswith("CL7") for code in off)


def test_config_as_text(capsys: Captured) -> None:
    assert main(["config"]) == 0
    assert capsys.readouterr().out.startswith("settings file: none\nrules: ")
    write("caffe-lint.toml", 'select = ["CL101"]\nseverity = { CL101 = "note" }')
    assert main(["config", "inner", "--show"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert '  select = ["CL101"]  (caffe-lint.toml:1)' in lines
    assert '  severity = { "CL101" = "note" }  (caffe-lint.toml:2)' in lines
    assert "  level = not given  (default)" in lines
    assert "  on  CL101 unknown-bottom: select 'CL101' (caffe-lint.toml:1)" in lines
    assert "  off CL102 top-produced-twice: select, which does not name it (caffe-lint.toml:1)" in lines
    assert main(["config"]) == 0
    assert "level" not in capsys.readouterr().out


def test_paths_are_shown_without_detours(capsys: Captured) -> None:
    write("base.toml", 'dialect = "bvlc"')
    write("inner/caffe-lint.toml", 'extend = "../base.toml"\ncache-dir = "../cache"')
    assert main(["config", "inner"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f'  extend = "{Path("base.toml").resolve()}"  (inner/caffe-lint.toml:1)' in lines
    assert '  dialect = "bvlc"  (base.toml:1)' in lines
    assert f'  cache-dir = "{Path("cache").resolve()}"  (inner/caffe-lint.toml:2)' in lines
