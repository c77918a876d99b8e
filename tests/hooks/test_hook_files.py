"""The hooks' manifest, the action and the CI recipes are valid for the services that read them."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from caffe_lint.cli import main

ROOT = Path(__file__).resolve().parents[2]
RECIPES = re.findall(
    r"<!-- check: ([\w-]+) -->\n```yaml\n(.*?)```", (ROOT / "docs/hooks.md").read_text("utf-8"), re.DOTALL
)
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))


def judged(*words: str) -> subprocess.CompletedProcess[str]:
    """What a validator, a module of Python, says."""
    return subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=False)


def test_manifest_is_valid() -> None:
    result = judged("pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml"))
    assert result.returncode == 0, result.stdout


def test_there_is_a_hook_for_each_use() -> None:
    assert {hook["id"]: (hook["language"], hook["files"]) for hook in HOOKS} == dict.fromkeys(
        ("caffe-lint", "caffe-lint-fix", "caffe-lint-fmt"), ("python", r"\.prototxt$")
    )


def test_action_is_valid() -> None:
    result = judged("check_jsonschema", "--builtin-schema", "vendor.github-actions", str(ROOT / "action.yml"))
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("number", range(len(RECIPES)))
def test_recipe_is_valid(number: int, tmp_path: Path) -> None:
    kind, text = RECIPES[number]
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(text, encoding="utf-8")
    if kind == "pre-commit":
        result = judged("pre_commit", "validate-config", str(recipe))
    else:
        result = judged("check_jsonschema", "--builtin-schema", f"vendor.{kind}", str(recipe))
    assert result.returncode == 0, result.stdout


def test_validators_notice_mistakes(tmp_path: Path) -> None:
    wrong = tmp_path / "action.yml"
    wrong.write_text((ROOT / "action.yml").read_text("utf-8").replace("shell:", "shel:"), encoding="utf-8")
    result = judged("check_jsonschema", "--builtin-schema", "vendor.github-actions", str(wrong))
    assert result.returncode != 0


def test_recipes_of_all_services_are_checked_and_use_what_there_is() -> None:
    assert {kind for kind, _ in RECIPES} == {"pre-commit", "github-workflows", "gitlab-ci"}
    page = (ROOT / "docs/hooks.md").read_text("utf-8")
    assert page.count("```yaml") == len(RECIPES)
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    steps = [
        step
        for kind, text in RECIPES
        if kind == "github-workflows"
        for step in yaml.safe_load(text)["jobs"]["caffe-lint"]["steps"]
    ]
    given = {name for step in steps if "/caffe-lint@" in step["uses"] for name in step["with"]}
    assert given == {"paths", "args"}
    assert set(action["inputs"]) == given | {"format"}
    ids = [hook["id"] for hook in yaml.safe_load(RECIPES[0][1])["repos"][0]["hooks"]]
    assert set(ids) <= {hook["id"] for hook in HOOKS}


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
@pytest.mark.parametrize(
    "text",
    [
        'train_net: "train.prototxt"\nbase_lr: 0.01\nlr_policy: "fixed"\nmax_iter: 10\n',
        'item {\n  name: "none"\n  label: 0\n  display_name: "background"\n}\n',
        "model_config_list { config { num_replicas: 2 } }\n",
    ],
    ids=["solver", "label map", "other program"],
)
def test_files_that_are_no_nets_pass(
    hook: dict[str, str], text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file.prototxt").write_text(text, encoding="utf-8")
    words = shlex.split(hook["entry"])
    assert words[0] == "caffe-lint"
    assert main([*words[1:], "file.prototxt"]) == 0
    assert Path("file.prototxt").read_text(encoding="utf-8") == text
