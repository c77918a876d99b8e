"""An in-place layer gets a top of its own, and every bottom still reads the top of the same layer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caffe_lint.net import Document, load
from caffe_lint.net.rename import fresh_top, string_edit
from caffe_lint.text import Span, apply_edits
from tests.net.small_net import data, document, layer

IN_TRAIN = "include { phase: TRAIN }"


def _fixed(text: str | bytes, layer_name: str) -> str | None:
    """The file after the layer has a top of its own; None if there is no fix."""
    loaded = load(text.encode() if isinstance(text, str) else text)
    for net in loaded.nets():
        for made in net.layers:
            if made.name == layer_name:
                edits = fresh_top(loaded, net, made.tops[0])
                return None if edits is None else _applied(loaded, edits)
    raise AssertionError(f"no layer {layer_name}")


def _applied(loaded: Document, edits: object) -> str:
    return apply_edits(loaded.source.data, edits).decode()  # type: ignore[arg-type]


def _wiring(text: str) -> list[list[tuple[str, str | None]]]:
    """For each net each bottom's reader and the layer whose top it reads."""
    return [
        [
            (use.layer.name, f"{use.blob.layer.name}:{use.blob.index}" if use.blob else None)
            for use in net.uses
        ]
        for net in document(text).nets()
    ]


def test_later_readers_and_in_place_layers_follow() -> None:
    before = data("x") + layer("p Power x -> a") + layer("r ReLU a -> a")
    after = layer("d Dropout a -> a") + layer("q Power a -> b")
    expected = data("x") + layer("p Power x -> a") + layer("r ReLU a -> r")
    expected += layer("d Dropout r -> r") + layer("q Power r -> b")
    assert _fixed(before + after, "r") == expected
    assert _wiring(before + after) == _wiring(expected)


def test_earlier_readers_stay() -> None:
    text = data("x") + layer("p Power x -> a") + layer("q Power a -> b") + layer("r ReLU a -> a")
    text += layer("s Power a -> c")
    assert _fixed(text, "r") == text.replace("a -> a", "").replace(
        'top: "a"  }\nlayer { name: "s" type: "Power" bottom: "a"',
        'top: "r"  }\nlayer { name: "s" type: "Power" bottom: "r"',
    )


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ("", "r"),
        (layer("o Power x -> r"), "a_r"),
        (layer("o Power x -> r") + layer("o Power x -> a_r"), "r_2"),
        (layer("o Power x -> r", IN_TRAIN) + layer("o Power x -> a_r", "include { stage: 's' }"), "r_2"),
    ],
)
def test_name_is_that_of_no_blob_of_any_state(others: str, expected: str) -> None:
    text = data("x") + layer("p Power x -> a") + layer("r ReLU a -> a") + others
    assert f'bottom: "a" top: "{expected}"' in str(_fixed(text, "r"))


def test_states_with_the_same_readers_share_the_edit() -> None:
    text = data("x") + layer("p Power x -> a") + layer("r ReLU a -> a")
    text += layer("d Dropout a -> a", IN_TRAIN) + layer("q Power a -> b") + layer("s Power a -> c", IN_TRAIN)
    fixed = str(_fixed(text, "r"))
    assert fixed.count('"a"') == 2
    assert _wiring(fixed) == _wiring(text)


def test_layer_of_one_state_has_no_fix_if_other_states_read_the_bottom() -> None:
    text = data("x") + layer("p Power x -> a") + layer("r ReLU a -> a", IN_TRAIN) + layer("q Power a -> b")
    assert _fixed(text, "r") is None


def test_layer_of_one_state_has_a_fix_if_only_that_state_reads_on() -> None:
    text = data("x") + layer("p Power x -> a") + layer("r ReLU a -> a", IN_TRAIN)
    text += layer("q Power a -> b", IN_TRAIN)
    fixed = str(_fixed(text, "r"))
    assert fixed.count('"r"') == 3
    assert _wiring(fixed) == _wiring(text)


def test_second_producer_behind_it_leaves_no_fix() -> None:
    text = data("x") + layer("p Power x -> a") + layer("r ReLU a -> a") + layer("q Power x -> a")
    assert _fixed(text, "r") is None


def test_layer_that_is_not_in_place_has_no_fix() -> None:
    assert _fixed(data("x") + layer("p Power x -> a"), "p") is None


def test_left_bottoms_read_what_was_overwritten() -> None:
    text = data("x") + layer("p Power x -> a") + layer("r TanH a -> a")
    loaded = document(text + layer("q Power a -> b") + layer("s Power a -> c"))
    (net,) = loaded.nets()
    edits = fresh_top(loaded, net, net.layers[2].tops[0], {net.layers[4].bottoms[0].span})
    assert edits is not None
    assert _wiring(_applied(loaded, edits))[0][2:] == [("q", "r:0"), ("s", "p:0")]


@pytest.mark.parametrize(
    ("top", "fixed"),
    [
        ("top: 'a'", "top: 'r'"),
        ('top : # why\n "a"', 'top : # why\n "r"'),
        ('top: ["a"]', 'top: ["r"]'),
        ('top: "" "a"', 'top: "r"'),
        ("top: '\\141'", "top: 'r'"),
        ('top: "" # why\n "a"', None),
    ],
)
def test_any_way_to_write_a_name(top: str, fixed: str | None) -> None:
    text = data("x") + layer("p Power x -> a") + layer("r ReLU a ->", top)
    assert _fixed(text, "r") == (None if fixed is None else text.replace(top, fixed))


def test_old_forms() -> None:
    head = "input: 'x' input_dim: 2 input_dim: 3 input_dim: 4 input_dim: 5\n"
    v1 = "layers { name: 'p' type: POWER bottom: 'x' top: 'a' }\n"
    v1 += "layers { name: 'r' type: RELU bottom: 'a' top: 'a' }\n"
    assert _fixed(head + v1, "r") == head + v1[::-1].replace("'a' :pot", "'r' :pot", 1)[::-1]
    v0 = "layers { layer { name: 'p' type: 'padding' pad: 1 } bottom: 'a' top: 'b' }\n"
    v0 += "layers { layer { name: 'c' type: 'conv' num_output: 1 kernelsize: 3 } bottom: 'b' top: 'c' }\n"
    v0_relu = "layers { layer { name: 'r' type: 'relu' } bottom: 'a' top: 'a' }\n"
    assert _fixed(head.replace("'x'", "'a'") + v0_relu + v0, "r") is None  # the padding layer reads it


def test_broken_file_has_no_fix() -> None:
    assert _fixed(data("x") + layer("p Power x -> a") + layer("r ReLU a -> a") + "layer {", "r") is None


def test_bytes_that_are_no_text_are_kept() -> None:
    text = (data("x") + layer("p Power x -> a") + layer("r ReLU a -> a")).encode() + b"# \xd6\xd0\r\n"
    loaded = load(text)
    (net,) = loaded.nets()
    edits = fresh_top(loaded, net, net.layers[2].tops[0])
    assert edits is not None
    assert apply_edits(text, edits).endswith(b"# \xd6\xd0\r\n")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), st.sampled_from("'\""))
def test_any_name_can_be_written(name: str, quote: str) -> None:
    before = f"top: {quote}a{quote}"
    edit = string_edit(before.encode(), Span(0, len(before)), "a", name)
    assert edit is not None
    after = apply_edits(before.encode(), [edit])
    field = load(b"layer { " + after + b" }")
    assert field.syntax_problems == []
    assert field.layer_blocks[0].strings("top") == [name]
