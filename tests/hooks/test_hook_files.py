"""The hooks' manifest and the action are valid for the services that read them, and the recipes use them."""

import re
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml

from caffe_lint.cli import main
from tests.docs.blocks import page_blocks

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = page_blocks("hooks.md")
RECIPES = {block.title: block.text for block in BLOCKS if block.title}
WORKFLOWS = [name for name in RECIPES if name.startswith(".github/workflows/")]
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


def test_validators_notice_mistakes(tmp_path: Path) -> None:
    wrong = tmp_path / "action.yml"
    wrong.write_text((ROOT / "action.yml").read_text("utf-8").replace("shell:", "shel:"), encoding="utf-8")
    result = judged("check_jsonschema", "--builtin-schema", "vendor.github-actions", str(wrong))
    assert result.returncode != 0


@pytest.fixture
def on_github(tmp_path: Path) -> Path:
    """A folder with the action and the workflows of the page."""
    for name in ("action.yml", *WORKFLOWS):
        text = RECIPES[name] if name in RECIPES else (ROOT / name).read_text("utf-8")
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def audited(folder: Path) -> subprocess.CompletedProcess[str]:
    """What a linter for GitHub Actions says, for which a version of an action may be named by its tag."""
    config = folder / "zizmor.yml"
    config.write_text('rules: {unpinned-uses: {config: {policies: {"*": ref-pin}}}}\n', encoding="utf-8")
    program = Path(sysconfig.get_path("scripts")) / "zizmor"
    words = [str(program), "--offline", "--config", str(config), str(folder)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_action_and_workflows_pass_a_linter(on_github: Path) -> None:
    result = audited(on_github)
    assert result.returncode == 0, result.stdout
    assert all(f"completed {on_github / name}" in result.stderr for name in ("action.yml", *WORKFLOWS))


@pytest.mark.parametrize(
    ("name", "right", "wrong", "finding"),
    [
        (WORKFLOWS[0], "permissions:\n  contents: read\n", "", "excessive-permissions"),
        (WORKFLOWS[1], "persist-credentials: false", "fetch-depth: 1", "artipacked"),
        ("action.yml", '<<< "$PATHS"', '<<< "${{ inputs.paths }}"', "template-injection"),
    ],
)
def test_the_linter_notices_mistakes(
    name: str, right: str, wrong: str, finding: str, on_github: Path
) -> None:
    path = on_github / name
    text = path.read_text("utf-8")
    assert text.count(right) == 1
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    result = audited(on_github)
    assert result.returncode != 0
    assert f"[{finding}]" in result.stdout


def test_recipes_use_what_there_is() -> None:
    """That they are valid is what the tests of the pages look at."""
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    jobs = [yaml.safe_load(RECIPES[name])["jobs"]["caffe-lint"] for name in WORKFLOWS]
    steps = [step for job in jobs for step in job["steps"]]
    given = {name for step in steps if "/caffe-lint@" in step["uses"] for name in step["with"]}
    assert given == {"paths", "args"}
    assert set(action["inputs"]) == given | {"format"}
    (repo,) = yaml.safe_load(RECIPES[".pre-commit-config.yaml"])["repos"]
    assert {hook["id"] for hook in repo["hooks"]} <= {hook["id"] for hook in HOOKS}


def test_commands_in_recipes_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("models").mkdir()
    Path("models/net.prototxt").write_text('name: "none"\n', encoding="utf-8")
    steps = yaml.safe_load(RECIPES[WORKFLOWS[1]])["jobs"]["caffe-lint"]["steps"]
    commands = [f"caffe-lint {steps[1]['with']['args']}"]
    for name in ("Jenkinsfile", ".gitlab-ci.yml"):
        commands += re.findall(r"caffe-lint -[^'\n]+", RECIPES[name])
    assert len(commands) == 3
    for command in commands:
        assert main([*shlex.split(command)[1:], "--exit-zero"]) == 0, command
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {
        "caffe-lint.sarif",
        "caffe-lint.xml",
        "gl-code-quality-report.json",
    }


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
