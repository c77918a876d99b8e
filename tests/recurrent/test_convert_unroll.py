"""`caffe-lint convert unroll`: what stays in the text, what is carried over, and what cannot be unrolled."""

import re
from pathlib import Path

import pytest

from caffe_lint.cli import main
from caffe_lint.lint import lint
from caffe_lint.lint.registry import select_rules
from caffe_lint.net import Document, load
from caffe_lint.recurrent.unroll_cell import Style
from caffe_lint.recurrent.unroll_convert import unroll_native
from caffe_lint.recurrent.unroll_mapping import ExplicitParam
from caffe_lint.recurrent.unroll_native_layer import ConversionError, Lengths
from caffe_lint.text import Source
from tests.recurrent.native_nets import CONT, NETS, X, blob, native

RULES = select_rules()


def unrolled(text: str, style: Style = "sequence", lengths: Lengths | None = None) -> str:
    return unroll_native(load(text.encode()), style, lengths).data.decode()


@pytest.mark.parametrize("style", ["sequence", "netspec", "lstmunit"])
@pytest.mark.parametrize("name", NETS)
def test_clean(name: str, style: Style) -> None:
    text = unrolled(NETS[name], style)
    report = lint(Document(Source("net.prototxt", text.encode())), RULES)
    assert [f"{found.code} {found.message}" for found in report.diagnostics] == []


def test_all_but_the_layer_stays() -> None:
    head = '# a net\nname: "net"  # its name\n' + X + "  # the markers:\n" + CONT
    layer = '  layer {\n    # lost\n    name: "lstm" type: "LSTM" bottom: "X" bottom: "cont" top: "H"\n'
    layer += "    recurrent_param { num_output: 4 }\n  }"
    tail = '  # behind\nlayer { name: "relu" type: "ReLU" bottom: "H" top: "H" }\n# end'
    text = unrolled(head + layer + tail)
    assert text.startswith(head + "  layer {\n    name: ")
    assert text.endswith("\n  }" + tail)
    assert "LSTM" not in text
    assert "lost" not in text


def test_line_ends_stay() -> None:
    text = unrolled(NETS["lstm"].replace("\n", "\r\n"))
    assert text.replace("\r\n", "\n") == unrolled(NETS["lstm"])
    assert not re.search(r"(?<!\r)\n", text)


def test_elements_of_a_list() -> None:
    elements = [line.removeprefix("layer ") for line in NETS["lstm"].splitlines()]
    text = unrolled("layer: [\n" + ",\n".join(elements) + "\n]\n")
    (net,) = load(text.encode()).nets()
    (reference,) = load(unrolled(NETS["lstm"]).encode()).nets()
    assert [layer.name for layer in net.layers] == [layer.name for layer in reference.layers]


def test_fields_are_carried_over() -> None:
    more = """
        param { name: "w" lr_mult: 3 } param { decay_mult: 0 } param { lr_mult: 0.5 share_mode: PERMISSIVE }
        loss_weight: 0.5 propagate_down: false propagate_down: false
        include { phase: TEST not_stage: "a" } include { phase: TRAIN min_level: 1 }
    """
    layer = native("LSTM", "X cont", "H", more=more).replace(
        "num_output: 4", 'num_output: 4 weight_filler { type: "xavier" } bias_filler { value: 1 }'
    )
    document = load(unrolled(X + CONT + layer).encode())
    net = next(net for net in document.nets() if len(net.layers) > 2)
    layers = {layer.name.removeprefix("H_layer/"): layer for layer in net.layers[2:]}
    rules = [layer.block.blocks("include") for layer in layers.values()]
    assert {len(rule) for rule in rules} == {2}
    assert rules[0][0].strings("not_stage") == ["a"]
    assert rules[-1][1].integer("min_level") == 1
    mx, mh = layers["Mx"].block, layers["t4/Mh"].block
    w, b = mx.blocks("param")
    assert (w.string("name"), w.real("lr_mult"), w.has("decay_mult")) == ("w", 3, False)
    assert (b.string("name"), b.has("lr_mult"), b.real("decay_mult")) == ("H_layer/Mxb", False, 0)
    (u,) = mh.blocks("param")
    assert (u.string("name"), u.real("lr_mult")) == ("H_layer/Mhw", 0.5)
    assert u.enum("share_mode") == "PERMISSIVE"
    for block in (mx, mh):
        assert block.block("inner_product_param").block("weight_filler").string("type") == "xavier"
        assert block.block("inner_product_param").block("bias_filler").real("value") == 1
    assert mx.booleans("propagate_down") == [False]
    assert layers["slice_cont"].block.booleans("propagate_down") == [False]
    assert layers["concat_h"].block.reals("loss_weight") == [0.5]
    assert [name for name, layer in layers.items() if layer.block.has("loss_weight")] == ["concat_h"]


def test_blobs_of_the_native_layer_are_found_again() -> None:
    found = unroll_native(load(NETS["all"].encode()))
    assert [(layer.name, layer.steps) for layer in found.layers] == [
        ("A_layer", 5),
        ("B_layer", 5),
        ("H_layer", 5),
    ]
    lstm, rnn, _ = found.layers
    assert lstm.params == (
        ExplicitParam(0, "A_layer/Mxw", "A_layer/Mx", 0),
        ExplicitParam(1, "A_layer/Mxb", "A_layer/Mx", 1),
        ExplicitParam(2, "A_layer/Msw", "A_layer/Ms", 0),
        ExplicitParam(3, "A_layer/Mhw", "A_layer/t0/Mh", 0),
    )
    assert [(param.native, param.layer, param.blob) for param in rnn.params] == [
        (0, "B_layer/Mx", 0),
        (1, "B_layer/Mx", 1),
        (2, "B_layer/t0/Mh", 0),
        (3, "B_layer/t0/Mo", 0),
        (4, "B_layer/t0/Mo", 1),
    ]


def test_names_that_are_taken() -> None:
    text = X + blob("H_layer/Mx", 1) + CONT + native("LSTM", "X cont", "H")
    assert 'top: "H_layer/unrolled/Mx"' in unrolled(text)


DATA = 'layer { name: "data" type: "HDF5Data" top: "X" top: "cont" hdf5_data_param { source: "a" } }\n'


def test_lengths_that_the_net_does_not_say() -> None:
    text = DATA + native("LSTM", "X cont", "H")
    with pytest.raises(ConversionError, match=r"^the batch size of 'H_layer' is unknown: give it$"):
        unrolled(text, lengths=Lengths(steps=5))
    found = unrolled(text, lengths=Lengths(steps=2, batch=7))
    assert "t1/Mh" in found
    assert "t2/Mh" not in found
    assert "dim: 7" in found
    # What the net says counts.
    assert unrolled(NETS["lstm"], lengths=Lengths(2, 7)) == unrolled(NETS["lstm"])


PHASES = blob("X", 5, 3, 4) + blob("cont", 5, 3)
OTHER = "".join(line.replace("dim: 3", "dim: 2") for line in PHASES.splitlines(keepends=True))


def in_phase(text: str, rule: str) -> str:
    return text.replace(" }\n", f" include {{ {rule} }} }}\n")


BOTH = in_phase(PHASES, "phase: TRAIN") + in_phase(OTHER, "phase: TEST")
LSTM = native("LSTM", "X cont", "H")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'<bytes>' has no LSTM or RNN layer"),
        (X, "'<bytes>' has no LSTM or RNN layer"),
        ("base_lr: 1", "'<bytes>' holds no net"),
        ("<html>", "'<bytes>' holds no net"),
        (NETS["lstm"] + "layer {", "'<bytes>' is no prototxt that Caffe reads; check says why"),
        (LSTM, "'H_layer' reads 'X', which no layer above makes"),
        (
            X + CONT.replace('"cont"', '"count"') + LSTM,
            "'H_layer' reads 'cont', which no layer above makes",
        ),
        (
            DATA + LSTM,
            "the number of time steps of 'H_layer' is unknown, since the shape of 'X' and 'cont' is: give it",
        ),
        (
            X + blob("cont", 4, 3) + LSTM,
            "Caffe rejects 'H_layer': axis 0 of 'cont' (4x3) must be 5, the time steps of 'X' (5x3x4x2)",
        ),
        (X + CONT + LSTM + LSTM, "two recurrent layers have the name 'H_layer', and their steps would too"),
        (
            X + CONT + native("LSTM", "X cont", "H", more="blobs { }"),
            "'H_layer' has a field 'blobs', which the unrolled layers cannot take over",
        ),
        (
            X + CONT + native("LSTM", "X cont", "X"),
            "'X_layer' cannot be unrolled: two blobs would have the name 'X'",
        ),
        (
            BOTH.replace("dim: 5 dim: 2", "dim: 6 dim: 2") + LSTM,
            "'H_layer' has another number of time steps in each state: 5 in TRAIN, 6 in TEST",
        ),
        (
            BOTH + native("LSTM", "X cont", "H", more="include { phase: TRAIN } include { phase: TEST }"),
            "'H_layer' has rules of its own and a batch size for each phase",
        ),
        (
            in_phase(PHASES, 'stage: "a"') + in_phase(OTHER, 'not_stage: "a"') + LSTM,
            "'H_layer' has several batch sizes in TRAIN, by its stages or levels",
        ),
    ],
)
def test_what_cannot_be_unrolled(text: str, message: str) -> None:
    with pytest.raises(ConversionError, match=f"^{re.escape(message)}$"):
        unrolled(text)


def test_command_writes_where_it_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, other = tmp_path / "net.prototxt", tmp_path / "other.prototxt"
    path.write_text(NETS["all"])
    expected = unrolled(NETS["all"])
    assert main(["convert", "unroll", str(path)]) == 0
    assert capsys.readouterr().out == expected
    assert main(["convert", "unroll", str(path), "-o", str(other)]) == 0
    assert (path.read_text(), other.read_text()) == (NETS["all"], expected)
    assert main(["convert", "unroll", str(path), "-o", str(other)]) == 2
    assert main(["convert", "unroll", str(path), "-o", str(other), "--force", "--style", "lstmunit"]) == 0
    assert other.read_text() == unrolled(NETS["all"], "lstmunit")
    assert main(["convert", "unroll", str(path), "-o", str(other), "--in-place"]) == 2
    assert capsys.readouterr().err.endswith("caffe-lint: give either --out or --in-place\n")
    assert main(["convert", "unroll", str(path), "--in-place"]) == 0
    assert path.read_text() == expected
    assert main(["convert", "unroll", str(path)]) == 2
    assert capsys.readouterr().err == f"caffe-lint: '{path}' has no LSTM or RNN layer\n"
