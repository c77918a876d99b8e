"""Real protobuf classes made of a schema parse what their Caffe parses."""

import pytest
from google.protobuf import text_format

from caffe_lint.schema import BVLC, load_schema
from caffe_lint.schema.descriptors import message_class

NET = """
name: "net"
layer { name: "c" type: "Convolution" phase: TEST convolution_param { num_output: 2 pad: [1, 2] } }
layer { name: "p" pooling_param { pool: AVE } }
"""


def test_a_net_parses_and_its_bytes_are_caffes() -> None:
    net = message_class("NetParameter", load_schema().view([BVLC]))()
    text_format.Parse(NET, net)
    copy = type(net).FromString(net.SerializeToString())
    assert text_format.MessageToString(copy, as_one_line=True) == (
        'name: "net" layer { name: "c" type: "Convolution" phase: TEST '
        "convolution_param { num_output: 2 pad: 1 pad: 2 } } "
        'layer { name: "p" pooling_param { pool: AVE } }'
    )
    # Tag and length of NetParameter.layer, whose number is 100 in caffe.proto.
    assert net.SerializeToString()[5:7] == b"\xa2\x06"


@pytest.mark.parametrize(
    ("message", "name", "default"),
    [
        ("InnerProductParameter", "bias_term", True),
        ("LRNParameter", "beta", 0.75),
        ("FillerParameter", "type", "constant"),
        ("PoolingParameter", "pool", 0),
        ("SolverParameter", "random_seed", -1),
    ],
)
def test_defaults(message: str, name: str, default: object) -> None:
    assert getattr(message_class(message, load_schema().view([BVLC]))(), name) == default


def test_the_class_knows_what_the_view_knows() -> None:
    text = "layer { permute_param { order: 1 } }"
    ssd = message_class("NetParameter", load_schema().view(["weiliu89/caffe"]))
    assert text_format.Parse(text, ssd()).ListFields()
    with pytest.raises(text_format.ParseError, match="permute_param"):
        text_format.Parse(text, message_class("NetParameter", load_schema().view([BVLC]))())


@pytest.mark.parametrize("repo", load_schema().repositories)
def test_every_repositorys_schema_holds_together(repo: str) -> None:
    net = message_class("NetParameter", load_schema().view([repo]))()
    text_format.Parse('name: "a" layers { type: CONVOLUTION convolution_param { pad: 1 } }', net)
    assert net.ListFields()


def test_the_superset_holds_together() -> None:
    text_format.Parse(NET, message_class("NetParameter", load_schema())())


def test_an_unknown_message_is_an_error() -> None:
    with pytest.raises(KeyError, match="LabelMap"):
        message_class("LabelMap", load_schema().view([BVLC]))
