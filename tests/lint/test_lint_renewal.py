"""Old forms of nets become new ones: what is kept, what stops it, and that comments survive anything."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caffe_lint.lint.fixing import FixedFile, fix
from caffe_lint.lint.registry import select_rules
from caffe_lint.net import load
from caffe_lint.text.pieces import comments_of, cut, put

RULES = select_rules(["CL810", "CL811", "CL812"])


def renewed(text: str) -> FixedFile:
    return fix(load(text.encode("latin-1")), RULES)


def new_text(text: str) -> str:
    fixed = renewed(text)
    assert (fixed.refused, fixed.report.diagnostics) == ((), ())
    return fixed.document.source.data.decode("latin-1")


def v1(fields: str) -> str:
    return f'layers {{ name: "a" type: INNER_PRODUCT bottom: "x" top: "y" {fields} }}'


def v2(fields: str) -> str:
    return f'layer {{ name: "a" type: "InnerProduct" bottom: "x" top: "y" {fields} }}'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("blobs_lr: 1", "param { lr_mult: 1 }"),
        ("blobs_lr: [1, 2]", "param { lr_mult: 1 } param { lr_mult: 2 }"),
        ("blobs_lr: 1, blobs_lr: 2;", "param { lr_mult: 1 } param { lr_mult: 2 }"),
        ("weight_decay: 1 blobs_lr: 2", "param { decay_mult: 1 lr_mult: 2 }"),
        ("param: 'w' blob_share_mode: PERMISSIVE", "param { name: 'w' share_mode: PERMISSIVE }"),
        (
            "blobs_lr: 1 loss_weight: 1 blobs_lr: 2",
            "param { lr_mult: 1 } param { lr_mult: 2 } loss_weight: 1",
        ),
    ],
)
def test_fields_of_params_of_v1_layers(old: str, new: str) -> None:
    assert new_text(v1(old)) == v2(new)


def test_lists_and_numbers_of_v1_layers() -> None:
    text = 'layers: [ < name: "a" type: 18 bottom: "x" top: "y" >, # and\n{ type: RELU } ]'
    expected = 'layer: [ < name: "a" type: "ReLU" bottom: "x" top: "y" >, # and\n{ type: "ReLU" } ]'
    assert new_text(text) == expected


def test_transformation_goes_into_the_block_that_is_there() -> None:
    old = (
        "layers {\n\ttype: DATA\n\tdata_param { scale: 2 # twice\n\t}\n"
        "\ttransform_param {\n\t\tmirror: true\n\t}\n}\n"
    )
    new = (
        'layer {\n\ttype: "Data"\n\tdata_param {\n\t}\n'
        "\ttransform_param {\n\t\tmirror: true\n\t\tscale: 2 # twice\n\t}\n}\n"
    )
    assert new_text(old) == new


V0 = 'layers {{ layer {{ name: "a" type: "{}" {} }} bottom: "x" top: "y" }}'


def test_a_v0_layer_on_one_line() -> None:
    text = V0.format("pool", "kernelsize: 2 pool: AVE")
    expected = (
        'layer { name: "a" type: "Pooling" bottom: "x" top: "y" pooling_param { kernel_size: 2 pool: AVE } }'
    )
    assert new_text(text) == expected


def test_inputs_behind_the_layers_come_to_the_front() -> None:
    text = 'layer { type: "ReLU" bottom: "x" top: "y" }\ninput: "x" # x\ninput_shape { dim: 2 }\n'
    expected = (
        'layer {\n  name: "input"\n  type: "Input"\n  top: "x" # x\n'
        '  input_param {\n    shape { dim: 2 }\n  }\n}\nlayer { type: "ReLU" bottom: "x" top: "y" }\n'
    )
    assert new_text(text) == expected


def test_inputs_of_a_v0_net_follow_its_layers() -> None:
    text = 'input: "x" input_dim: [1, 2, 3, 4]\n' + V0.format("relu", "")
    fixed = renewed(text)
    assert [finding.code for finding in fixed.applied] == ["CL811", "CL812"]
    assert fixed.report.diagnostics == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (V0.format("relu", "num_output: 1"), "'num_output' means nothing to a layer of type 'relu'"),
        (v1("blobs_lr: [ # none\n ]"), "a comment stands where it cannot be kept"),
        (V0.format("relu", "") + " debug_info: true", "Caffe loses 'debug_info'"),
        (V0.format("relu", "") + " layers { type: RELU }", "a V1 layer among V0 layers"),
        (V0.format("padding", "pad: 1").replace('"y"', '"x"') + V0.format("conv", "pad: 2"), "of 'pad'"),
        (
            "layers { type: DATA data_param { scale: 1 } transform_param { scale: 2 } }",
            "'scale' stands in two places",
        ),
    ],
)
def test_what_caffe_would_lose_stops_the_fix(text: str, reason: str) -> None:
    fixed = renewed(text)
    assert fixed.applied == ()
    (finding,) = fixed.report.diagnostics
    assert finding.fix is None
    assert reason in finding.notes[0].message


def test_a_net_for_a_caffe_without_input_layers_stays() -> None:
    text = b'input: "x" input_dim: [1, 1, 1, 1] layer { type: "Lstm" bottom: "x" top: "y" }'
    fixed = fix(load(text, "junhyukoh/caffe-lstm"), RULES)
    assert (fixed.applied, fixed.refused) == ((), ())
    (finding,) = fixed.report.diagnostics
    assert finding.notes[0].message.startswith("no fix: the new form is not known in junhyukoh/caffe-lstm")


GAP = st.sampled_from([" ", "\n", "\n\n", "\r\n  ", " # a\n", "\n  # b \xe9\n\t", " # \"c'\r\n"])


@st.composite
def old_nets(draw: st.DrawFn) -> str:
    """Old nets with gaps and comments between any two tokens."""
    v1_fields = ["blobs_lr : 1", "blobs_lr : [ 1 , 2 ]", "weight_decay : 0", 'param : "w"', "loss_weight : 1"]
    v0_fields = ["num_output : 3", "kernelsize : 3", "weight_filler { std : 1 }", "blobs_lr : 2"]
    layers = []
    is_v0 = draw(st.booleans())
    for number in range(draw(st.integers(1, 4))):
        fields = draw(st.lists(st.sampled_from(v0_fields if is_v0 else v1_fields), max_size=4, unique=True))
        ends = f'bottom : "x" top : "y{number}"'
        named = [f'name : "l{number}"', 'type : "conv"' if is_v0 else "type : CONVOLUTION"]
        own = " ".join(draw(st.permutations([*named, *fields])))
        layers.append(f"layers {{ layer {{ {own} }} {ends} }}" if is_v0 else f"layers {{ {own} {ends} }}")
    sizes = 'input : "x" input_dim : 1 input_dim : 3 input_dim : 8 input_dim : 8'
    tokens = " ".join(draw(st.permutations([sizes, *layers]))).split(" ")
    return "".join(token + draw(GAP) for token in tokens)


@given(old_nets())
def test_every_comment_survives(text: str) -> None:
    fixed = renewed(text)
    assert (fixed.refused, fixed.report.diagnostics) == ((), ())
    after = fixed.document.source.data.decode("latin-1")
    assert Counter(comments_of(after)) == Counter(comments_of(text))
    assert fixed.document.syntax_problems == []
    assert not {field.name for field in fixed.document.root.fields} & {"layers", "input", "input_dim"}
    assert renewed(after).applied == ()


@given(old_nets())
def test_pieces_put_together_are_the_text(text: str) -> None:
    document = load(text.encode("latin-1"))
    body = cut(text, document.root)
    assert put(body, body.pieces, "\n") == text
