"""Which files are found in folders: patterns, what git ignores, what is Caffe's."""

import os
import random
import subprocess
from pathlib import Path

import pytest

from caffe_lint.cli import main
from caffe_lint.cli.gitignore import GitIgnore

Captured = pytest.CaptureFixture[str]

NET = 'layer { name: "x" type: "Input" top: "x" }\n'
GRAPH = 'node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } }\n'


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))


def make(*paths: str, text: str = NET) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)


def git_init(folder: str = ".") -> None:
    subprocess.run(["git", "init", "-q", folder], check=True)


def found(capsys: Captured, *arguments: str) -> list[str]:
    assert main(["--show-files", *arguments]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out.splitlines()


def complaint(capsys: Captured, *arguments: str) -> str:
    assert main([*arguments]) == 2
    return capsys.readouterr().err.removeprefix("caffe-lint: ").rstrip("\n")


def test_the_current_folder_is_searched(capsys: Captured) -> None:
    make("b.prototxt", "a/deep/er/n.prototxt", "a.txt", "c.pbtxt")
    assert found(capsys) == ["a/deep/er/n.prototxt", "b.prototxt", "c.pbtxt"]
    assert found(capsys, "a", "b.prototxt", ".") == ["a/deep/er/n.prototxt", "b.prototxt", "c.pbtxt"]


def test_pbtxt_of_others_is_left_alone(capsys: Captured) -> None:
    make("tf/graph.pbtxt", text=GRAPH)
    make("tf/page.pbtxt", text="<html></html>")
    message = complaint(capsys, ".")
    assert message == (
        "no file to work on in folder '.': looked for *.prototxt, *.pbtxt; left out: 2 because not Caffe's"
    )
    make("net.pbtxt")
    make("solver.pbtxt", text='net: "net.pbtxt"\nbase_lr: 0.1\n')
    assert found(capsys) == ["net.pbtxt", "solver.pbtxt"]
    assert found(capsys, "tf/graph.pbtxt") == ["tf/graph.pbtxt"]


def test_a_large_graph_is_recognised_by_its_beginning(capsys: Captured) -> None:
    make("graph.pbtxt", text=GRAPH * 50_000)
    make("net.pbtxt", text=NET * 50_000)
    assert found(capsys) == ["net.pbtxt"]


def test_folders_of_tools_are_passed_over(capsys: Captured) -> None:
    make(
        "n.prototxt",
        ".venv/lib/n.prototxt",
        "a/node_modules/n.prototxt",
        "build/n.prototxt",
        "mybuild/n.prototxt",
    )
    assert found(capsys) == ["mybuild/n.prototxt", "n.prototxt"]
    assert found(capsys, "build") == ["build/n.prototxt"]
    assert found(
        capsys, "--extend-exclude", "n.prototxt", "--exclude", "mybuild", "a/node_modules/n.prototxt"
    )
    assert found(capsys, "--exclude", "mybuild") == [
        ".venv/lib/n.prototxt",
        "a/node_modules/n.prototxt",
        "build/n.prototxt",
        "n.prototxt",
    ]


def test_named_files_are_left_out_by_force(capsys: Captured) -> None:
    make("build/n.prototxt", "n.prototxt")
    assert found(capsys, "--force-exclude", "build/n.prototxt", "n.prototxt", "build") == ["n.prototxt"]


def test_include(capsys: Captured) -> None:
    make("n.prototxt", "nets/n.txt", "n.txt", "n.pt")
    Path("caffe-lint.toml").write_text('extend-include = ["nets/*.txt"]')
    assert found(capsys) == ["n.prototxt", "nets/n.txt"]
    assert found(capsys, "nets") == ["nets/n.txt"]
    Path("caffe-lint.toml").write_text('include = ["*.pt"]')
    assert found(capsys) == ["n.pt"]


def test_settings_of_a_folder_hold_in_it(capsys: Captured) -> None:
    make("a/x.prototxt", "a/y.prototxt", "b/x.prototxt")
    Path("a/caffe-lint.toml").write_text('extend-exclude = ["x.*"]')
    assert found(capsys) == ["a/y.prototxt", "b/x.prototxt"]


def test_what_git_ignores_is_left_out(capsys: Captured) -> None:
    git_init()
    make(".gitignore", text="out/\n*.tmp.prototxt\n")
    make("a/.gitignore", text="!kept.tmp.prototxt\n/x.prototxt\n")
    make(".git/info/exclude", text="mine.prototxt\n")
    make(
        "out/n.prototxt",
        "n.tmp.prototxt",
        "a/kept.tmp.prototxt",
        "a/x.prototxt",
        "a/b/x.prototxt",
        "mine.prototxt",
    )
    kept = ["a/b/x.prototxt", "a/kept.tmp.prototxt"]
    assert found(capsys) == kept
    assert found(capsys, "a") == kept
    everything = [*kept, "a/x.prototxt", "mine.prototxt", "n.tmp.prototxt", "out/n.prototxt"]
    assert found(capsys, "--no-respect-gitignore") == everything
    Path("caffe-lint.toml").write_text("respect-gitignore = false")
    assert found(capsys) == everything
    assert found(capsys, "--respect-gitignore") == kept


def test_ignored_files_that_are_named_are_checked(capsys: Captured) -> None:
    git_init()
    make(".gitignore", text="out/\n")
    make("out/n.prototxt", "out/in/n.prototxt")
    assert found(capsys, "out/n.prototxt") == ["out/n.prototxt"]
    assert found(capsys, "out/in") == ["out/in/n.prototxt"]
    assert complaint(capsys, ".").endswith("; left out: 1 by 'exclude', 1 by .gitignore")


def test_a_subfolder_heeds_the_whole_repository(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    git_init()
    make(".gitignore", text="/a/b/x.prototxt\ny.*\n")
    make("a/b/x.prototxt", "a/b/y.prototxt", "a/b/z.prototxt")
    monkeypatch.chdir("a/b")
    assert found(capsys) == ["z.prototxt"]
    assert found(capsys, "..") == ["../b/z.prototxt"]


def test_a_repository_in_another_knows_nothing_of_it(capsys: Captured) -> None:
    git_init()
    git_init("inner")
    make(".gitignore", text="x.prototxt\n")
    make("x.prototxt", "inner/x.prototxt", "inner/y.prototxt")
    make("inner/.git/info/exclude", text="y.prototxt\n")
    assert found(capsys) == ["inner/x.prototxt"]


def test_a_worktree_has_the_excludes_of_its_repository(capsys: Captured) -> None:
    git_init("main")
    who = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost"]
    subprocess.run(["git", *who, "commit", "-q", "--allow-empty", "-m", "x"], cwd="main", check=True)
    subprocess.run(["git", "worktree", "add", "-q", "../tree"], cwd="main", check=True)
    make("main/.git/info/exclude", text="x.prototxt\n")
    make("tree/x.prototxt", "tree/y.prototxt")
    assert found(capsys, "tree") == ["tree/y.prototxt"]


def test_lines_that_are_no_patterns_mean_nothing(capsys: Captured) -> None:
    make(".gitignore", text="\ufeff/a.prototxt\r\n!\n# b.prototxt\n\n")
    make("a.prototxt", "b.prototxt")
    assert found(capsys) == ["b.prototxt"]


def test_links_do_not_lead_round(capsys: Captured) -> None:
    make("a/n.prototxt")
    Path("a/loop").symlink_to("..")
    Path("a/link.prototxt").symlink_to("n.prototxt")
    Path("a/broken.prototxt").symlink_to("none")
    Path("linked").symlink_to("a")
    assert found(capsys) == ["a/link.prototxt", "a/n.prototxt"]
    assert found(capsys, "linked") == ["linked/link.prototxt", "linked/n.prototxt"]


PARTS = ["a", "b", "ab", "a.x", "b.x"]
LINES = """
a
/a
a/
/a/
*
!*
*/
!*/
*.x
!*.x
a/b
a/*
!a/b
**/b
a/**
!b/
a*
[ab].x
b/**/a.x
!/ab/
# a
#
/*
?b
""".splitlines()


def test_random_patterns_mean_what_git_takes_them_for() -> None:
    dice = random.Random(7)
    git_init()
    files = sorted({"/".join(dice.choices(PARTS, k=dice.randint(1, 4))) for _ in range(60)})
    files = [file for file in files if not any(other.startswith(f"{file}/") for other in files)]
    make(*files)
    places = sorted({str(parent) for file in files for parent in Path(file).parents})
    for _ in range(150):
        for ignore in Path().rglob(".gitignore"):
            ignore.unlink()
        for place in {".", *dice.choices(places, k=2)}:
            make(
                f"{place}/.gitignore",
                text="".join(f"{line}\n" for line in dice.choices(LINES, k=dice.randint(1, 4))),
            )
        listed = subprocess.run(
            ["git", "ls-files", "-o", "--exclude-standard"], capture_output=True, text=True, check=True
        )
        expected = [name for name in listed.stdout.splitlines() if not name.endswith(".gitignore")]
        texts = {str(path): path.read_text() for path in Path().rglob(".gitignore")}
        assert sorted(_unignored(Path.cwd(), GitIgnore())) == sorted(expected), texts


def _unignored(folder: Path, above: GitIgnore) -> list[str]:
    ignore, kept = above.inside(str(folder)), []
    for entry in folder.iterdir():
        if entry.name in (".git", ".gitignore"):
            continue
        if entry.is_dir():
            kept += [] if ignore.ignores(f"{entry}/") else _unignored(entry, ignore)
        elif not ignore.ignores(str(entry)):
            kept.append(str(entry.relative_to(Path.cwd())))
    return kept
