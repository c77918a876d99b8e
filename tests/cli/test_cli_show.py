"""`caffe-lint show`: formats, states, and the numbers that other tools get wrong, checked in real Caffe."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import jsonschema
import pytest

from caffe_lint.cli import main
from caffe_lint.peer import Peer

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "caffe_lint/report/show.schema.json").read_text(encoding="utf-8"))


class Anchor(NamedTuple):
    """A net with the shapes that Caffe gives it, and its multiply-accumulates per item by hand."""

    text: str
    shapes: dict[str, list[int]]
    macs: dict[str, int]


def _input(name: str, *dims: int) -> str:
    shape = " ".join(f"dim: {dim}" for dim in dims)
    return f'layer {{ name: "{name}" type: "Input" top: "{name}" input_param {{ shape {{ {shape} }} }} }}\n'


def _layer(name: str, kind: str, bottom: str, params: str = "") -> str:
    return f'layer {{ name: "{name}" type: "{kind}" bottom: "{bottom}" top: "{name}" {params} }}\n'


ANCHORS = {
    "pooling rounds up": Anchor(
        _input("data", 1, 3, 8, 8)
        + _layer("pool", "Pooling", "data", "pooling_param { kernel_size: 3 stride: 2 }")
        + _layer("conv", "Convolution", "pool", "convolution_param { num_output: 5 kernel_size: 2 }"),
        # ceil((8 - 3) / 2) + 1 = 4, where floor gives 3
        {"data": [1, 3, 8, 8], "pool": [1, 3, 4, 4], "conv": [1, 5, 3, 3]},
        {"data": 0, "pool": 0, "conv": 5 * 3 * 2 * 2 * 3 * 3},
    ),
    "pooling drops a window in the padding": Anchor(
        _input("data", 1, 3, 7, 9)
        + _layer("pool", "Pooling", "data", "pooling_param { kernel_size: 2 stride: 2 pad: 1 }")
        + _layer("conv", "Convolution", "pool", "convolution_param { num_output: 5 kernel_size: 2 }"),
        # ceil((7 + 2 - 2) / 2) + 1 = 5 windows, the last of which would begin at 8 - 1, behind the image
        {"data": [1, 3, 7, 9], "pool": [1, 3, 4, 5], "conv": [1, 5, 3, 4]},
        {"data": 0, "pool": 0, "conv": 5 * 3 * 2 * 2 * 3 * 4},
    ),
    "the batch does not count": Anchor(
        _input("data", 64, 1, 28, 28)
        + _layer("conv1", "Convolution", "data", "convolution_param { num_output: 20 kernel_size: 5 }")
        + _layer("ip", "InnerProduct", "conv1", "inner_product_param { num_output: 10 }"),
        {"data": [64, 1, 28, 28], "conv1": [64, 20, 24, 24], "ip": [64, 10]},
        {"data": 0, "conv1": 20 * 1 * 5 * 5 * 24 * 24, "ip": 10 * 20 * 24 * 24},
    ),
    "groups share the channels": Anchor(
        _input("data", 2, 6, 5, 5)
        + _layer("conv", "Convolution", "data", "convolution_param { num_output: 4 kernel_size: 3 group: 2 }")
        + _layer(
            "up", "Deconvolution", "conv", "convolution_param { num_output: 6 kernel_size: 2 stride: 2 }"
        ),
        {"data": [2, 6, 5, 5], "conv": [2, 4, 3, 3], "up": [2, 6, 6, 6]},
        {"data": 0, "conv": 4 * (6 // 2) * 3 * 3 * 3 * 3, "up": 4 * 6 * 2 * 2 * 3 * 3},
    ),
    "five axes": Anchor(
        _input("clip", 2, 3, 8, 9, 10)
        + _layer("conv", "Convolution", "clip", "convolution_param { num_output: 4 kernel_size: 3 }"),
        {"clip": [2, 3, 8, 9, 10], "conv": [2, 4, 6, 7, 8]},
        {"clip": 0, "conv": 4 * 3 * 3 * 3 * 3 * 6 * 7 * 8},
    ),
    "three axes": Anchor(
        _input("audio", 2, 3, 20)
        + _layer("conv", "Convolution", "audio", "convolution_param { num_output: 4 kernel_size: 5 }"),
        {"audio": [2, 3, 20], "conv": [2, 4, 16]},
        {"audio": 0, "conv": 4 * 3 * 5 * 16},
    ),
    "an inner product behind time and batch": Anchor(
        _input("x", 3, 10, 8, 5)
        + _layer("ip", "InnerProduct", "x", "inner_product_param { num_output: 7 axis: 2 }"),
        {"x": [3, 10, 8, 5], "ip": [3, 10, 7]},
        {"x": 0, "ip": 10 * 7 * (8 * 5)},
    ),
    "axis 0 holds the features": Anchor(
        _input("x", 3, 4)
        + _layer("ip", "InnerProduct", "x", "inner_product_param { num_output: 7 axis: 0 }"),
        {"x": [3, 4], "ip": [7]},
        {"x": 0, "ip": 7 * (3 * 4)},
    ),
}

TWO_PHASES = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 3 } } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 2 } }
layer { name: "drop" type: "Dropout" bottom: "ip" top: "ip" include { phase: TRAIN } }
layer { name: "prob" type: "Softmax" bottom: "ip" top: "prob" include { phase: TEST stage: "deploy" } }
"""


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "net.prototxt"


@pytest.mark.parametrize("name", ANCHORS)
def test_shapes_and_macs(name: str, net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    anchor = ANCHORS[name]
    net.write_text(anchor.text)
    assert main(["show", net.name, "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    jsonschema.validate(data, SCHEMA)
    for state in data["states"]:
        assert state["blobs"] == anchor.shapes
        assert {layer["name"]: layer["macs"] for layer in state["layers"]} == anchor.macs


@pytest.mark.caffe
@pytest.mark.parametrize("name", ANCHORS)
def test_shapes_are_those_of_real_caffe(name: str, real_caffe: Peer) -> None:
    verdict = real_caffe.load(ANCHORS[name].text)
    assert verdict.accepted, verdict.error
    assert {blob: list(shape) for blob, shape in verdict.blobs.items()} == ANCHORS[name].shapes


@pytest.mark.parametrize("name", ANCHORS)
def test_batch_counts_all_items(name: str, net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    anchor = ANCHORS[name]
    net.write_text(anchor.text)
    assert main(["show", net.name, "--format", "csv", "--batch"]) == 0
    rows = {row["layer"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    bottoms = list(anchor.shapes.values())
    for (layer, macs), bottom in zip(anchor.macs.items(), [bottoms[0], *bottoms], strict=False):
        items = 1 if "axis: 0" in anchor.text else bottom[0]
        assert int(rows[layer]["macs"]) == macs * items
        shape = anchor.shapes[layer]
        assert rows[layer]["shapes"] == "x".join(map(str, shape))
        elements = 1
        for dim in shape:
            elements *= dim
        assert int(rows[layer]["memory"]) == 4 * elements


def test_batch_is_not_for_json(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net.write_text(TWO_PHASES)
    assert main(["show", net.name, "--format", "json", "--batch"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    message = "--batch is not for --format json, whose 'macs' are those of one item"
    assert captured.err == f"caffe-lint: {message}\n"


@pytest.mark.parametrize(
    ("options", "states"),
    [
        ([], ["TRAIN", "TEST", "TRAIN deploy", "TEST deploy"]),
        (["--phase", "train"], ["TRAIN"]),
        (["--phase", "TEST", "--stage", "deploy"], ["TEST deploy"]),
        (["--stage", "deploy"], ["TRAIN deploy", "TEST deploy"]),
        (["--level", "0"], ["TRAIN", "TEST"]),
    ],
)
def test_states_can_be_chosen(
    options: list[str], states: list[str], net: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net.write_text(TWO_PHASES)
    assert main(["show", net.name, "--format", "json", *options]) == 0
    shown = json.loads(capsys.readouterr().out)["states"]
    assert [" ".join([state["phase"], *state["stages"]]) for state in shown] == states


def test_equal_states_are_shown_once(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net.write_text(TWO_PHASES)
    assert main(["show", net.name, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["states"], row["layer"]) for row in rows] == [
        ("TRAIN; TRAIN, stages: deploy", "data"),
        ("TRAIN; TRAIN, stages: deploy", "ip"),
        ("TRAIN; TRAIN, stages: deploy", "drop"),
        ("TEST", "data"),
        ("TEST", "ip"),
        ("TEST, stages: deploy", "data"),
        ("TEST, stages: deploy", "ip"),
        ("TEST, stages: deploy", "prob"),
    ]


def test_table(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net.write_text(TWO_PHASES)
    assert main(["show", net.name, "--phase", "train"]) == 0
    assert (
        capsys.readouterr().out
        == """\
(no name)  net.prototxt  as BVLC/caffe reads it

TRAIN

layer  type          bottoms  tops  shape  params  MACs    memory
─────────────────────────────────────────────────────────────────
data   Input                  data  4x3                        12
ip     InnerProduct  data     ip    4x2         8     6         8
drop   Dropout       ip       ip    4x2                  in place

total per item: 8 params, 6 MACs, 20 bytes of tops
"""
    )


def test_markdown(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net.write_text('name: "a|b"' + TWO_PHASES)
    assert main(["show", net.name, "--phase", "train", "--format", "markdown", "--batch"]) == 0
    assert (
        capsys.readouterr().out
        == """\
# a\\|b

## TRAIN

| layer | type | bottoms | tops | shapes | params | shared params | MACs per batch | bytes per batch |
| --- | --- | --- | --- | --- | ---: | ---: | ---: | ---: |
| data | Input |  | data | 4x3 |  |  |  | 48 |
| ip | InnerProduct | data | ip | 4x2 | 8 |  | 24 | 32 |
| drop | Dropout | ip | ip | 4x2 |  |  |  |  |
| **total** |  |  |  |  | **8** |  | **24** | **80** |
"""
    )


@pytest.mark.parametrize("format_name", ["table", "csv", "markdown"])
def test_names_are_text(format_name: str, net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = r"\033[31m[bold]\nx"
    net.write_text(f'name: "{name}" layer {{ name: "{name}" type: "{name}" top: "{name}" }}')
    assert main(["show", net.name, "--format", format_name]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "x1b" in out
    assert "bold" in out


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ('net: "a.prototxt"', [], "'net.prototxt' holds no net"),
        ("<html></html>", [], "'net.prototxt' holds no net"),
        ("", ["--dialect", "SDD"], "no Caffe called 'SDD' is known"),
        ("", ["--phase", "both"], "Invalid value for '--phase': 'both' is not one of 'TRAIN', 'TEST'."),
    ],
)
def test_what_cannot_be_shown(
    text: str, options: list[str], message: str, net: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net.write_text(text)
    assert main(["show", net.name, *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message.lower() in captured.err.lower()


@pytest.mark.parametrize("format_name", ["json", "csv", "markdown", "table"])
def test_what_a_format_does_not_need_is_not_imported(format_name: str) -> None:
    program = (
        "import sys; from caffe_lint.cli import main; "
        f"code = main(['show', 'examples/lstm.prototxt', '--format', '{format_name}']); "
        "assert not {'rich', 'networkx', 'google.protobuf'} & set(sys.modules); sys.exit(code)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("option", [[], ["--recurrent"]])
def test_a_file_that_does_not_parse_is_not_shown_as_if_it_did(
    option: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.prototxt"
    path.write_text('layer { name "a" }\n')
    assert main(["show", *option, str(path)]) == 0
    assert "`caffe-lint check` tells why" in capsys.readouterr().out
