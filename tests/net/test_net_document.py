"""Files as documents: how they are read, what kind they are, whose Caffe they need, and their nets."""

from pathlib import Path

import pytest

import caffe_lint
from caffe_lint.net import AUTO, Net, NetState, load
from tests.net.small_net import data, document, layer, net

NET = data("x") + layer("r ReLU x -> y")


# --- reading


def test_the_public_names() -> None:
    assert caffe_lint.__all__ == ["Document", "Layer", "Net", "NetState", "__version__", "load"]
    for name in caffe_lint.__all__:
        assert hasattr(caffe_lint, name)
    assert caffe_lint.load is load


def test_load_reads_a_path_or_bytes(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_bytes(NET.encode())
    from_bytes = load(NET.encode())
    assert from_bytes.source.path == "<bytes>"
    for named in (path, str(path)):
        from_path = load(named)
        assert from_path.source.path == str(path)
        assert from_path.source.data == from_bytes.source.data == NET.encode()
        assert [made.name for made in from_path.nets()[0].layers] == ["x", "r"]


def test_load_says_what_it_cannot_read(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "missing.prototxt")
    with pytest.raises(IsADirectoryError):
        load(tmp_path)
    with pytest.raises(ValueError, match="no Caffe called 'weilu89' is known, did you mean 'weiliu89/caffe'"):
        load(b"", dialect="weilu89")


# --- kinds of files


@pytest.mark.parametrize(
    ("text", "root_type", "nets"),
    [
        ("", "NetParameter", 1),
        ("# nothing", "NetParameter", 1),
        (NET, "NetParameter", 1),
        ('net: "x" base_lr: 1', "SolverParameter", 0),
        ('item { name: "a" label: 1 }', "LabelMap", 0),
        ("foo: 1 bar { baz: 2 }", None, 0),
        ("<!DOCTYPE html><p>", None, 0),
        ("\x89HDF\r\n\x1a\n", None, 0),
    ],
)
def test_kinds_of_files(text: str, root_type: str | None, nets: int) -> None:
    loaded = load(text.encode("latin-1"))
    assert loaded.root_type == root_type
    assert len(loaded.nets()) == nets


def test_a_file_that_is_no_text_format_is_not_parsed() -> None:
    loaded = load(b"<!DOCTYPE html>\nlayer { }\n")
    assert loaded.impostor is not None
    assert loaded.syntax_problems == []
    assert loaded.root.fields == []
    assert loaded.schema_problems == []


# --- dialects


@pytest.mark.parametrize(
    ("text", "dialects"),
    [
        (NET, ("BVLC/caffe",)),
        ("", ("BVLC/caffe",)),
        (layer("a Interp x -> y", "interp_param { height: 3 }"), None),
        (layer("a BatchNorm x -> y", "batch_norm_param { scale_bias: true }"), ("NVIDIA/caffe",)),
        # What nobody knows says nothing about whose Caffe it is.
        (layer("a MyOwnLayer x -> y", "my_own_param { }"), ("BVLC/caffe",)),
        ("foo: 1 bar: 2", ()),
        ("<!DOCTYPE html>", ()),
    ],
)
def test_the_dialect_is_the_caffe_that_knows_what_the_file_uses(
    text: str, dialects: tuple[str, ...] | None
) -> None:
    loaded = load(text.encode())
    assert not loaded.is_dialect_given
    if dialects is None:
        assert "hszhao/PSPNet" in loaded.dialects
        assert "BVLC/caffe" not in loaded.dialects
    else:
        assert loaded.dialects == dialects


def test_a_dialect_that_is_asked_for_judges() -> None:
    text = layer("a Interp x -> y", "interp_param { height: 3 }").encode()
    assert load(text).schema_problems == []
    assert load(text, "hszhao/PSPNet").schema_problems == []
    judged = load(text, "bvlc")
    assert (judged.dialects, judged.is_dialect_given) == (("BVLC/caffe",), True)
    (problem,) = judged.schema_problems
    assert problem.message.startswith("unknown field 'interp_param' in 'layer', which is known in ")


# --- nets


def test_nets_of_given_states() -> None:
    text = NET + layer("t TanH y -> z", "include { phase: TEST max_level: 0 }")
    loaded = document(text)
    (train,) = loaded.nets([NetState("TRAIN")])
    (test,) = loaded.nets([NetState("TEST")])
    assert [len(built.layers) for built in (train, test)] == [2, 3]
    both = loaded.nets([NetState("TEST", 1), NetState("TRAIN")])
    assert [built.states for built in both] == [(NetState("TEST", 1), NetState("TRAIN"))]
    assert loaded.nets([]) == []


def test_layers_count_in_run_order() -> None:
    built = net(NET + layer("t TanH y -> z"))
    assert [(made.index, made.name, made.type) for made in built.layers] == [
        (0, "x", "Input"),
        (1, "r", "ReLU"),
        (2, "t", "TanH"),
    ]


def test_names_of_layers_and_blobs_may_be_anything() -> None:
    odd = r"\n [bold]\"\302\260\377 " + "\u6570"
    made = net(f'layer {{ name: "{odd}" type: "Input" top: "{odd}" }}').layers[0]
    assert made.name == made.tops[0].name == '\n [bold]"\N{DEGREE SIGN}\\xff \u6570'


# --- states without data

FED_IN_TRAIN = layer("d Input -> x label", "include { phase: TRAIN }")
LOSS = layer("loss SoftmaxWithLoss x label -> loss")


def test_a_state_whose_data_is_made_in_other_states_is_unfed() -> None:
    text = FED_IN_TRAIN + LOSS
    train, test = document(text).nets()
    assert not train.is_unfed
    assert (train.absent, train.fed_elsewhere) == ({}, frozenset())
    assert test.is_unfed
    assert test.fed_elsewhere == {"x", "label"}
    assert {name: text[slice(*span)] for name, span in test.absent.items()} == {
        "x": 'top: "x"',
        "label": 'top: "label"',
    }


def test_a_state_that_has_a_data_layer_of_its_own_is_fed() -> None:
    test = net(FED_IN_TRAIN + layer("d Input -> x", "include { phase: TEST }") + LOSS, "TEST")
    assert not test.is_unfed
    assert test.fed_elsewhere == {"label"}


def test_a_data_layer_for_all_states_feeds_none_in_particular() -> None:
    assert net(FED_IN_TRAIN + layer("h DummyData -> h") + LOSS, "TEST").is_unfed


def test_a_state_that_needs_no_absent_blob_is_fed() -> None:
    text = FED_IN_TRAIN + data("y") + layer("r ReLU y -> z")
    assert not net(text, "TEST").is_unfed


def test_tops_of_inner_layers_are_absent_but_no_data() -> None:
    text = data("x") + layer("t TanH x -> y", "include { phase: TRAIN }") + layer("r ReLU y -> z")
    test = net(text, "TEST")
    assert [*test.absent] == ["y"]
    assert test.fed_elsewhere == frozenset()
    assert not test.is_unfed


# --- broken files


def damaged(text: str) -> tuple[Net, list[str]]:
    built = load(text.encode(), "bvlc").nets()[0]
    return built, [made.name for made in built.layers if made.is_damaged]


def test_a_syntax_error_damages_its_layer_and_makes_the_net_partial() -> None:
    broken = NET.replace('type: "ReLU"', 'type = "ReLU"') + layer("t TanH y -> z")
    built, names = damaged(broken)
    assert (built.is_partial, names) == (True, ["r"])
    assert [made.name for made in built.layers] == ["x", "r", "t"]


def test_a_schema_error_damages_its_layer_only() -> None:
    broken = NET.replace('name: "r"', 'name: "r" nmae: 1') + layer("t TanH y -> z")
    built, names = damaged(broken)
    assert (built.is_partial, names) == (False, ["r"])


def test_a_whole_file_is_not_damaged() -> None:
    built, names = damaged(NET)
    assert (built.is_partial, names) == (False, [])


@pytest.mark.parametrize(
    "text", ["layer: 5", "layers: 5", 'layer: "x"', "input: 5", "layer: [1, { }]", "layer ["]
)
def test_fields_of_the_wrong_kind_are_no_layers(text: str) -> None:
    assert len(load(text.encode()).nets()[0].layers) == ("{" in text)


# --- the graph


def test_the_graph_has_an_edge_for_each_bottom() -> None:
    built = net(
        'name: "net"'
        + data("x")
        + layer("p Power x -> a")
        + layer("r ReLU a -> a")
        + layer("e Eltwise a a x -> y")
        + layer("u Power nowhere -> z")
    )
    graph = built.graph()
    assert graph.name == "net"
    assert [(graph.nodes[made]["name"], graph.nodes[made]["type"]) for made in graph] == [
        (made.name, made.type) for made in built.layers
    ]
    assert sorted((start.name, end.name, key) for start, end, key in graph.edges(keys=True)) == [
        ("p", "r", ("a", 0)),
        ("r", "e", ("a", 0)),
        ("r", "e", ("a", 1)),
        ("x", "e", ("x", 2)),
        ("x", "p", ("x", 0)),
    ]
    _, power, relu, eltwise, _ = built.layers
    assert graph.edges[relu, eltwise, ("a", 1)]["blob"] is relu.tops[0]
    assert graph.edges[power, relu, ("a", 0)]["blob"] is power.tops[0]


def test_an_empty_net_has_an_empty_graph() -> None:
    graph = net("").graph()
    assert (len(graph), graph.name) == (0, "")


# --- real nets


@pytest.mark.corpus
def test_every_real_file_loads(corpus: Path) -> None:
    paths = sorted((corpus / "corpus").rglob("*.prototxt"))
    assert len(paths) > 3000
    nets = 0
    for path in paths:
        for built in caffe_lint.load(path).nets():
            nets += 1
            assert built.states
            assert all(use.blob is None or use in use.blob.uses for use in built.uses)
    assert nets > len(paths)


def test_auto_is_the_default_dialect() -> None:
    assert AUTO == "auto"
    assert not load(b"").is_dialect_given
    assert not load(b"", AUTO).is_dialect_given
