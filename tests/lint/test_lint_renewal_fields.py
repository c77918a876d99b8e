"""Old fields of today's layers: what is renewed, what is left, and what becomes of comments and layout."""

import pytest

from caffe_lint.lint import FileReport
from caffe_lint.lint.fixing import fix
from caffe_lint.lint.registry import select_rules
from caffe_lint.net import Document
from caffe_lint.text import Source

RULES = select_rules(["CL810", "CL811", "CL813", "CL814", "CL815", "CL816"])


def fixed(text: str) -> str:
    result = fix(Document(Source("net.prototxt", text.encode())), RULES)
    assert result.refused == ()
    return result.document.source.data.decode()


def notes(text: str) -> FileReport:
    return fix(Document(Source("net.prototxt", text.encode())), RULES).report


def dummy(param: str, tops: str = 'top: "a"') -> str:
    return f'layer {{ name: "a" type: "DummyData" {tops} dummy_data_param {param} }}\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{ num: 1 channels: 2 height: 3 width: 4 }", "{ shape { dim: 1 dim: 2 dim: 3 dim: 4 } }"),
        (
            "{ data_filler { value: 1 } width: 4, height: 3; channels: 2 num: 1 }",
            "{ data_filler { value: 1 } shape { dim: 1 dim: 2 dim: 3 dim: 4 } }",
        ),
        (
            "{\n  num: 1\n  channels: 2\n  height: 3\n  width: 4\n  data_filler {}\n}",
            "{\n  shape { dim: 1 dim: 2 dim: 3 dim: 4 }\n  data_filler {}\n}",
        ),
        (
            "{\n  num: 1  # items\n  channels: 2 height: 3\n  # wide\n  width: 4\n}",
            "{\n  shape {\n    dim: 1  # items\n    dim: 2\n    dim: 3\n    # wide\n    dim: 4\n  }\n}",
        ),
    ],
)
def test_sizes_become_a_shape(before: str, after: str) -> None:
    assert fixed(dummy(before)) == dummy(after)
    assert fixed(dummy(after)) == dummy(after)


def test_sizes_of_each_top_become_a_shape_each() -> None:
    tops = 'top: "a" top: "b"'
    text = fixed(
        dummy("{\n  num: 5  # all\n  channels: [1, 2]\n  height: 3\n  height: 4\n  width: 6\n}", tops)
    )
    shapes = Document(Source("n", text.encode())).nets()[0].layers[0].block.block("dummy_data_param")
    assert [shape.integers("dim") for shape in shapes.blocks("shape")] == [[5, 1, 3, 6], [5, 2, 4, 6]]
    assert text.count("# all") == 1
    assert fixed(text) == text


@pytest.mark.parametrize(
    "text",
    [
        dummy("{ num: 1 channels: 2 height: 3 }"),
        dummy("{ num: 1 channels: 2 height: 3 width: [4, 5] }"),
        dummy("{ num: 1 channels: 2 height: 3 width: 4 shape { dim: 1 } }"),
        'layer { name: "c" type: "Concat" bottom: "a" top: "c" concat_param { concat_dim: 1 axis: 1 } }\n',
        'layer { name: "c" type: "Concat" bottom: "a" top: "c" concat_param { concat_dim: 4294967295 } }\n',
        'layer { name: "c" type: "Slice" bottom: "a" top: "c" concat_param { concat_dim: 1 } }\n',
        'layer { name: "l" type: "InfogainLoss" bottom: "a" top: "c" loss_param { normalize: true } }\n',
        'layer { name: "l" type: "SoftmaxWithLoss" loss_param { normalize: true normalization: FULL } }\n',
    ],
)
def test_what_caffe_reads_otherwise_is_left(text: str) -> None:
    assert fixed(text) == text
    assert notes(text).diagnostics == ()


def test_old_layers_come_first() -> None:
    text = 'layers { name: "c" type: CONCAT bottom: "a" top: "c" concat_param { concat_dim: 0 } }  # old\n'
    assert fixed(text) == (
        'layer { name: "c" type: "Concat" bottom: "a" top: "c" concat_param { axis: 0 } }  # old\n'
    )


def test_the_value_stays_as_it_is_written() -> None:
    text = (
        'layer { name: "l" type: "SoftmaxWithLoss" loss_param { normalize # no\n : 0, ignore_label: 0x1 } }\n'
    )
    assert fixed(text) == text.replace("normalize", "normalization").replace(" 0,", " BATCH_SIZE,")


def norm(*params: str) -> str:
    return f'layer {{ name: "n" type: "BatchNorm" bottom: "a" top: "b" {" ".join(params)} }}\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("param {}", "param { lr_mult: 0}"),
        ("param { name: 'w' lr_mult: 1e0, decay_mult: 1 }", "param { name: 'w' lr_mult: 0, decay_mult: 0 }"),
        ("param {  # mean\n  decay_mult: 0 }", "param { lr_mult: 0  # mean\n  decay_mult: 0 }"),
        ("param { lr_mult: 0 }", "param { lr_mult: 0 }"),
        ("param { lr_mult: 0 decay_mult: 1 }", "param { lr_mult: 0 decay_mult: 1 }"),
    ],
)
def test_three_multipliers_become_what_caffe_makes_of_them(before: str, after: str) -> None:
    zero = "param { lr_mult: 0 }"
    assert fixed(norm(before, zero, zero)) == norm(after, zero, zero)
    assert fixed(norm(before, zero)) == norm(before, zero)
