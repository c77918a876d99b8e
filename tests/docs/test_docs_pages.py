"""Tables of the pages name all that there is."""

import json
import re

import pytest

from caffe_lint.lint.settings_table import setting_fields
from caffe_lint.lint.typed import plain
from caffe_lint.report import FORMATS
from tests.docs.blocks import PAGES


def test_every_format_is_described() -> None:
    text = PAGES["formats.md"].read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]*`) \|", text, re.MULTILINE)
    assert set(re.findall(r"`([a-z-]+)`", "".join(rows[: len(FORMATS)]))) == set(FORMATS)


def test_every_key_of_the_settings_is_documented(request: pytest.FixtureRequest) -> None:
    path = PAGES["settings.md"]
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
