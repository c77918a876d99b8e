"""The table of a net: what is counted, how numbers are written, what becomes of long names."""

import pytest

from caffe_lint.net import load
from caffe_lint.report import ReportOptions
from caffe_lint.report.net_rows import Row, net_rows
from caffe_lint.report.net_table import net_table

INPUT = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 4 dim: 4 } } }\n'


def _rows(text: str) -> dict[str, Row]:
    (sheet,) = net_rows(load(text.encode())).sheets
    return {row.layer: row for row in sheet.rows}


def _table(text: str, width: int = 80) -> str:
    return "".join(net_table(net_rows(load(text.encode())), ReportOptions(width=width)))


@pytest.mark.parametrize(
    ("layer", "storage", "memory"),
    [
        ('type: "ReLU" bottom: "x" top: "x"', "in place", 0),
        ('type: "ReLU" bottom: "x" top: "y"', "own", 4 * 48),
        ('type: "Flatten" bottom: "x" top: "y"', "alias", 0),
        ('type: "Reshape" bottom: "x" top: "y" reshape_param { shape { dim: 0 dim: -1 } }', "alias", 0),
        ('type: "Split" bottom: "x" top: "y" top: "z"', "alias", 0),
        ('type: "Concat" bottom: "x" top: "y"', "alias", 0),
        ('type: "Concat" bottom: "x" bottom: "x" top: "y"', "own", 4 * 96),
        ('type: "Slice" bottom: "x" top: "y"', "alias", 0),
        ('type: "Slice" bottom: "x" top: "y" top: "z" slice_param { axis: 2 }', "own", 4 * 48),
        ('type: "Parameter" top: "y" parameter_param { shape { dim: 5 } }', "alias", 0),
    ],
)
def test_memory_is_counted_where_it_lies(layer: str, storage: str, memory: int) -> None:
    row = _rows(INPUT + f'layer {{ name: "it" {layer} }}')["it"]
    assert (row.storage, row.memory) == (storage, memory)


def test_shared_params_are_counted_at_their_owner() -> None:
    text = "".join(
        f'layer {{ name: "{name}" type: "InnerProduct" bottom: "x" top: "{name}" param {{ name: "w" }} '
        "inner_product_param { num_output: 5 } }\n"
        for name in "ab"
    )
    rows = _rows(INPUT + text)
    assert (rows["a"].params, rows["a"].shared) == (5 * 48 + 5, 0)
    assert (rows["b"].params, rows["b"].shared) == (5, 5 * 48)
    table = _table(INPUT + text)
    assert "  5 (240)  " in table
    assert "total per item: 250 params, 480 MACs, 232 bytes of tops\n" in table
    assert "in brackets: shared params, counted where they are owned\n" in table


def test_what_is_not_known_is_not_counted() -> None:
    table = _table(INPUT + 'layer { name: "y" type: "Foo" bottom: "x" top: "y" }')
    assert "y      Foo    x        y     ?             ?     ?       ?\n" in table
    assert "total per item: at least 0 params, at least 0 MACs, at least 192 bytes of tops\n" in table


def test_a_net_that_caffe_does_not_build_is_marked() -> None:
    sentence = "Caffe does not build this net; `caffe-lint check` tells why\n"
    assert sentence in _table('layer { name: "y" type: "ReLU" bottom: "x" top: "y" }')
    assert sentence in _table(INPUT + 'layer { name: "y" type: "ReLU" bottom: "x" bottom: "x" top: "y" }')
    assert sentence not in _table(INPUT)


@pytest.mark.parametrize(
    ("outputs", "shown"),
    [
        (2, "96"),
        (2_083, "99,984"),
        (2_084, "100k"),
        (20_823, "1.00M"),
        (20_812, "999k"),
        (1_000_000, "48.0M"),
        (30_000_000, "1.44G"),
    ],
)
def test_long_numbers_are_short(outputs: int, shown: str) -> None:
    param = f"inner_product_param {{ num_output: {outputs} bias_term: false }}"
    table = _table(INPUT + f'layer {{ name: "ip" type: "InnerProduct" bottom: "x" top: "y" {param} }}', 200)
    assert f" {shown} " in table.splitlines()[7]


LONG = "inception_3a/the_reduction_of_5x5"


def test_a_narrow_table_has_one_line_for_a_layer_where_that_is_possible() -> None:
    text = (
        INPUT
        + f'layer {{ name: "{LONG}/relu" type: "ReLU" bottom: "x" top: "x" }}\n'
        + f'layer {{ name: "{LONG}" type: "Pooling" bottom: "x" top: "{LONG}" '
        + "pooling_param { kernel_size: 2 } }\n"
        + 'layer { name: "cut" type: "Slice" bottom: "x" top: "a" top: "b" slice_param { axis: 2 } }\n'
        + f'layer {{ name: "end" type: "Silence" bottom: "{LONG}" bottom: "a" bottom: "b" }}\n'
    )
    assert (
        _table(text).partition("TRAIN; TEST\n\n")[2]
        == f"""\
layer                              type     shape         params  MACs    memory
────────────────────────────────────────────────────────────────────────────────
x                                  Input    2x3x4x4                          192
{LONG}/relu
                                   ReLU     2x3x4x4                     in place
{LONG}  Pooling  2x3x3x3                          108
cut                                Slice    2 of 2x3x2x4                     192
    reads x; writes a, b
end                                Silence
    reads {LONG}, a, b

unless stated, a layer reads the first top of the one above, and its top has its name

total per item: 0 params, 0 MACs, 492 bytes of tops
"""
    )


def test_a_wide_table_names_every_blob() -> None:
    text = (
        INPUT + 'layer { name: "cut" type: "Slice" bottom: "x" top: "a" top: "b" slice_param { axis: 2 } }\n'
    )
    assert (
        _table(text).partition("TRAIN; TEST\n\n")[2]
        == """\
layer  type   bottoms  tops  shape    params  MACs  memory
──────────────────────────────────────────────────────────
x      Input           x     2x3x4x4                   192
cut    Slice  x        a     2x3x2x4                   192
                       b     2x3x2x4

total per item: 0 params, 0 MACs, 384 bytes of tops
"""
    )


def test_wide_characters_keep_the_columns_straight() -> None:
    table = _table(INPUT + 'layer { name: "卷积" type: "ReLU" bottom: "x" top: "x" }')
    assert "\n卷积   ReLU   x        x     2x3x4x4                in place\n" in table


def test_recurrent_parts_are_named() -> None:
    (*_, last) = net_table(net_rows(load("examples/lstm.prototxt")), ReportOptions())
    assert last == "LSTM of 500 units unrolled over 3 steps, sharing w_t0/Mxw, w_t0/Mxb, w_t0/Mhw\n"
