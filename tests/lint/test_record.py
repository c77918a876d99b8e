"""What the cache keeps of findings is all of them, exactly."""

from pathlib import Path

import pytest

from caffe_lint.lint import lint
from caffe_lint.lint.record import Record, dump, load
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import Document
from caffe_lint.text import Source

EXAMPLES = sorted((Path(__file__).parents[1] / "rules").glob("*/*.prototxt"))


def test_findings_come_back_as_they_were() -> None:
    assert len(EXAMPLES) > 100
    fixes = 0
    for path in EXAMPLES:
        report = lint(Document(Source(path.name, path.read_bytes())), all_rules())
        record = Record(report, {"other.prototxt": "abc", "gone": ""})
        assert load(dump(record), report.source) == record
        fixes += sum(finding.fix is not None for finding in report.diagnostics)
    assert fixes > 10


@pytest.mark.parametrize("place", [0, 5, 20, 60, 90, -1])
def test_any_other_byte_makes_it_none(place: int) -> None:
    source = Source("net.prototxt", b'layer { name: "\xff" type: "ReLU" bottom: "z" }')
    data = bytearray(dump(Record(lint(Document(source), all_rules()))))
    assert load(bytes(data), source) is not None
    data[place] ^= 1
    assert load(bytes(data), source) is None
    assert load(bytes(data[:place]), source) is None
