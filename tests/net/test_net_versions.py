"""Versions of blobs: who reads which value, and which overwriting Caffe refuses."""

from typing import NamedTuple

import pytest

from caffe_lint.net import Net
from caffe_lint.peer import Peer
from tests.net.small_net import data, layer, net

X = data("x")


class Pattern(NamedTuple):
    """Layers behind an input `x`, and the tops that Caffe refuses as produced by multiple sources."""

    layers: str
    refused: tuple[str, ...] = ()


PATTERNS = {
    "in place, then consumers": Pattern(
        layer("p Power x -> a") + layer("r ReLU a -> a") + layer("c1 Power a -> y") + layer("c2 Power a -> z")
    ),
    "a consumer, then in place": Pattern(
        layer("p Power x -> a") + layer("c Power a -> y") + layer("r ReLU a -> a"), ("r",)
    ),
    "in place, consumer, in place": Pattern(
        layer("p Power x -> a")
        + layer("r ReLU a -> a")
        + layer("c Power a -> y")
        + layer("d Dropout a -> a"),
        ("d",),
    ),
    "in place on a blob with a loss weight": Pattern(
        layer("p Power x -> a", "loss_weight: 1") + layer("r ReLU a -> a"), ("r",)
    ),
    "in place on a blob with a loss weight of zero": Pattern(
        layer("p Power x -> a", "loss_weight: 0") + layer("r ReLU a -> a")
    ),
    "an in-place layer with a loss weight": Pattern(
        layer("p Power x -> a") + layer("r ReLU a -> a", "loss_weight: 1")
    ),
    "in place behind an in-place layer with a loss weight": Pattern(
        layer("p Power x -> a") + layer("r ReLU a -> a", "loss_weight: 1") + layer("d Dropout a -> a"), ("d",)
    ),
    "a chain of in-place layers": Pattern(
        layer("p Power x -> a")
        + layer("r ReLU a -> a")
        + layer("s Sigmoid a -> a")
        + layer("d Dropout a -> a")
    ),
    "one blob twice": Pattern(layer("e Eltwise x x -> y")),
    "one blob twice, in place": Pattern(layer("e Eltwise x x -> x"), ("e",)),
    "in place on the first of two bottoms": Pattern(layer("p Power x -> a") + layer("e Eltwise a x -> a")),
    "in place on the second of two bottoms": Pattern(
        layer("p Power x -> a") + layer("e Eltwise x a -> a"), ("e",)
    ),
    "in place on the second bottom and top": Pattern(
        data("s", 2) + layer("p Power x -> a") + layer("q Power x -> b") + layer("f Filter a b s -> y b")
    ),
    "one top twice in a layer": Pattern(layer("s Split x -> y y"), ("s",)),
    "one top by two layers": Pattern(layer("p Power x -> y") + layer("q Power x -> y"), ("q",)),
    "a layer without bottoms takes a name": Pattern(
        layer("p Power x -> y") + layer("i Input -> y", "input_param { shape { dim: 1 } }"), ("i",)
    ),
    "the name of a copy": Pattern(
        layer("p Power x -> a") + layer("q Power a -> x_x_0_split_0") + layer("r Power x -> b"), ("q",)
    ),
    "the name of a copy of a blob with a loss weight": Pattern(
        layer("p Power x -> a", "loss_weight: 1") + layer("q Power a -> a_p_0_split_0"), ("q",)
    ),
    "a copy, in place": Pattern(layer("p Power x -> a") + layer("q Power x -> x_x_0_split_1")),
    "the name of a copy that is not made": Pattern(layer("p Power x -> x_x_0_split_0")),
    "a layer with the name of a split": Pattern(layer("x_x_0_split Power x -> a") + layer("p Power x -> b")),
    "in place on an alias": Pattern(
        layer("f Flatten x -> y") + layer("r ReLU y -> y") + layer("p Power x -> z")
    ),
}


def refused(built: Net) -> tuple[str, ...]:
    return tuple(blob.layer.name for blob in built.blobs if blob.duplicate_of is not None)


@pytest.mark.parametrize("name", PATTERNS)
def test_tops_that_are_refused(name: str) -> None:
    layers, expected = PATTERNS[name]
    assert refused(net(X + layers)) == expected


@pytest.mark.caffe
def test_real_caffe_refuses_the_same(real_caffe: Peer) -> None:
    for name, (layers, expected) in PATTERNS.items():
        verdict = real_caffe.load(X + layers)
        assert verdict.accepted is not bool(expected), (name, verdict.error)
        assert ("produced by multiple sources" in verdict.error) is bool(expected), name


def readers(built: Net) -> dict[str, str]:
    """For each bottom `layer:index` the layer that makes what it reads; nothing if none does."""
    return {f"{use.layer.name}:{use.index}": use.blob.layer.name if use.blob else "" for use in built.uses}


def test_a_bottom_reads_the_version_at_its_place_in_the_file() -> None:
    built = net(
        X
        + layer("p Power x -> a")
        + layer("r ReLU a -> a")
        + layer("q Power a -> y")
        + layer("e Eltwise y a -> z")
    )
    assert readers(built) == {"p:0": "x", "r:0": "p", "q:0": "r", "e:0": "q", "e:1": "r"}


@pytest.mark.parametrize(
    ("layers", "bottom"),
    [
        (layer("p Power y -> z"), "p:0"),
        (layer("p Power z -> y") + layer("q Power x -> z"), "p:0"),
        (layer("p Power y -> y"), "p:0"),
        (layer("p Power X -> y"), "p:0"),
        (layer("p Power x -> a") + layer("q Power x -> b") + layer("r Power x_x_0_split_0 -> c"), "r:0"),
    ],
)
def test_a_bottom_that_no_layer_before_makes(layers: str, bottom: str) -> None:
    assert [name for name, maker in readers(net(X + layers)).items() if maker == ""] == [bottom]


def test_versions_of_a_blob() -> None:
    built = net(X + layer("p Power x -> a") + layer("r ReLU a -> a") + layer("d Dropout a -> a"))
    _, made, relu, dropout = built.blobs
    assert [(blob.layer.name, blob.is_in_place) for blob in (made, relu, dropout)] == [
        ("p", False),
        ("r", True),
        ("d", True),
    ]
    assert list(dropout.versions()) == [dropout, relu, made]
    assert dropout.origin is made
    assert made.origin is made
    assert built.final_blobs["a"] is dropout
    assert [use.layer.name for use in made.uses] == ["r"]
    assert dropout.uses == []


def test_a_refused_top_starts_a_memory_of_its_own() -> None:
    built = net(X + layer("p Power x -> y") + layer("q Power x -> y") + layer("r ReLU y -> z"))
    _, first, second, _ = built.blobs
    assert second.duplicate_of is first
    assert second.previous is None
    assert readers(built)["r:0"] == "q"


def test_spans_of_bottoms_and_tops() -> None:
    text = X + 'layer { name: "r" type: "ReLU" bottom: ["x"] top: "y" }'
    built = net(text)
    (use,) = built.uses
    assert text[slice(*use.span)] == '"x"'
    assert text[slice(*built.final_blobs["y"].span)] == 'top: "y"'
    assert text[slice(*built.layers[1].name_span)] == 'name: "r"'
    assert text[slice(*built.layers[1].type_span)] == 'type: "ReLU"'
    assert text[slice(*built.layers[1].span)] == text[len(X) :]


def test_a_layer_without_name_or_type_is_where_it_stands() -> None:
    text = 'layer { bottom: "x" }'
    (made,) = net(text).layers
    assert (made.name, made.type) == ("", "")
    assert text[slice(*made.name_span)] == text
    assert text[slice(*made.type_span)] == text
