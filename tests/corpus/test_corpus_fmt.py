"""Real files are formatted: twice is as once, meaning and comments stay; broken ones are refused."""

import re
from collections import Counter
from pathlib import Path

import click
import pytest

from caffe_lint.cli.formatting import formatted
from caffe_lint.net import load
from caffe_lint.net.meaning import meaning
from caffe_lint.text import Source
from caffe_lint.text.pieces import comments_of

LEAST_FORMATTED = 3_200
MEANING_OF_EACH = 10
"""Of so many files one is built as a net before and after; of all of them names and values are compared."""

pytestmark = [pytest.mark.corpus, pytest.mark.slow]


def test_all_files_are_formatted_or_refused(corpus: Path) -> None:
    counts: Counter[str] = Counter()
    for number, path in enumerate(sorted((corpus / "corpus").rglob("*.prototxt"))):
        source = Source(str(path), path.read_bytes())
        try:
            after = formatted(source)
        except click.ClickException as error:
            _check_refusal(path, error.format_message())
            counts["refused"] += 1
            continue
        counts["foreign" if after is None else "same" if after == source.data else "changed"] += 1
        if after is not None and after != source.data:
            _check(path, source.data, after, is_built=number % MEANING_OF_EACH == 0)
    print(dict(counts))  # noqa: T201  to be read with -s
    assert counts["changed"] + counts["same"] >= LEAST_FORMATTED
    assert counts["refused"]


def _check_refusal(path: Path, message: str) -> None:
    """What is refused is no text format, and the message names the place."""
    assert re.match(rf"{re.escape(str(path))}:\d+:\d+: ", message), path
    document = load(path)
    assert document.impostor or document.syntax_problems, path


def _check(path: Path, before: bytes, after: bytes, *, is_built: bool) -> None:
    assert formatted(Source(str(path), after)) == after, path
    comments = [Counter(comments_of(data.decode("latin-1"))) for data in (before, after)]
    assert comments[0] == comments[1], path
    if is_built:
        old, new = meaning(load(path)), meaning(load(after))
        assert (old.settings, old.nets) == (new.settings, new.nets), path
        bare = [[layer._replace(span=None) for layer in each.layers] for each in (old, new)]  # type: ignore[arg-type]
        assert bare[0] == bare[1], path
