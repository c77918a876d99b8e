"""The hooks as pre-commit runs them, and the steps of the action as a runner does; both install for real."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BAD = """\
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "relu1" type: "ReLU" bottom: "dta" top: "relu1" }
"""
GOOD = BAD.replace("dta", "data")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This checkout, with what is not committed yet, as a repository of one commit."""
    folder = tmp_path_factory.mktemp("clone")
    listed = run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], ROOT).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    commit_all(folder)
    return folder


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A repository with a good and a bad net."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "good.prototxt").write_text(GOOD, encoding="utf-8")
    (folder / "bad net.prototxt").write_text(BAD, encoding="utf-8")
    commit_all(folder)
    return folder


def run(words: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command in a folder, away from the git and the services that this test itself runs in."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "GITHUB_", "PRE_COMMIT", "PYTHONPATH"))
    }
    return subprocess.run(
        words, cwd=folder, env=kept | variables, capture_output=True, text=True, check=False
    )


def commit_all(folder: Path) -> str:
    """Make a repository of a folder; gives back its commit."""
    who = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost"]
    for words in (["init", "-q"], ["add", "-A", "-f"], [*who, "commit", "-q", "-m", "all"]):
        result = run(["git", *words], folder)
        assert result.returncode == 0, result.stderr
    return run(["git", "rev-parse", "HEAD"], folder).stdout.strip()


def pre_commit(scratch: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return run([sys.executable, "-m", "pre_commit", *words], scratch, **variables)


def test_try_repo(clone: Path, scratch: Path) -> None:
    home = str(scratch.parent / "store")
    result = pre_commit(
        scratch, "try-repo", str(clone), "caffe-lint", "--all-files", "--color", "never", PRE_COMMIT_HOME=home
    )
    assert result.returncode == 1, result.stdout + result.stderr
    assert "bad net.prototxt:2:36" in result.stdout
    assert "CL101" in result.stdout
    assert "good.prototxt" not in result.stdout.split("CL101")[0]


def test_hooks_need_no_network_once_they_are_installed(clone: Path, scratch: Path) -> None:
    revision = run(["git", "rev-parse", "HEAD"], clone).stdout.strip()
    hooks = [{"id": name} for name in ("caffe-lint", "caffe-lint-fix", "caffe-lint-fmt")]
    config = {"repos": [{"repo": str(clone), "rev": revision, "hooks": hooks}]}
    (scratch / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    home = str(scratch.parent / "store")
    installed = pre_commit(scratch, "install-hooks", PRE_COMMIT_HOME=home)
    assert installed.returncode == 0, installed.stdout + installed.stderr

    nowhere = "http://127.0.0.1:9"
    offline = {"PRE_COMMIT_HOME": home, "PIP_NO_INDEX": "1", "http_proxy": nowhere, "https_proxy": nowhere}
    (scratch / "bad net.prototxt").write_text(GOOD.replace("ReLU", "Relu"), encoding="utf-8")
    result = pre_commit(scratch, "run", "--all-files", "--color", "never", **offline)
    outcomes = [line.rpartition(".")[2] for line in result.stdout.splitlines() if "...." in line]
    assert outcomes == ["Failed", "Failed", "Passed"], result.stdout

    (scratch / "bad net.prototxt").write_text(GOOD.replace("layer { name", "layer {name"), encoding="utf-8")
    result = pre_commit(scratch, "run", "--all-files", "--color", "never", **offline)
    outcomes = [line.rpartition(".")[2] for line in result.stdout.splitlines() if "...." in line]
    assert outcomes == ["Passed", "Passed", "Failed"], result.stdout
    assert (scratch / "bad net.prototxt").read_text(encoding="utf-8") == GOOD


def test_steps_of_the_action(clone: Path, scratch: Path) -> None:
    action = yaml.safe_load((clone / "action.yml").read_text(encoding="utf-8"))
    install, check = [step for step in action["runs"]["steps"] if "run" in step]
    shell = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c"]  # GitHub's for `shell: bash`
    (scratch.parent / "temp").mkdir()
    variables = {
        "PYTHON": sys.executable,
        "SOURCE": str(clone),
        "RUNNER_TEMP": str(scratch.parent / "temp"),
        "FORMAT": action["inputs"]["format"]["default"],
        "PATHS": action["inputs"]["paths"]["default"],
        "ARGS": action["inputs"]["args"]["default"],
    }
    assert {*install["env"], *check["env"]} < set(variables)
    installed = run([*shell, install["run"]], scratch, **variables)
    assert installed.returncode == 0, installed.stderr

    result = run([*shell, check["run"]], scratch, **variables)
    assert result.returncode == 1, result.stderr
    assert "file=bad net.prototxt,line=2,endLine=2,col=36," in result.stdout.splitlines()[0]

    result = run([*shell, check["run"]], scratch, **variables | {"PATHS": "good.prototxt\n"})
    assert (result.returncode, result.stderr) == (0, "")

    both = {"PATHS": "good.prototxt\nbad net.prototxt", "ARGS": "--fail-on never --output json=found.json"}
    result = run([*shell, check["run"]], scratch, **variables | both)
    assert result.returncode == 0, result.stderr
    assert "CL101" in (scratch / "found.json").read_text(encoding="utf-8")

    nasty = {"PATHS": "$(touch made)", "ARGS": "--select `touch made`"}
    run([*shell, check["run"]], scratch, **variables | nasty)
    assert not (scratch / "made").exists()
