"""Old files in today's form: what Caffe's upgrades keep, move, drop and refuse, and where it stands."""

import pytest

from caffe_lint.net import Layer
from caffe_lint.peer import Peer
from tests.net.small_net import check_against, data, document, input_shapes, layer, names, net

SIZED = 'input: "x" input_dim: 2 input_dim: 3 input_dim: 8 input_dim: 8\n'


def layers(text: str) -> list[Layer]:
    return net(text).layers


# --- old input fields


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ('input: "x" input_dim: 2 input_dim: 3 input_dim: 8 input_dim: 8', {"x": [2, 3, 8, 8]}),
        ('input: "x" input_dim: [2, 3, 8, 8]', {"x": [2, 3, 8, 8]}),
        ('input: "x" input_shape { dim: 2 dim: 3 }', {"x": [2, 3]}),
        ('input: "x" input_shape { }', {"x": []}),
        (
            'input: ["x", "y"] input_dim: [1, 2, 3, 4, 5, 6, 7, 8]',
            {"x": [1, 2, 3, 4], "y": [5, 6, 7, 8]},
        ),
        ('input: "x" input_shape { dim: 2 } input: "y" input_shape { dim: 3 }', {"x": [2], "y": [3]}),
        # Shapes win over dims, and what is too many is ignored.
        ('input: "x" input_dim: [1, 2, 3, 4] input_shape { dim: 5 }', {"x": [5]}),
        ('input: "x" input_dim: [1, 2, 3, 4, 5]', {"x": [1, 2, 3, 4]}),
        ('input: "x" input_shape [{ dim: 5 }, { dim: 6 }]', {"x": [5]}),
    ],
)
def test_input_fields_become_one_input_layer_in_front(fields: str, expected: dict[str, list[int]]) -> None:
    text = layer("r ReLU x -> r") + fields
    first, relu = layers(text)
    assert (first.name, first.type) == ("input", "Input")
    assert dict(zip([top.name for top in first.tops], input_shapes(first), strict=True)) == expected
    assert relu.bottoms[0].blob is first.tops[0]
    assert [text[slice(*top.span)] in fields for top in first.tops] == [True] * len(expected)
    assert net(text).unsized_inputs == frozenset()


def test_the_parts_of_the_input_layer_stand_where_the_fields_stand() -> None:
    text = layer("r ReLU x -> r") + 'input: "x"\ninput_shape { dim: 2 dim: 3 }'
    first = layers(text)[0]
    assert text[slice(*first.name_span)] == 'input: "x"'
    assert text[slice(*first.tops[0].span)] == 'input: "x"'
    shape = first.block.block("input_param").blocks("shape")[0]
    assert shape.place.start == text.index("input_shape")
    assert text[slice(*shape.span("dim"))] == "dim: 2"


@pytest.mark.parametrize("fields", ['input: "x"', "input_dim: [1, 2, 3, 4]", "input_shape { dim: 1 }"])
def test_input_fields_without_a_counterpart_make_no_layer(fields: str) -> None:
    assert names(net(layer("r ReLU x -> r") + fields)) == [("r", "ReLU")]


@pytest.mark.parametrize(
    ("fields", "unsized"),
    [
        ('input: "x" input_dim: [1, 2, 3]', {"x"}),
        ('input: ["x", "y"] input_dim: [1, 2, 3, 4, 5]', {"y"}),
        ('input: ["x", "y", "z"] input_shape { dim: 5 }', {"y", "z"}),
    ],
)
def test_inputs_with_too_few_sizes(fields: str, unsized: set[str]) -> None:
    built = net(fields)
    assert built.unsized_inputs == unsized
    assert len(input_shapes(built.layers[0])) == len(built.layers[0].tops)


def test_a_layer_may_be_called_input_as_well() -> None:
    assert names(net(SIZED + layer("input ReLU x -> y"))) == [("input", "Input"), ("input", "ReLU")]


# --- batch norm


@pytest.mark.parametrize(
    ("params", "multipliers"),
    [
        ("param { } param { } param { }", [(0, 0)] * 3),
        ("param { lr_mult: 1 decay_mult: 2 } param { } param { lr_mult: 3 }", [(0, 0)] * 3),
        ("param [{ lr_mult: 1 }, { }, { }]", [(0, 0)] * 3),
        ("param { lr_mult: 1 } param { lr_mult: 0 }", [(1, 1), (0, 1)]),
        ("param { } param { } param { } param { }", [(1, 1)] * 4),
    ],
)
def test_three_params_of_batch_norm_are_frozen(params: str, multipliers: list[tuple[float, float]]) -> None:
    (made,) = layers(layer("b BatchNorm x -> y", params))
    found = [(param.block.real("lr_mult"), param.block.real("decay_mult")) for param in made.params]
    assert found == multipliers


def test_a_frozen_param_keeps_its_name_and_place() -> None:
    text = layer("b BatchNorm x -> y", 'param { name: "mean" lr_mult: 1 } param { } param { }')
    first = layers(text)[0].params[0]
    assert first.name == "mean"
    assert text[slice(*first.span)] == 'name: "mean"'
    assert text[slice(*first.block.place)] == "param"


def test_three_params_of_another_layer_stay() -> None:
    (made,) = layers(layer("b InnerProduct x -> y", "param { } param { } param { }"))
    assert [param.block.real("lr_mult") for param in made.params] == [1, 1, 1]


# --- V1

V1 = """\
layers {
  name: "conv1"
  type: CONVOLUTION
  bottom: "x"
  top: "conv1"
  param: "w"
  param: "b"
  blob_share_mode: PERMISSIVE
  blobs_lr: 1
  blobs_lr: 2
  weight_decay: 3
  weight_decay: 0
  loss_weight: 0.5
  include { phase: TEST }
  convolution_param { num_output: 20 kernel_size: 5 }
}
"""


def test_a_v1_layer() -> None:
    (made,) = net(V1, "TEST").layers
    assert (made.name, made.type) == ("conv1", "Convolution")
    assert [use.name for use in made.bottoms] == ["x"]
    assert [top.name for top in made.tops] == ["conv1"]
    fields = [
        (
            param.block.string("name"),
            param.block.enum("share_mode"),
            param.block.real("lr_mult"),
            param.block.real("decay_mult"),
        )
        for param in made.params
    ]
    assert fields == [("w", "PERMISSIVE", 1.0, 3.0), ("b", "STRICT", 2.0, 0.0)]
    assert made.block.reals("loss_weight") == [0.5]
    assert made.block.block("convolution_param").integer("num_output") == 20
    assert layers(V1) == []


def test_the_parts_of_a_v1_layer_stand_where_they_stood() -> None:
    (made,) = net(V1, "TEST").layers
    assert V1[slice(*made.span)] == V1.rstrip()
    assert V1[slice(*made.type_span)] == "type: CONVOLUTION"
    assert V1[slice(*made.params[1].span)] == 'param: "b"'
    assert V1[slice(*made.params[1].block.span("lr_mult"))] == "blobs_lr: 2"
    assert V1[slice(*made.params[0].block.span("decay_mult"))] == "weight_decay: 3"


@pytest.mark.parametrize(
    ("v1_type", "expected"),
    [
        ("RELU", "ReLU"),
        ("INNER_PRODUCT", "InnerProduct"),
        ("SOFTMAX_LOSS", "SoftmaxWithLoss"),
        ("IMAGE_DATA", "ImageData"),
        ("18", "ReLU"),
        ("NONE", ""),
    ],
)
def test_v1_types(v1_type: str, expected: str) -> None:
    assert names(net(f'layers {{ name: "a" type: {v1_type} }}')) == [("a", expected)]


def test_a_v1_layer_without_a_type_has_none_afterwards() -> None:
    assert names(net('layers { name: "a" }')) == [("a", "")]


def test_lists_of_v1_layers_and_of_their_numbers() -> None:
    text = 'layers [{ name: "a" type: RELU blobs_lr: [1, 2] param: ["u", "v"] }, { name: "b" type: TANH }]'
    assert names(net(text)) == [("a", "ReLU"), ("b", "TanH")]
    assert [(param.name, param.block.real("lr_mult")) for param in layers(text)[0].params] == [
        ("u", 1.0),
        ("v", 2.0),
    ]


@pytest.mark.parametrize(
    ("v1_type", "block"),
    [("DATA", "data_param"), ("IMAGE_DATA", "image_data_param"), ("WINDOW_DATA", "window_data_param")],
)
def test_transformations_leave_the_blocks_of_v1_data_layers(v1_type: str, block: str) -> None:
    text = f"""layers {{
      type: {v1_type} transform_param {{ mirror: false scale: 1 }}
      {block} {{ source: "db" batch_size: 4 scale: 0.5 mean_file: "mean" crop_size: 27 mirror: true }}
    }}"""
    (made,) = layers(text)
    moved = made.block.block("transform_param")
    assert (moved.real("scale"), moved.string("mean_file")) == (0.5, "mean")
    assert (moved.integer("crop_size"), moved.boolean("mirror")) == (27, True)
    assert sorted(moved.names) == ["crop_size", "mean_file", "mirror", "scale"]
    assert made.block.block(block).names == ["source", "batch_size"]
    assert text[slice(*moved.span("crop_size"))] == "crop_size: 27"


def test_transformations_elsewhere_stay() -> None:
    v2 = layer("d Data -> x", 'data_param { source: "db" crop_size: 27 }')
    (made,) = layers(v2)
    assert made.block.block("data_param").names == ["source", "crop_size"]
    assert not made.block.has("transform_param")
    (made,) = layers('layers { type: RELU data_param { source: "db" crop_size: 27 } }')
    assert made.block.block("data_param").names == ["source", "crop_size"]


def test_v1_and_v2_layers_side_by_side_are_refused() -> None:
    text = 'layers { name: "a" type: RELU }\n' + layer("b ReLU a -> b")
    (problem,) = document(text).upgraded.problems
    assert (
        problem.message
        == "'layers' (the old form) and 'layer' stand in one file, which Caffe refuses to upgrade"
    )
    assert problem.caffe == "Refusing to upgrade inconsistent NetParameter input;"
    assert text[slice(*problem.span)] == "layers"


# --- against real Caffe

UPGRADED = [
    SIZED + V1,
    layer("r ReLU x -> r") + 'input: ["x", "y"] input_shape [{ dim: 2 }, { dim: 3 }, { dim: 4 }]',
    data("x") + layer("b BatchNorm x -> y", "param [{ lr_mult: 1 }, { }, { }]"),
]


@pytest.mark.caffe
@pytest.mark.parametrize("text", UPGRADED, ids=range(len(UPGRADED)))
def test_real_caffe_has_the_same_layers_after_its_upgrades(text: str, real_caffe: Peer) -> None:
    check_against(real_caffe, text)
