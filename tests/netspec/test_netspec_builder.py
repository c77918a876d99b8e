"""The builder behaves as pycaffe's NetSpec: scripts as users write them make nets as protobuf prints them."""

import copy
import re
from typing import cast

import pytest
from google.protobuf import text_format

from caffe_lint import netspec
from caffe_lint.netspec import Message
from caffe_lint.schema import load_schema
from caffe_lint.schema.descriptors import message_class


def run(script: str) -> dict[str, object]:
    """What a script defines that was written for `from caffe import layers as L, params as P, …`."""
    scope: dict[str, object] = {"caffe": netspec, "ns": netspec.NetSpec()}
    scope |= {"L": netspec.layers, "P": netspec.params, "to_proto": netspec.to_proto}
    exec(script, scope)
    return scope


def net_of(script: str) -> str:
    """The net of the NetSpec `ns` that a script fills; protobuf reads it and prints the same."""
    text = str(run(f"{script}\nnet = ns.to_proto()")["net"])
    assert str(text_format.Parse(text, message_class("NetParameter", load_schema())())) == text
    return text


def layer_of(call: str) -> str:
    """The text inside the last layer, which reads `x` and is called `y`."""
    text = net_of(f"ns.x = L.Input()\nns.y = {call}")
    head = 'layer {\n  name: "x"\n  type: "Input"\n  top: "x"\n}\nlayer {\n  name: "y"\n'
    assert text.startswith(head)
    return re.sub("(?m)^  ", "", text.removeprefix(head).removesuffix("}\n"))


def test_fields_of_the_block_move_there_and_others_stay() -> None:
    call = """L.InnerProduct(ns.x, num_output=10, axis=2, weight_filler=dict(type='xavier'),
                             param=[dict(lr_mult=1), dict(lr_mult=2, decay_mult=0)], loss_weight=0.5)"""
    assert layer_of(call) == (
        """\
type: "InnerProduct"
bottom: "x"
top: "y"
loss_weight: 0.5
param {
  lr_mult: 1
}
param {
  lr_mult: 2
  decay_mult: 0
}
inner_product_param {
  num_output: 10
  weight_filler {
    type: "xavier"
  }
  axis: 2
}
"""
    )


def test_a_block_may_be_given_whole_and_is_merged_with_its_fields() -> None:
    whole = layer_of("L.Pooling(ns.x, pooling_param={'pool': P.Pooling.AVE, 'kernel_size': 3}, stride=2)")
    assert whole == layer_of("L.Pooling(ns.x, pool=P.Pooling.AVE, kernel_size=3, stride=2)")
    assert whole.endswith("pooling_param {\n  pool: AVE\n  kernel_size: 3\n  stride: 2\n}\n")


@pytest.mark.parametrize("points", ["[1, 2]", "(1, 2)", "range(1, 3)", "{1: 0, 2: 0}.keys()"])
def test_repeated_fields_take_any_collection(points: str) -> None:
    text = net_of(f"ns.x = L.Input()\nns.a, ns.b, ns.c = L.Slice(ns.x, ntop=3, slice_point={points})")
    assert text.endswith("slice_param {\n    slice_point: 1\n    slice_point: 2\n  }\n}\n")


def test_a_repeated_field_takes_a_single_element() -> None:
    one = layer_of("L.Slice(ns.x, slice_point=1, param={'name': 'w'})")
    assert one == layer_of("L.Slice(ns.x, slice_point=[1], param=[{'name': 'w'}])")


def test_empty_lists_and_blocks_leave_no_trace() -> None:
    assert (
        layer_of("L.Slice(ns.x, slice_point=[], slice_param={})") == 'type: "Slice"\nbottom: "x"\ntop: "y"\n'
    )


def test_an_empty_element_of_a_repeated_field_is_there() -> None:
    assert layer_of("L.Scale(ns.x, param=[{}])").endswith('top: "y"\nparam {\n}\n')


def test_enums_by_number_and_by_name() -> None:
    by_name = layer_of("L.Eltwise(ns.x, operation='MAX', include=dict(phase=caffe.TEST))")
    assert by_name == layer_of("L.Eltwise(ns.x, operation=P.Eltwise.MAX, include={'phase': 1})")
    assert by_name.endswith("include {\n  phase: TEST\n}\neltwise_param {\n  operation: MAX\n}\n")


def test_in_place_gives_the_blob_of_the_bottom() -> None:
    text = net_of("ns.x = L.Input()\nns.relu = L.ReLU(ns.x, in_place=True)\nns.ip = L.InnerProduct(ns.relu)")
    assert 'name: "relu"\n  type: "ReLU"\n  bottom: "x"\n  top: "x"\n' in text
    assert 'name: "ip"\n  type: "InnerProduct"\n  bottom: "x"\n  top: "ip"\n' in text


def test_what_nobody_named_is_named_after_its_type() -> None:
    script = "net = to_proto(L.ReLU(L.ReLU(L.Input(), in_place=True)), L.Data(ntop=2)[1])"
    assert re.findall(r"(name|bottom|top): (.*)", str(run(script)["net"])) == [
        ("name", '"Input1"'),
        ("top", '"Input1"'),
        ("name", '"ReLU1"'),
        ("bottom", '"Input1"'),
        ("top", '"Input1"'),
        ("name", '"ReLU2"'),
        ("bottom", '"Input1"'),
        ("top", '"ReLU2"'),
        ("name", '"Data1"'),
        ("top", '"Data1"'),
        ("top", '"Data2"'),
    ]


def test_a_top_makes_a_net_of_what_it_needs() -> None:
    script = "ns.x = L.Input()\nns.unused = L.Input()\nnet = L.ReLU(ns.x).to_proto()"
    assert re.findall(r"type: (.*)", str(run(script)["net"])) == ['"Input"', '"ReLU"']


def test_name_of_the_layer_differs_from_the_name_of_the_blob() -> None:
    assert (
        net_of("ns.x = L.Input(name='data')") == 'layer {\n  name: "data"\n  type: "Input"\n  top: "x"\n}\n'
    )


def test_of_several_names_the_last_one_counts() -> None:
    assert 'top: "b"' in net_of("ns.a = L.Input()\nns['b'] = ns['a']")


def test_a_name_given_twice_names_the_later_top() -> None:
    text = net_of("ns.a = L.Input()\nns.a = L.ReLU(ns.a)")
    assert 'name: "Input1"\n  type: "Input"\n  top: "Input1"' in text
    assert 'bottom: "Input1"\n  top: "a"' in text


def test_a_layer_without_tops() -> None:
    text = net_of("ns.x = L.Input()\nns.quiet = L.Silence(ns.x, ntop=0)")
    assert text.endswith('layer {\n  name: "quiet"\n  type: "Silence"\n  bottom: "x"\n}\n')


def test_an_unknown_layer_type_may_be_written_without_a_block() -> None:
    assert layer_of("L.MyOwnLayer(ns.x)") == 'type: "MyOwnLayer"\nbottom: "x"\ntop: "y"\n'


def test_params_may_change_until_the_net_is_written() -> None:
    text = net_of("ns.x = L.Input()\nns.y = L.Dropout(ns.x)\nns.y.fn.params['dropout_ratio'] = 0.9")
    assert text.endswith("dropout_param {\n    dropout_ratio: 0.9\n  }\n}\n")


def test_an_existing_blob_is_read_but_not_made() -> None:
    text = net_of("ns.any = caffe.existing('fc7')\nns.y = L.ReLU(ns.any)")
    assert text == 'layer {\n  name: "y"\n  type: "ReLU"\n  bottom: "fc7"\n  top: "y"\n}\n'


def test_thousands_of_layers_in_a_row() -> None:
    script = "top = L.Input()\nfor _ in range(5000): top = L.ReLU(top)\nnet = top.to_proto()"
    assert str(run(script)["net"]).count("layer {") == 5001


def test_the_net_is_a_message_with_attributes() -> None:
    script = """
ns.x = L.Input(shape=dict(dim=[1, 3]))
net = ns.to_proto()
net.name = 'demo'
net.layer[0].input_param.shape[0].dim.append(5)
net.layer.add(name='y', type='ReLU', bottom='x').top.extend(['y'])
net.state.phase = caffe.TEST
"""
    net = cast(Message, run(script)["net"])
    assert str(net) == (
        'name: "demo"\nstate {\n  phase: TEST\n}\n'
        'layer {\n  name: "x"\n  type: "Input"\n  top: "x"\n'
        "  input_param {\n    shape {\n      dim: 1\n      dim: 3\n      dim: 5\n    }\n  }\n}\n"
        'layer {\n  name: "y"\n  type: "ReLU"\n  bottom: "x"\n  top: "y"\n}\n'
    )
    assert str(copy.deepcopy(net)) == str(net)


def test_reading_gives_values_and_defaults() -> None:
    script = """
ns.x = L.Input()
ns.y = L.Pooling(ns.x, pool=P.Pooling.AVE)
layer = ns.to_proto().layer[1]
block = layer.pooling_param
read = [layer.name, block.pool, block.stride, layer.include, layer.eltwise_param.operation]
"""
    assert run(script)["read"] == ["y", 1, 1, [], 1]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            "L.InnerProduct(num_outputs=3)",
            AttributeError,
            "a layer of type 'InnerProduct' has no field 'num_outputs'; did you mean 'num_output'?",
        ),
        (
            "L.Deconvolution(num_output=3)",
            AttributeError,
            "a layer of type 'Deconvolution' has no field 'num_output'; fields of "
            "convolution_param, embed_param, inner_product_param, recurrent_param have that name",
        ),
        (
            "L.InnerProduct(weight_filler=dict(typ='xavier'))",
            AttributeError,
            "FillerParameter has no field 'typ'; did you mean 'type'?",
        ),
        (
            "L.InerProduct(num_output=3)",
            AttributeError,
            "no Caffe knows a layer type 'InerProduct'; did you mean 'InnerProduct'?",
        ),
        (
            "P.Eltwise.SUMM",
            AttributeError,
            "no enum of 'Eltwise' has a value 'SUMM'; did you mean 'SUM'?",
        ),
        (
            "P.Nothing.SUM",
            AttributeError,
            "no enum of 'Nothing' has a value 'SUM'",
        ),
        ("ns.dta", AttributeError, "no top has the name 'dta'; did you mean 'data'?"),
        ("ns.to_proto().nam", AttributeError, "NetParameter has no field 'nam'; did you mean 'name'?"),
        ("L.Slice(axis=[1])", TypeError, "'axis' takes one value, got [1]"),
        ("L.ReLU(3)", TypeError, "bottom 0 of 'ReLU' must be a top, got 3"),
        (
            "L.InnerProduct(num_output=-1)",
            ValueError,
            "'num_output' must be a whole number from 0 to 4294967295, got -1",
        ),
        (
            "L.InnerProduct(num_output='3')",
            ValueError,
            "'num_output' must be a whole number from 0 to 4294967295, got '3'",
        ),
        (
            "L.Dropout(dropout_ratio='half')",
            ValueError,
            "'dropout_ratio' must be a decimal number, got 'half'",
        ),
        (
            "L.LRN(norm_region='WITHIN')",
            ValueError,
            "'norm_region' must be one of 'ACROSS_CHANNELS', 'WITHIN_CHANNEL', got 'WITHIN'; "
            "did you mean 'WITHIN_CHANNEL'?",
        ),
        (
            "L.LRN(norm_region=7)",
            ValueError,
            "'norm_region' must be one of 'ACROSS_CHANNELS', 'WITHIN_CHANNEL', got 7",
        ),
        ("L.Sigmoid(axis=1)", AttributeError, "a layer of type 'Sigmoid' has no field 'axis'"),
        ("L.InnerProduct(bias_term='no')", ValueError, "'bias_term' must be 'true' or 'false', got 'no'"),
        (
            "L.InnerProduct(inner_product_param=3)",
            ValueError,
            "'inner_product_param' must be a dict of fields of InnerProductParameter, got 3",
        ),
        ("L.ReLU(ntop=-1)", ValueError, "'ntop' must be a whole number from 0, got -1"),
    ],
)
def test_mistakes_are_told_where_they_are_made(call: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        run(f"ns.data = L.Input()\n{call}")


def test_several_tops_are_no_top() -> None:
    with pytest.raises(TypeError, match=r"^'x' must be one top, got \(<"):
        run("ns.x = L.Data(ntop=2)")


def test_an_iterator_is_no_list_because_it_could_be_read_once_only() -> None:
    with pytest.raises(ValueError, match=r"^'slice_point' must be a whole number .*, got <list_iterator"):
        run("L.Slice(slice_point=iter([1, 2]))")


def test_an_item_that_is_not_there() -> None:
    with pytest.raises(KeyError, match="'x'"):
        run("ns['x']")
