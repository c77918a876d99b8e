"""The fenced blocks of the pages, and how they are marked.

The language of a block says what becomes of it, comments right above it say the rest:

- ```` ```toml title="NAME" ````: a file that is written; below `<!-- result -->`, what the file holds by then
- `console`: commands behind `$ `, each with what it prints; `...` stands for any text, alone for any lines
- `sh`: commands, a line each, whose output is not shown
- `python` without a title: code that runs; a block below `<!-- output -->` is what it prints
- `<!-- exit: 1 -->`: the exit code of the last command
- `<!-- wrong -->`: a file that is shown for a mistake in it
- `<!-- needs: caffe -->`: runs where there is a real Caffe
- `<!-- not run: REASON -->`
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = {path.name: path for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))}

MARKS = {"result", "output", "exit", "wrong", "needs", "not run"}
_FOR_SCRIPTS = {"example", "shell", "tests"}
"""Marks by which other tools and tests find blocks."""

_FENCE = re.compile(
    r'^(?P<marks>(?:<!-- [^\n]*? -->\n)*)```(?P<language>\w*)(?: title="(?P<title>[^"]+)")?\n'
    r"(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
_MARK = re.compile(r"<!-- ([a-z ]+?)(?:: ([^\n]*?))? -->")


class Block(NamedTuple):
    """A fenced block of a page."""

    page: str
    line: int
    language: str
    title: str
    marks: dict[str, str]
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: str, text: str) -> Iterator[Block]:
    """The blocks of a page, in their order."""
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.end("marks")) + 1
        marks = {
            name: argument for name, argument in _MARK.findall(found["marks"]) if name not in _FOR_SCRIPTS
        }
        yield Block(page, line, found["language"], found["title"] or "", marks, found["text"])


def page_blocks(page: str) -> list[Block]:
    """The blocks of one of our pages."""
    return list(blocks_of(page, PAGES[page].read_text(encoding="utf-8")))
