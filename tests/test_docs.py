"""The pages about settings, suppressions, baselines and show: what they show is what the tool does.

Comments in front of a block say what it is: `<!-- file: NAME -->` a file, `<!-- run: CODE -->` a command and
its exit code, `<!-- output -->` what the command before wrote (or its first lines),
`<!-- content: NAME -->` what a file holds then.
"""

import json
import re
import shlex
from pathlib import Path

import pytest

from caffe_lint.cli import main
from caffe_lint.lint.settings_table import setting_fields
from caffe_lint.lint.typed import plain

DOCS = Path(__file__).resolve().parents[1] / "docs"
BLOCK = re.compile(r"<!-- (file|run|output|content)(?:: ([^\n]*?))? -->\n```\w+\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("page", ["settings", "suppressions", "baseline", "show"])
def test_examples(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall((DOCS / f"{page}.md").read_text(encoding="utf-8"))
    assert len(blocks) > 5
    said = ""
    for kind, argument, text in blocks:
        if kind == "file":
            path = Path(argument)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif kind == "run":
            command = shlex.split(text)
            assert command[0] == "caffe-lint"
            assert main(command[1:]) == int(argument), text
            captured = capsys.readouterr()
            said = captured.out + captured.err
        elif kind == "content":
            assert Path(argument).read_text(encoding="utf-8") == text
        else:
            lines = said.splitlines()
            count = int(argument.removeprefix("first ")) if argument else len(lines)
            assert lines[:count] == text.replace("{folder}", str(tmp_path)).splitlines()


def test_every_block_of_commands_is_run() -> None:
    for page in ("settings", "suppressions", "baseline", "show"):
        text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
        assert text.count("```sh") == text.count("<!-- run: ")


def test_every_key_of_the_settings_is_documented(request: pytest.FixtureRequest) -> None:
    path = DOCS / "settings.md"
    text = path.read_text(encoding="utf-8")
    start = text.index("<!-- keys -->\n") + len("<!-- keys -->\n")
    end = text.index("\n\n", start)
    rows = ["| key | default | meaning |", "| --- | --- | --- |"]
    for key, field in setting_fields().items():
        default = plain(field.kind, field.default)
        shown = "" if default in (None, [], {}) else f"`{json.dumps(default)}`"
        rows.append(f"| `{key}` | {shown} | {field.doc} |")
    if request.config.getoption("--update-golden"):
        path.write_text(text[:start] + "\n".join(rows) + text[end:], encoding="utf-8")
    assert path.read_text(encoding="utf-8")[start:].startswith("\n".join(rows) + "\n\n")
