"""Old files in today's form: what Caffe's upgrades keep, move, drop and refuse, and where it stands."""

import pytest

from caffe_lint.net import Layer
from caffe_lint.peer import Peer
from tests.net.small_net import data, document, layer, net

SIZED = 'input: "x" input_dim: 2 input_dim: 3 input_dim: 8 input_dim: 8\n'


def layers(text: str) -> list[Layer]:
    return net(text).layers


def names(text: str) -> list[tuple[str, str]]:
    return [(made.name, made.type) for made in layers(text)]


def shapes(made: Layer) -> list[list[int]]:
    return [shape.integers("dim") for shape in made.block.block("input_param").blocks("shape")]


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
    assert dict(zip([top.name for top in first.tops], shapes(first), strict=True)) == expected
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
    assert names(layer("r ReLU x -> r") + fields) == [("r", "ReLU")]


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
    assert len(shapes(built.layers[0])) == len(built.layers[0].tops)


def test_a_layer_may_be_called_input_as_well() -> None:
    assert names(SIZED + layer("input ReLU x -> y")) == [("input", "Input"), ("input", "ReLU")]


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
    assert names(f'layers {{ name: "a" type: {v1_type} }}') == [("a", expected)]


def test_a_v1_layer_without_a_type_has_none_afterwards() -> None:
    assert names('layers { name: "a" }') == [("a", "")]


def test_lists_of_v1_layers_and_of_their_numbers() -> None:
    text = 'layers [{ name: "a" type: RELU blobs_lr: [1, 2] param: ["u", "v"] }, { name: "b" type: TANH }]'
    assert names(text) == [("a", "ReLU"), ("b", "TanH")]
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


# --- V0

V0_CONV = """\
layers {
  layer {
    name: "conv1" type: "conv" num_output: 20 kernelsize: 5 stride: 2 pad: 1 group: 2 biasterm: false
    weight_filler { type: "xavier" } blobs_lr: 1 blobs_lr: 2 weight_decay: 3 dropout_ratio: 0.1
  }
  bottom: "x" top: "conv1" loss_weight: 2 include { phase: TEST }
}
"""


def test_a_v0_layer() -> None:
    made = layers(V0_CONV)[0]
    assert (made.name, made.type) == ("conv1", "Convolution")
    assert ([use.name for use in made.bottoms], [top.name for top in made.tops]) == (["x"], ["conv1"])
    block = made.block.block("convolution_param")
    assert block.integers("kernel_size") == [5]
    assert (block.integers("stride"), block.integers("pad"), block.integer("group")) == ([2], [1], 2)
    assert block.boolean("bias_term") is False
    assert block.block("weight_filler").string("type") == "xavier"
    assert [param.block.real("lr_mult") for param in made.params] == [1.0, 2.0]
    assert made.params[0].block.real("decay_mult") == 3.0


def test_what_stands_around_a_v0_layer_or_means_nothing_to_it_is_dropped() -> None:
    made = layers(V0_CONV)[0]
    assert not {"include", "loss_weight", "dropout_param"} & set(made.block.names)


def test_the_parts_of_a_v0_layer_stand_where_they_stood() -> None:
    made = layers(V0_CONV)[0]
    assert V0_CONV[slice(*made.span)] == V0_CONV.rstrip()
    assert V0_CONV[slice(*made.name_span)] == 'name: "conv1"'
    assert V0_CONV[slice(*made.type_span)] == 'type: "conv"'
    assert V0_CONV[slice(*made.block.block("convolution_param").span("kernel_size"))] == "kernelsize: 5"


@pytest.mark.parametrize(
    ("fields", "block", "expected"),
    [
        ('type: "innerproduct" num_output: 7', "inner_product_param", {"num_output": "7"}),
        ('type: "pool" pool: AVE kernelsize: 3', "pooling_param", {"pool": "AVE", "kernel_size": "3"}),
        ('type: "lrn" local_size: 3 alpha: 2 k: 1', "lrn_param", {"local_size": "3", "alpha": "2", "k": "1"}),
        ('type: "dropout" dropout_ratio: 0.2', "dropout_param", {"dropout_ratio": "0.2"}),
        ('type: "concat" concat_dim: 2', "concat_param", {"concat_dim": "2"}),
        ('type: "data" source: "db" batchsize: 4', "data_param", {"source": '"db"', "batch_size": "4"}),
        ('type: "images" shuffle_images: true', "image_data_param", {"shuffle": "true"}),
        ('type: "window_data" det_context_pad: 2', "window_data_param", {"context_pad": "2"}),
        ('type: "infogain_loss" source: "h"', "infogain_loss_param", {"source": '"h"'}),
        (
            'type: "data" scale: 2 meanfile: "m" cropsize: 3 mirror: true',
            "transform_param",
            {"scale": "2", "mean_file": '"m"', "crop_size": "3", "mirror": "true"},
        ),
    ],
)
def test_v0_fields_go_into_the_block_of_their_type(fields: str, block: str, expected: dict[str, str]) -> None:
    (made,) = layers(f'layers {{ layer {{ name: "a" {fields} }} bottom: "x" top: "y" }}')
    found = made.block.block(block)
    assert {name: field.value for name in found.names if (field := found.field(name))} == expected


PADDED = """\
layers { layer { name: "pad1" type: "padding" pad: 2 } bottom: "x" top: "pad1" }
layers { layer { name: "conv1" type: "conv" num_output: 4 kernelsize: 3 pad: 7 } bottom: "pad1" top: "y" }
"""


def test_a_padding_layer_is_merged_into_its_reader() -> None:
    _, made = layers(SIZED + PADDED)
    assert (made.name, [use.name for use in made.bottoms]) == ("conv1", ["x"])
    assert made.bottoms[0].blob is not None
    assert made.block.block("convolution_param").integers("pad") == [2]


@pytest.mark.parametrize(
    ("old", "new", "message", "caffe"),
    [
        (
            'type: "conv" num_output: 4 kernelsize: 3 pad: 7',
            'type: "relu"',
            "a padding layer feeds a layer of type 'relu', allowed are 'conv' and 'pool'",
            "Padding layer input to non-convolutional / non-pooling layer type",
        ),
        (
            'bottom: "pad1"',
            'bottom: "pad1" bottom: "x"',
            "a layer behind a padding layer must have one bottom, found 2",
            "Conv Layer takes a single blob as input.",
        ),
        (
            'bottom: "x" top: "pad1"',
            'bottom: "x" bottom: "x" top: "pad1"',
            "a padding layer must have one bottom, found 2",
            "Padding Layer takes a single blob as input.",
        ),
        (
            'bottom: "x" top: "pad1"',
            'bottom: "x" top: "pad1" top: "z"',
            "a padding layer must have one top, found 2",
            "Padding Layer produces a single blob as output.",
        ),
        (
            '"conv"',
            '"foo"',
            "a padding layer feeds a layer of type 'foo', allowed are 'conv' and 'pool'",
            "Padding layer",
        ),
        ('bottom: "pad1"', 'bottom: "x"', None, None),
        (
            'type: "padding" pad: 2',
            'type: "Relu"',
            "no V0 layer type 'Relu', did you mean 'relu'?",
            "Unknown layer name: Relu",
        ),
        ('type: "padding" pad: 2', 'type: "foo"', "no V0 layer type 'foo'", "Unknown layer name: foo"),
    ],
)
def test_v0_nets_that_are_refused(old: str, new: str, message: str | None, caffe: str | None) -> None:
    text = SIZED + PADDED.replace(old, new)
    found = [(problem.message, problem.caffe) for problem in document(text).upgraded.problems]
    assert [said for said, _ in found] == ([message] if message else [])
    assert all((caffe or "") in printed for _, printed in found)


@pytest.mark.caffe
@pytest.mark.parametrize(
    ("text", "caffe"),
    [
        (SIZED + PADDED.replace('"conv"', '"foo"'), "Padding layer input to non-convolutional"),
        (SIZED + PADDED.replace("padding", "foo"), "Unknown layer name: foo"),
        ('layers { name: "a" type: RELU } ' + layer("b ReLU a -> b"), "Refusing to upgrade inconsistent"),
    ],
)
def test_real_caffe_refuses_with_the_stated_message(text: str, caffe: str, real_caffe: Peer) -> None:
    stated = [problem.caffe for problem in document(text).upgraded.problems]
    assert caffe in stated[0]
    assert stated[0] in real_caffe.load(text).error


def test_v2_layers_beside_v0_layers_vanish() -> None:
    text = SIZED + 'layers { layer { name: "r" type: "relu" } bottom: "x" top: "r" }' + layer("t TanH r -> y")
    assert names(text) == [("input", "Input"), ("r", "ReLU")]
    assert document(text).upgraded.problems == []


def test_input_shapes_beside_v0_layers_vanish() -> None:
    v0 = 'layers { layer { name: "r" type: "relu" } bottom: "x" top: "r" }'
    assert names('input: "x" input_shape { dim: 1 }' + v0) == [("r", "ReLU")]
    built = net('input: "x" input_shape { dim: 1 } input_dim: [1, 2, 3, 4]' + v0)
    assert shapes(built.layers[0]) == [[1, 2, 3, 4]]


def test_a_v1_layer_beside_v0_layers_loses_name_and_type() -> None:
    v0 = 'layers { layer { name: "r" type: "relu" } bottom: "x" top: "r" }'
    assert names(v0 + 'layers { name: "s" type: RELU bottom: "r" }') == [("r", "ReLU"), ("", "")]


# --- against real Caffe

UPGRADED = [
    V0_CONV.replace("group: 2 biasterm: false", "") + 'input: "x" input_dim: [2, 3, 9, 9]',
    SIZED + PADDED,
    SIZED + V1,
    SIZED + 'layers { layer { name: "r" type: "relu" } bottom: "x" top: "r" }' + layer("t TanH r -> y"),
    layer("r ReLU x -> r") + 'input: ["x", "y"] input_shape [{ dim: 2 }, { dim: 3 }, { dim: 4 }]',
    data("x") + layer("b BatchNorm x -> y", "param [{ lr_mult: 1 }, { }, { }]"),
]


@pytest.mark.caffe
@pytest.mark.parametrize("text", UPGRADED, ids=range(len(UPGRADED)))
def test_real_caffe_has_the_same_layers_after_its_upgrades(text: str, real_caffe: Peer) -> None:
    verdict = real_caffe.load(text, phase="TEST")
    assert verdict.accepted, verdict.error
    built = [(made.name, made.type) for made in verdict.layers if made.type != "Split"]
    assert built == [(made.name, made.type) for made in net(text, "TEST").layers]
    sizes = {name: list(shape) for name, shape in verdict.blobs.items() if name in ("x", "y")}
    for made in net(text, "TEST").layers:
        if made.type == "Input":
            tops = [top.name for top in made.tops]
            assert dict(zip(tops, shapes(made), strict=True)).items() <= sizes.items()
