"""Every command and every example of the README and of the pages is run."""

import shutil
from pathlib import Path

import pytest

from caffe_lint.peer import Peer
from tests.docs.blocks import MARKS, PAGES, ROOT, blocks_of, page_blocks
from tests.docs.scratch import Scratch
from tests.real_caffe.build import default_folder

NEEDING_CAFFE = [page for page in PAGES if any("needs" in block.marks for block in page_blocks(page))]
CAFFE = f"chroot {default_folder()} python3"


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Scratch:
    """An empty folder."""
    (tmp_path / "page").mkdir()
    return Scratch(tmp_path / "page", monkeypatch, capsys)


@pytest.mark.parametrize("page", PAGES)
def test_blocks_of_a_page(page: str, scratch: Scratch) -> None:
    do_all(page, scratch, {"not run", "needs"})


@pytest.mark.caffe
@pytest.mark.parametrize("page", NEEDING_CAFFE)
def test_blocks_that_need_caffe(
    page: str, scratch: Scratch, real_caffe: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert real_caffe
    monkeypatch.setenv("CAFFE_LINT_CAFFE", CAFFE)
    do_all(page, scratch, {"not run"})


def do_all(page: str, scratch: Scratch, left_out: set[str]) -> None:
    """Run the blocks of a page, among the examples of the repository if it speaks of them."""
    blocks = [block for block in page_blocks(page) if not block.marks.keys() & left_out]
    if any("examples/" in block.text for block in blocks):
        shutil.copytree(ROOT / "examples", scratch.folder / "examples")
    scratch.do(blocks)


def test_what_is_not_run_has_a_reason() -> None:
    """The list of all that no test of this module runs."""
    blocks = [block for page in PAGES for block in page_blocks(page)]
    left_out = [(block.page, block.marks["not run"]) for block in blocks if "not run" in block.marks]
    assert left_out == [
        ("README.md", "a slow test does, in a clone"),
        ("README.md", ".ci/run does"),
        ("README.md", "wants docker; the page about verify runs it with another Caffe"),
        ("README.md", ".ci/run does"),
        ("hooks.md", "no linter for Jenkins files without a Jenkins; a test runs the command in it"),
    ]


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_seen_and_its_marks_are_known(page: str) -> None:
    blocks = page_blocks(page)
    fences = PAGES[page].read_text(encoding="utf-8").count("```")
    assert fences == 2 * len(blocks)
    for block in blocks:
        assert block.marks.keys() <= MARKS, f"{block}: {block.marks}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```console\n$ caffe-lint --version\ncaffe-lint, version 9\n```\n", "prints"),
        ("```console\n$ caffe-lint nothing-there.prototxt\n...\n```\n", "exit code 2"),
        ("<!-- exit: 1 -->\n```console\n$ caffe-lint --version\n...\n```\n", "exit code 0"),
        ("```sh\ncaffe-lint --formt json\n```\n", "exit code 2"),
        ("```sh\nfalse | cat\n```\n", "exit code 1"),
        ('```toml title="caffe-lint.toml"\nselct = ["CL1"]\n```\n', "selct"),
        ('```yaml title=".github/workflows/a.yml"\non: push\n```\n', "jobs"),
        ('```yaml title=".pre-commit-config.yaml"\nrepos: [{}]\n```\n', "repo"),
        ('```prototxt title="a.prototxt"\nlayer {\n```\n', "a.prototxt"),
        ("```python\nprint(1 / 0)\n```\n", "ZeroDivisionError"),
        ("```python\nprint(1)\n```\n<!-- output -->\n```text\n2\n```\n", "prints"),
        ("```text\nnobody knows what this is\n```\n", "neither a file nor a command"),
        ('```text title="a.txt"\n```\n', "nothing is known"),
        ("<!-- exit: 2 -->\n```console\n$ caffe-lint --formt json\nUsage: none\n...\n```\n", "prints"),
    ],
)
def test_mistakes_are_noticed(text: str, message: str, scratch: Scratch) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception), match=message):
        scratch.do(blocks_of("page.md", text))
