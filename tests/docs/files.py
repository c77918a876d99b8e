"""Files that pages show are valid for whoever reads them, known by their names."""

import json
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator

from caffe_lint.text import parse
from tests.docs.blocks import ROOT

_SETTINGS_SCHEMA = ROOT / "caffe_lint" / "lint" / "settings.schema.json"
_READ_BY_TOOLS = {
    ".pre-commit-config.yaml": ("pre_commit", "validate-config"),
    ".gitlab-ci.yml": ("check_jsonschema", "--builtin-schema", "vendor.gitlab-ci"),
}
_WORKFLOW = ("check_jsonschema", "--builtin-schema", "vendor.github-workflows")


def check_file(path: Path) -> None:
    """Look that a file is what its name promises."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".toml":
        _check_settings(path, tomllib.loads(text))
    elif path.suffix in (".yml", ".yaml"):
        is_workflow = path.parts[-3:-1] == (".github", "workflows")
        _judge(_WORKFLOW if is_workflow else _READ_BY_TOOLS[path.name], path)
    elif path.suffix == ".json":
        json.loads(text)
    elif path.suffix == ".prototxt":
        assert not parse(text.encode()).problems, f"{path.name} is no text format"
    elif path.suffix == ".py":
        compile(text, path.name, "exec")
    else:
        raise AssertionError(f"nothing is known about files like '{path.name}'")


def _check_settings(path: Path, table: dict[str, object]) -> None:
    if path.name == "pyproject.toml":
        tool = table.get("tool")
        assert isinstance(tool, dict) or "project" in table
        table = tool.get("caffe-lint", {}) if isinstance(tool, dict) else {}
    errors = [error.message for error in _settings_schema().iter_errors(table)]
    assert not errors, f"{path.name}: {errors}"


@cache
def _settings_schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads(_SETTINGS_SCHEMA.read_text(encoding="utf-8")))


def _judge(words: tuple[str, ...], path: Path) -> None:
    command = [sys.executable, "-m", *words, str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
