"""`caffe-lint convert roll`, and the weights of both conversions: files in, files out, exit codes."""

from math import prod
from pathlib import Path

import pytest

from caffe_lint.cli import main
from caffe_lint.net.weights import LayerWeights, WeightBlob, Weights, pack_floats, read_weights, write_weights
from tests.recurrent.native_nets import NETS
from tests.recurrent.roll_nets import Hand, hand_lstm

NATIVE = NETS["lstm"]
BLOBS = tuple(
    WeightBlob(shape, pack_floats(range(size)))
    for shape, size in (((16, 8), 128), ((16,), 16), ((16, 4), 64))
)
MODEL = write_weights(Weights([LayerWeights("H_layer", "LSTM", BLOBS)]))


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "net.prototxt"
    path.write_text(hand_lstm(Hand(reset="f")))
    return path


def test_writes_to_the_output_into_a_file_or_in_place(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = net.with_name("rolled.prototxt")
    assert main(["convert", "roll", str(net)]) == 0
    out, err = capsys.readouterr()
    assert 'type: "LSTM"' in out
    assert "note: 'lstm': where the first of 'cont' is not 0" in err
    assert main(["convert", "roll", str(net), "-o", str(other)]) == 0
    assert other.read_text() == out
    assert main(["convert", "roll", str(net), "-o", str(other)]) == 2
    assert main(["convert", "roll", str(net), "-o", str(other), "--force"]) == 0
    assert main(["convert", "roll", str(net), "-o", str(other), "--in-place"]) == 2
    assert main(["convert", "roll", str(net), "--in-place"]) == 0
    assert net.read_text() == out


def test_weights_go_there_and_back(tmp_path: Path) -> None:
    names = (
        "native.prototxt",
        "a.caffemodel",
        "explicit.prototxt",
        "b.caffemodel",
        "back.prototxt",
        "c.caffemodel",
    )
    native, a, explicit, b, back, c = (tmp_path / name for name in names)
    native.write_text(NATIVE)
    a.write_bytes(MODEL)
    words = ["--weights", str(a), "--weights-out", str(b), "-o", str(explicit)]
    assert main(["convert", "unroll", str(native), *words]) == 0
    assert "H_layer" not in read_weights(b.read_bytes()).by_name
    words = ["--weights", str(b), "--weights-out", str(c), "-o", str(back)]
    assert main(["convert", "roll", str(explicit), *words]) == 0
    assert c.read_bytes() == MODEL


@pytest.mark.parametrize("command", ["roll", "unroll"])
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x89HDF\r\n\x1a\n" + bytes(9), "this is an HDF5 file"),
        (NATIVE.encode(), "this is a text file, not a binary .caffemodel"),
        (MODEL[:-1], "this is no whole .caffemodel"),
        (None, "cannot read"),
    ],
)
def test_weights_that_are_none(
    net: Path, capsys: pytest.CaptureFixture[str], command: str, data: bytes | None, message: str
) -> None:
    model, out = net.with_name("m.caffemodel"), net.with_name("out.caffemodel")
    if data is not None:
        model.write_bytes(data)
    before = net.read_bytes()
    words = ["--weights", str(model), "--weights-out", str(out), "--in-place"]
    assert main(["convert", command, str(net), *words]) == 2
    assert message in capsys.readouterr().err
    assert not out.exists()
    assert net.read_bytes() == before


def blobs(*shapes: tuple[int, ...]) -> tuple[WeightBlob, ...]:
    return tuple(WeightBlob(shape, pack_floats([0.0] * prod(shape))) for shape in shapes)


@pytest.mark.parametrize(
    ("command", "layer", "shapes", "message"),
    [
        (
            "unroll",
            "H_layer",
            [(16, 8), (16,)],
            "'H_layer' has 3 learned blobs, the weights have 2 blobs for it",
        ),
        (
            "unroll",
            "other",
            [(16, 8), (16,), (16, 4)],
            "'H_layer' has 3 learned blobs, the weights have no such",
        ),
        (
            "unroll",
            "H_layer",
            [(20, 8), (20,), (20, 5)],
            "'H_layer' has learned blobs 16x8, 16, 16x4, the weights have 20x8, 20, 20x5",
        ),
        ("roll", "other", [(16, 3), (16,)], "the weights have no layer 'px1'"),
        (
            "roll",
            "px0",
            [(16, 5), (16,)],
            "the weights have 16x5, 16 for 'px0', whose learned blobs are 16x3, 16",
        ),
    ],
)
def test_weights_of_another_net(
    net: Path,
    capsys: pytest.CaptureFixture[str],
    command: str,
    layer: str,
    shapes: list[tuple[int, ...]],
    message: str,
) -> None:
    if command == "unroll":
        net.write_text(NATIVE)
    before = net.read_bytes()
    model, out = net.with_name("m.caffemodel"), net.with_name("out.caffemodel")
    model.write_bytes(write_weights(Weights([LayerWeights(layer, "InnerProduct", blobs(*shapes))])))
    words = ["--weights", str(model), "--weights-out", str(out), "--in-place"]
    assert main(["convert", command, str(net), *words]) == 2
    assert message in capsys.readouterr().err
    assert net.read_bytes() == before
    assert sorted(net.parent.iterdir()) == [model, net]


@pytest.mark.parametrize(
    ("out", "weights_out", "message"),
    [
        ("none/out.prototxt", "out.caffemodel", "cannot write"),
        ("out.prototxt", "none/out.caffemodel", "cannot write"),
        ("folder", "out.caffemodel", "cannot write"),
        ("same", "same", "a net and its weights cannot be one file"),
        ("net.prototxt", "net.prototxt", "a net and its weights cannot be one file"),
        ("out.prototxt", "net.prototxt", "a net and its weights cannot be one file"),
        ("a.caffemodel", "out.caffemodel", "a net and its weights cannot be one file"),
    ],
)
def test_both_files_are_written_or_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], out: str, weights_out: str, message: str
) -> None:
    net, model, folder = (tmp_path / name for name in ("net.prototxt", "a.caffemodel", "folder"))
    net.write_text(NATIVE)
    model.write_bytes(MODEL)
    folder.mkdir()
    words = ["--weights", str(model), "--weights-out", str(tmp_path / weights_out), "--force"]
    assert main(["convert", "unroll", str(net), *words, "-o", str(tmp_path / out)]) == 2
    assert message in capsys.readouterr().err
    assert (net.read_text(), model.read_bytes()) == (NATIVE, MODEL)
    assert sorted(tmp_path.iterdir()) == [model, folder, net]


def test_weights_want_a_file_to_go_to(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "roll", str(net), "--weights", "m.caffemodel"]) == 2
    assert "give both --weights and --weights-out" in capsys.readouterr().err


def test_what_cannot_be_rolled_up_is_said_with_its_line(
    net: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = net.read_text().replace('name: "f1"\n  type: "Sigmoid"', 'name: "f1"\n  type: "ReLU"')
    net.write_text(text)
    line = text[: text.index('name: "f1"')].count("\n") + 1
    assert main(["convert", "roll", str(net), "--in-place"]) == 2
    assert f"net.prototxt:{line}: gate f of step 1 wants Sigmoid" in capsys.readouterr().err
    assert net.read_text() == text
