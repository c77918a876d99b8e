"""A script in the manner of the classic LSTM example runs unchanged on `caffe_lint.netspec`.

Such scripts import names from `caffe`, set attributes by `__setattr__`, name a top twice, give Slice a range,
and write the net through `%s`. Their net is the one of `caffe-lint unroll lstm --style netspec`.
"""

import sys
from collections.abc import Iterator

import networkx
import pytest

import caffe_lint.netspec
from caffe_lint.net import Layer, Net, load
from caffe_lint.recurrent.unroll import unroll
from caffe_lint.recurrent.unroll_options import LstmOptions

HELPERS = """
from caffe import layers as L, params as P, to_proto
import caffe

def put(ns, make, name, *bottoms, **fields):
    fields.update({'name': name})
    ns.__setattr__(name, make(*bottoms, **fields))
    return ns.__getattr__(name)

def put_many(ns, make, name, ntop, *blobs, **fields):
    fields.update({'name': name, 'ntop': ntop})
    count = len(blobs) - ntop
    tops = make(*blobs[:count], **fields)
    for i in range(ntop):
        ns.__setattr__(blobs[count + i], tops[i])
    return tops
"""

CELL = """
def filled(size, **more):
    return dict(num_output=size, axis=2, weight_filler={'type': 'uniform', 'min': -0.05, 'max': 0.05},
                bias_filler={'type': 'constant', 'value': 0}, **more)

def cell(ns, h, c, x, prefix, units, weights=None):
    if weights is None:
        weights = ['w_' + prefix + name for name in ['Mxw', 'Mxb', 'Mhw']]
    from_x = put(ns, L.InnerProduct, prefix + 'Mx', x, inner_product_param=filled(4 * units),
                 param=[{'lr_mult': 1, 'decay_mult': 1, 'name': weights[0]},
                        {'lr_mult': 2, 'decay_mult': 0, 'name': weights[1]}])
    from_h = put(ns, L.InnerProduct, prefix + 'Mh', h, inner_product_param=filled(4 * units, bias_term=False),
                 param={'lr_mult': 1, 'decay_mult': 1, 'name': weights[2]})
    both = put(ns, L.Eltwise, prefix + 'sum', from_x, from_h, eltwise_param={'operation': P.Eltwise.SUM})
    raw_i, raw_f, raw_o, raw_g = put_many(
        ns, L.Slice, prefix + 'slice', 4, both, prefix + 'i_', prefix + 'f_', prefix + 'o_', prefix + 'g_',
        slice_param={'axis': 2, 'slice_point': [units, 2 * units, 3 * units]})
    i = put(ns, L.Sigmoid, prefix + 'i', raw_i, in_place=True)
    f = put(ns, L.Sigmoid, prefix + 'f', raw_f, in_place=True)
    o = put(ns, L.Sigmoid, prefix + 'o', raw_o, in_place=True)
    g = put(ns, L.TanH, prefix + 'g', raw_g, in_place=True)
    old = put(ns, L.Eltwise, prefix + 'old', f, c, eltwise_param={'operation': P.Eltwise.PROD})
    new = put(ns, L.Eltwise, prefix + 'new', i, g, eltwise_param={'operation': P.Eltwise.PROD})
    c = put(ns, L.Eltwise, prefix + 'c', old, new, eltwise_param={'operation': P.Eltwise.SUM})
    act = put(ns, L.TanH, prefix + 'act', c, in_place=False)
    h = put(ns, L.Eltwise, prefix + 'h', o, act, eltwise_param={'operation': P.Eltwise.PROD})
    return c, h, weights
"""

NET = """
T, B, units = 3, 10, 500
ns = caffe.NetSpec()
zeros = {'shape': {'dim': [1, B, units]}, 'data_filler': {'type': 'constant', 'value': 0}}
ns.h0 = L.DummyData(name='h0', dummy_data_param=zeros)
ns.c0 = L.DummyData(name='c0', dummy_data_param=zeros)
ns.X = L.DummyData(name='X', dummy_data_param={'shape': {'dim': [T, B, 128, 10, 10]}})
xt = L.Slice(ns.X, name='slice_X', ntop=T, slice_param={'axis': 0, 'slice_point': range(1, T)})
h, c, weights, tops = ns.h0, ns.c0, None, []
for t in range(T):
    c, h, weights = cell(ns, h, c, xt[t], 't' + str(t) + '/', units, weights)
    tops.append(h)
    ns.__setattr__('c' + str(t), c)
    ns.__setattr__('h' + str(t), h)
ns.H = L.Concat(*tops, name='concat_h', concat_param={'axis': 0})
text = 'name: "example"\\n%s\\n' % ns.to_proto()
"""


@pytest.fixture
def classic(monkeypatch: pytest.MonkeyPatch) -> str:
    """The text that the script writes where `caffe` is `caffe_lint.netspec`."""
    monkeypatch.setitem(sys.modules, "caffe", caffe_lint.netspec)
    scope: dict[str, object] = {}
    exec(HELPERS + CELL + NET, scope)
    return str(scope["text"])


def kind_of(layer: Layer) -> tuple[str, str]:
    """The type of a layer and its fields, without the names of itself and of blobs."""
    return layer.type, "".join(sorted(_fields(layer)))


def _fields(layer: Layer) -> Iterator[str]:
    message = layer.block.message
    assert message is not None
    for field in message.fields:
        if field.name not in ("name", "bottom", "top"):
            yield repr(_plain(field.name, field.value))


def _plain(name: str, value: object) -> object:
    fields = getattr(value, "fields", None)
    return (name, value if fields is None else sorted(str(_plain(f.name, f.value)) for f in fields))


def graph(net: Net) -> "networkx.MultiDiGraph[int]":
    """Layers as nodes, an edge for each bottom with the numbers of the top and of the bottom."""
    made: networkx.MultiDiGraph[int] = networkx.MultiDiGraph()
    for layer in net.layers:
        made.add_node(layer.index, kind=kind_of(layer))
        for use in layer.bottoms:
            assert use.blob is not None
            made.add_edge(use.blob.layer.index, layer.index, ends=(use.blob.index, use.index))
    return made


def is_same(net: Net, other: Net) -> bool:
    """Whether two nets differ in the names of layers and blobs and in the order of the layers only."""
    edges = networkx.algorithms.isomorphism.categorical_multiedge_match("ends", None)
    nodes = networkx.algorithms.isomorphism.categorical_node_match("kind", None)
    return networkx.is_isomorphic(graph(net), graph(other), node_match=nodes, edge_match=edges)


def of_text(text: str) -> Net:
    (net,) = load(text.encode()).nets()
    return net


def test_script_makes_the_net_of_the_generator(classic: str) -> None:
    options = LstmOptions(steps=3, batch=10, hidden=500, input_shape=(128, 10, 10), style="netspec")
    assert is_same(of_text(classic), of_text(unroll(options)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("slice_point: 1000", "slice_point: 1001"),
        ('name: "w_t0/Mhw"', 'name: "w"'),
        ('bottom: "t1/o_"', 'bottom: "t1/f_"'),
    ],
)
def test_another_net_is_told_apart(classic: str, old: str, new: str) -> None:
    assert old in classic
    assert not is_same(of_text(classic), of_text(classic.replace(old, new, 1)))
