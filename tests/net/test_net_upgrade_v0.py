"""V0 nets in today's form: fields by layer type, padding layers, and what vanishes or is refused."""

import pytest

from caffe_lint.net import Layer
from caffe_lint.peer import Peer
from tests.net.small_net import check_against, document, input_shapes, layer, names, net

SIZED = 'input: "x" input_dim: 2 input_dim: 3 input_dim: 8 input_dim: 8\n'


def layers(text: str) -> list[Layer]:
    return net(text).layers


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
    assert names(net(text)) == [("input", "Input"), ("r", "ReLU")]
    assert document(text).upgraded.problems == []


def test_input_shapes_beside_v0_layers_vanish() -> None:
    v0 = 'layers { layer { name: "r" type: "relu" } bottom: "x" top: "r" }'
    assert names(net('input: "x" input_shape { dim: 1 }' + v0)) == [("r", "ReLU")]
    built = net('input: "x" input_shape { dim: 1 } input_dim: [1, 2, 3, 4]' + v0)
    assert input_shapes(built.layers[0]) == [[1, 2, 3, 4]]


def test_a_v1_layer_beside_v0_layers_loses_name_and_type() -> None:
    v0 = 'layers { layer { name: "r" type: "relu" } bottom: "x" top: "r" }'
    assert names(net(v0 + 'layers { name: "s" type: RELU bottom: "r" }')) == [("r", "ReLU"), ("", "")]


@pytest.mark.caffe
@pytest.mark.parametrize("number", range(3))
def test_real_caffe_has_the_same_layers_after_its_upgrades(number: int, real_caffe: Peer) -> None:
    relu = 'layers { layer { name: "r" type: "relu" } bottom: "x" top: "r" }'
    convolution = V0_CONV.replace("group: 2 biasterm: false", "")
    nets = [SIZED + convolution, SIZED + PADDED, SIZED + relu + layer("t TanH r -> y")]
    check_against(real_caffe, nets[number])
