"""The JSON contract: literal output, and the schemas that describe it."""

import json
from collections.abc import Iterator
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator, ValidationError

from caffe_lint.lint.diagnostic import Claim, Diagnostic, FileReport, Severity
from caffe_lint.report import FORMATS, ReportOptions
from caffe_lint.text import Source, Span
from tests.report.one_report import NET, OVERWRITTEN

BARE = Diagnostic("CL001", "syntax-error", Severity.NOTE, Claim.REJECTS, "odd", Span(7, 9))


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((files("caffe_lint.report") / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def without_one_key(value: object) -> Iterator[object]:
    """Copies of a JSON value that each lack one key somewhere; the keys of `blobs` are data."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from ([*value[:index], cut, *value[index + 1 :]] for cut in without_one_key(item))
    if isinstance(value, dict):
        for key, item in value.items():
            yield {other: value[other] for other in value if other != key}
            if key != "blobs":
                yield from (value | {key: cut} for cut in without_one_key(item))


def written(*reports: FileReport) -> str:
    return "".join(FORMATS["json"](reports, ReportOptions(color=True)))


def test_every_key_is_there_in_its_order() -> None:
    text = written(
        FileReport(Source("net.prototxt", NET), (BARE, OVERWRITTEN)), FileReport(Source("x", b""), ())
    )
    assert text == (
        '[\n  {"path": "net.prototxt", "code": "CL001", "name": "syntax-error", "severity": "note", '
        '"claim": "rejects", "message": "odd", "start": {"line": 1, "column": 8, "offset": 7}, '
        '"end": {"line": 1, "column": 9, "offset": 9}, "states": [], "notes": [], "fix": null},\n'
        '  {"path": "net.prototxt", "code": "CL502", "name": "cell-state-overwritten", "severity": "error", '
        '"claim": "wrong-forward", "message": "the cell state \'c\' is overwritten", '
        '"start": {"line": 2, "column": 3, "offset": 13}, "end": {"line": 2, "column": 11, "offset": 21}, '
        '"states": ["TRAIN", "TEST, stages: a b"], '
        '"notes": [{"message": "read here", "path": "net.prototxt", '
        '"start": {"line": 3, "column": 3, "offset": 24}, "end": {"line": 3, "column": 14, "offset": 35}}], '
        '"fix": {"safety": "unsafe", "message": "write to \'d\'", '
        '"edits": [{"start": 18, "end": 21, "text": "\\"d\\""}]}}\n]\n'
    )
    validator("check").validate(json.loads(text))


def test_nothing_found_is_an_empty_list() -> None:
    assert written(FileReport(Source("net.prototxt", NET), ())) == "[]\n"
    assert written() == "[]\n"


def test_data_are_exact_but_for_lone_surrogates() -> None:
    name = "[bold]x[/bold] :smile: \x1b[31m\u202e\n\x7f数据 😀 \\udcff"
    odd = Diagnostic(
        "CL101", "unknown-bottom", Severity.ERROR, Claim.REJECTS, f"{name}\udcff\ud83d", Span(0, 0)
    )
    text = written(FileReport(Source(f"{name}\udcff", b""), (odd,)))
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    (finding,) = json.loads(text)
    assert finding["path"] == name + r"\udcff"
    assert finding["message"] == name + r"\udcff\ud83d"


@pytest.mark.parametrize(
    "broken",
    [
        {"severity": "fatal"},
        {"claim": "rejected"},
        {"code": "502"},
        {"name": "Cell State"},
        {"states": ["TRAINING"]},
        {"start": {"line": 0, "column": 1, "offset": 0}},
        {"start": {"line": 1, "column": 1}},
        {"fix": {"safety": "sure", "message": "", "edits": []}},
        {"notes": [{"message": "no place"}]},
        {"extra": 1},
    ],
    ids=str,
)
def test_the_check_schema_is_strict(broken: dict[str, object]) -> None:
    (finding,) = json.loads(written(FileReport(Source("net.prototxt", NET), (OVERWRITTEN,))))
    with pytest.raises(ValidationError):
        validator("check").validate([finding | broken])


def test_the_check_schema_requires_every_key() -> None:
    findings = json.loads(written(FileReport(Source("net.prototxt", NET), (OVERWRITTEN,))))
    incomplete = list(without_one_key(findings))
    assert len(incomplete) == 33
    for value in incomplete:
        assert not validator("check").is_valid(value)


PARAM: dict[str, object] = {
    "name": "",
    "shape": [20, 1, 5, None],
    "owner": "conv1",
    "lr_mult": 1.0,
    "decay_mult": 1,
}
LAYER: dict[str, object] = {
    "name": "conv1",
    "type": "Convolution",
    "bottoms": ["data"],
    "tops": ["conv1"],
    "line": 12,
    "params": [PARAM],
    "macs": 288000,
}
USUAL: dict[str, object] = {
    "role": "x_product",
    "layer": "t1/Mx",
    "type": "InnerProduct",
    "line": 30,
    "reads": ["x"],
}
DIFFERENCE: dict[str, object] = {
    "kind": "bottom",
    "role": "x_product",
    "layer": "t0/Mx",
    "line": 9,
    "found": "'y'",
    "usual": "'x'",
}
CELL: dict[str, object] = {
    "cell": "lstm",
    "steps": 2,
    "hidden": 500,
    "direction": "forward",
    "states": [{"name": "h", "start": "h0", "end": "t1/h"}, {"name": "c", "start": None, "end": None}],
    "layers": [["t0/Mx"], ["t1/Mx"]],
    "shared_params": ["w"],
    "params": [{"name": "w", "roles": [{"role": "x_product", "param": 0}], "steps": [0, 1]}],
    "usual": {"step": 1, "layers": [USUAL]},
    "odd": [{"step": 0, "differences": [DIFFERENCE]}],
}
STATE: dict[str, object] = {
    "phase": "TRAIN",
    "level": 0,
    "stages": [],
    "layers": [LAYER],
    "blobs": {"data": [64, 1, 28, 28], "scalar": [], "custom": None},
    "recurrent": [CELL],
}
SHOWN: dict[str, object] = {
    "path": "net.prototxt",
    "name": "LeNet",
    "dialects": ["BVLC/caffe"],
    "states": [STATE],
}


def test_the_show_schema_takes_a_net() -> None:
    validator("show").validate(SHOWN)


@pytest.mark.parametrize(
    "broken",
    [
        SHOWN | {"extra": 1},
        SHOWN | {"states": [STATE | {"phase": "DEPLOY"}]},
        SHOWN | {"states": [STATE | {"blobs": {"data": "64x1"}}]},
        SHOWN | {"states": [STATE | {"layers": [LAYER | {"line": 0}]}]},
        SHOWN | {"states": [STATE | {"layers": [LAYER | {"macs": 0.5}]}]},
        SHOWN | {"states": [STATE | {"layers": [LAYER | {"params": [PARAM | {"extra": 1}]}]}]},
        SHOWN | {"states": [STATE | {"recurrent": [CELL | {"steps": 0}]}]},
        SHOWN | {"states": [STATE | {"recurrent": [CELL | {"direction": "up"}]}]},
        SHOWN | {"states": [STATE | {"recurrent": [CELL | {"usual": {"step": 0}}]}]},
        SHOWN | {"states": [STATE | {"recurrent": [CELL | {"odd": [{"step": 0, "differences": [{}]}]}]}]},
    ],
    ids=["key", "phase", "shape", "line", "macs", "param", "steps", "direction", "usual", "odd"],
)
def test_the_show_schema_is_strict(broken: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        validator("show").validate(broken)


def test_the_show_schema_requires_every_key() -> None:
    for incomplete in without_one_key(SHOWN):
        assert not validator("show").is_valid(incomplete)
