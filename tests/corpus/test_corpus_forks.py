"""Real nets that only forks of Caffe read: what is not BVLC's is never an error, and shapes get through."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from caffe_lint.layers import infer_shapes
from caffe_lint.lint import Severity, lint
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import Document, load
from caffe_lint.schema import BVLC

LEAST_FILES = 680
LEAST_KNOWN = 65_000
"""Of some 165000 layers: those whose tops have shapes that are known to the last axis."""

BY_NAMES_ALONE = {"refused-upgrade", "top-produced-twice", "unknown-bottom"}
"""Rules whose mistakes every Caffe refuses, whatever its layer types and parameters are."""

pytestmark = pytest.mark.corpus


class Found(NamedTuple):
    """What became of one file."""

    errors: list[str]
    known: int


def _foreign(corpus: Path) -> Iterator[Path]:
    for path in sorted((corpus / "corpus").rglob("*.prototxt")):
        document = load(path)
        if document.root_type == "NetParameter" and document.dialects and BVLC not in document.dialects:
            yield path


def _judge(path: Path) -> Found:
    document = load(path)
    report = lint(document, all_rules())
    errors = [
        f"{path}: {finding.message}"
        for finding in report.diagnostics
        if finding.severity is Severity.ERROR and finding.name not in BY_NAMES_ALONE
    ]
    return Found(errors, sum(_known(document)))


def _known(document: Document) -> Iterator[bool]:
    """For each layer of each net, whether it has tops and the shapes of all of them are known."""
    for net in document.nets():
        inference = infer_shapes(net)
        for layer in net.layers:
            shapes = [inference.shape(top) for top in layer.tops]
            yield bool(shapes) and all(shape is not None and None not in shape for shape in shapes)


def test_what_is_a_forks_own_is_never_an_error(corpus: Path) -> None:
    paths = [*_foreign(corpus)]
    with ProcessPoolExecutor() as pool:
        found = [*pool.map(_judge, paths, chunksize=16)]
    assert len(paths) >= LEAST_FILES
    assert [error for file in found for error in file.errors] == []
    assert sum(file.known for file in found) >= LEAST_KNOWN
