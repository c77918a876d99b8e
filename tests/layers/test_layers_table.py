"""The layer table as a whole, and what a rejection points at."""

import pytest

from caffe_lint.layers import TABLE, Dim, RejectedError, Shape, find, show_shape
from caffe_lint.layers.shape import may_equal, merge, product, to_int
from caffe_lint.schema import BVLC, load_schema
from tests.layers.one_layer import SCHEMA, layer_text, outcome_of, setup_of


def test_table_has_exactly_the_types_of_bvlc() -> None:
    assert set(TABLE) == set(load_schema().view([BVLC]).layer_types)
    assert len(TABLE) == 61


def test_type_names_are_case_sensitive() -> None:
    assert find("relu") is None
    assert find("ReLU") is TABLE["ReLU"]


def test_every_parameter_block_is_a_field_of_a_layer() -> None:
    fields = SCHEMA.message("LayerParameter").fields
    assert {record.param for record in TABLE.values() if record.param} <= set(fields)


def test_losses_get_their_missing_top_from_caffe() -> None:
    losses = {name for name, record in TABLE.items() if record.loss}
    assert losses == {name for name in TABLE if name.endswith("Loss")}
    assert losses == {name for name, record in TABLE.items() if record.automatic_tops}


@pytest.mark.parametrize(
    ("type_name", "params", "bottoms", "macs"),
    [
        # The first convolution of LeNet.
        ("Convolution", "num_output: 20 kernel_size: 5", [(64, 1, 28, 28)], 288_000),
        ("Convolution", "num_output: 6 group: 3 kernel_size: 1", [(2, 3, 4, 5)], 6 * 1 * 4 * 5),
        ("Convolution", "num_output: 6 kernel_size: 1 axis: 2", [(2, 7, 3, 4)], 7 * 6 * 3 * 4),
        ("Deconvolution", "num_output: 2 kernel_size: 4 stride: 2", [(2, 3, 4, 5)], 3 * 2 * 4 * 4 * 4 * 5),
        ("InnerProduct", "num_output: 7", [(2, 3, 4)], 7 * 12),
        ("InnerProduct", "num_output: 7 axis: 2", [(5, 3, 4)], 3 * 7 * 4),
        ("InnerProduct", "num_output: 7", [(None, 3, 4)], 7 * 12),
        ("InnerProduct", "num_output: 7", [(2, None)], None),
        # 3 streams; the static input is multiplied once for 5 steps.
        ("LSTM", "num_output: 6", [(5, 3, 4), (5, 3)], 3 * 24 * (4 + 6)),
        ("LSTM", "num_output: 6", [(5, 3, 4), (5, 3), (3, 10)], 3 * 24 * (4 + 6 + 10 // 5)),
        ("RNN", "num_output: 6", [(5, 3, 4), (5, 3)], 3 * 6 * (4 + 6 + 6)),
        ("RNN", "num_output: 6", [(None, 3, 4), None], None),
        ("Pooling", "kernel_size: 2", [(2, 3, 4, 5)], 0),
    ],
)
def test_multiply_accumulates_of_one_item(
    type_name: str, params: str, bottoms: list[Shape], macs: Dim
) -> None:
    assert outcome_of(type_name, f"{TABLE[type_name].param} {{ {params} }}", bottoms).macs == macs


@pytest.mark.parametrize(
    ("type_name", "params", "bottoms", "field", "bottom"),
    [
        ("InnerProduct", "inner_product_param { num_output: 3 axis: 7 }", [(2, 3)], "axis: 7", 0),
        ("InnerProduct", "inner_product_param { num_output: 3 }", [(2,)], "inner_product_param", 0),
        (
            "Convolution",
            "convolution_param { num_output: 3 kernel_size: 9 }",
            [(1, 3, 4, 4)],
            "kernel_size: 9",
            0,
        ),
        ("Convolution", "convolution_param { kernel_size: 9 }", [(1, 3, 4, 4)], "convolution_param", None),
        ("PReLU", "prelu_param { filler { type: 'foo' } }", [(2, 3)], "type: 'foo'", None),
        ("Slice", "slice_param { slice_point: 9 }", [(2, 3)], "slice_point: 9", 0),
        ("BatchNorm", "param { lr_mult: 1 }", [(2, 3)], "lr_mult: 1", None),
        ("DummyData", "", [], "layer", None),
    ],
)
def test_a_rejection_points_at_the_field(
    type_name: str, params: str, bottoms: list[Shape], field: str, bottom: int | None
) -> None:
    tops = 2 if type_name == "Slice" else 1
    text = layer_text(type_name, params, len(bottoms), tops)
    with pytest.raises(RejectedError) as caught:
        TABLE[type_name].setup(setup_of(text, bottoms, tops))
    span = caught.value.span
    assert span is not None
    assert (text[span.start : span.end], caught.value.bottom) == (field, bottom)


def test_a_rejection_without_a_field_names_the_bottom() -> None:
    with pytest.raises(RejectedError) as caught:
        outcome_of("Eltwise", "", [(2, 3), (2, 3), (2, 4)])
    assert (caught.value.span, caught.value.bottom) == (None, 2)


@pytest.mark.parametrize("type_name", ["AbsVal", "Flatten", "Reshape", "Split", "EuclideanLoss", "Slice"])
def test_types_that_refuse_to_work_in_place(type_name: str) -> None:
    bottoms: list[Shape] = [(2, 4)] * (2 if type_name == "EuclideanLoss" else 1)
    tops = 2 if type_name == "Slice" else 1
    text = layer_text(type_name, "", len(bottoms), tops).replace('"t0"', '"b0"')
    with pytest.raises(RejectedError) as caught:
        TABLE[type_name].setup(setup_of(text, bottoms, tops))
    assert caught.value.rule == "in-place-refused"
    assert caught.value.message == f"{type_name} cannot work in place, but its top is its bottom 'b0'"


def test_a_slice_of_one_top_may_work_in_place() -> None:
    text = layer_text("Slice", "", 1, 1).replace('"t0"', '"b0"')
    assert TABLE["Slice"].setup(setup_of(text, [(2, 4)], 1)).tops == ((2, 4),)


@pytest.mark.parametrize(
    ("shape", "shown"),
    [((10, 3, None, 224), "10x3x?x224"), ((), "scalar"), (None, "?"), ((7,), "7")],
)
def test_shapes_as_people_write_them(shape: Shape, shown: str) -> None:
    assert show_shape(shape) == shown


def test_product_is_unknown_with_one_unknown_dim() -> None:
    assert product((2, 3)) == 6
    assert product(()) == 1
    assert product((2, None)) is None


@pytest.mark.parametrize(
    ("first", "second", "merged"),
    [
        ((2, None), (None, 3), (2, 3)),
        (None, (2, 3), (2, 3)),
        ((2, 3), None, (2, 3)),
        ((2, 3), (2, 4), False),
        ((2, 3), (2,), False),
    ],
)
def test_shapes_that_may_be_equal_add_up(first: Shape, second: Shape, merged: Shape | bool) -> None:
    assert may_equal(first, second) is (merged is not False)
    if merged is not False:
        assert merge(first, second) == merged


def test_dims_wrap_to_32_bits() -> None:
    assert [to_int(dim) for dim in (5, -1, 2**31, 2**32 + 5)] == [5, -1, -(2**31), 5]
