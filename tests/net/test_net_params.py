"""Learned blobs that several layers share: the first entry of a name owns the blob."""

from caffe_lint.net import ParamSpec
from tests.net.small_net import data, layer, net

SHARED = (
    data("x")
    + layer("a InnerProduct x -> a", 'param { name: "w" lr_mult: 2 } param { }')
    + layer("b InnerProduct a -> b", 'param { name: "w" } param { name: "v" }')
    + layer("c InnerProduct b -> c", "param [{ name: 'v' }, { name: \"w\" }]")
    + layer("d InnerProduct c -> d")
)


def entry(param: ParamSpec | None) -> str:
    return f"{param.layer.name}:{param.index}" if param else ""


def test_owners_and_sharers() -> None:
    built = net(SHARED)
    assert {entry(param): (param.name, entry(param.owner)) for param in built.params} == {
        "a:0": ("w", ""),
        "a:1": ("", ""),
        "b:0": ("w", "a:0"),
        "b:1": ("v", ""),
        "c:0": ("v", "b:1"),
        "c:1": ("w", "a:0"),
    }
    assert {name: [*map(entry, params)] for name, params in built.sharers.items()} == {
        "w": ["a:0", "b:0", "c:1"],
        "v": ["b:1", "c:0"],
    }


def test_two_entries_of_one_layer_may_share() -> None:
    built = net(layer("a InnerProduct x -> a", 'param { name: "w" } param { name: "w" }'))
    first, second = built.params
    assert (first.owner, second.owner) == (None, first)


def test_the_owner_is_the_first_layer_that_exists_in_the_state() -> None:
    text = layer("a InnerProduct x -> a", 'param { name: "w" } include { phase: TRAIN }')
    text += layer("b InnerProduct x -> b", 'param { name: "w" }')
    assert [entry(param.owner) for param in net(text, "TRAIN").params] == ["", "a:0"]
    assert [entry(param.owner) for param in net(text, "TEST").params] == [""]


def test_an_entry_stands_where_its_name_stands() -> None:
    spans = [SHARED[slice(*param.span)] for param in net(SHARED).params]
    assert spans == ['name: "w"', "param", 'name: "w"', 'name: "v"', "name: 'v'", 'name: "w"']


def test_multipliers_are_read_from_the_entry() -> None:
    first, second, *_ = net(SHARED).params
    assert (first.block.real("lr_mult"), first.block.has("lr_mult")) == (2.0, True)
    assert (second.block.real("lr_mult"), second.block.has("lr_mult")) == (1.0, False)
