"""What holds for any bytes: parsing never fails, spans nest, and no byte goes missing in silence."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from caffe_lint.text import Field, List, Message, Parsed, Span, parse
from tests.text.plain_tree import leaves

NET = b"""\
name: "LeNet"  # \xc4\xe3 GBK
input_dim: [1, 3 , 0x20, - 5]
layer {
  name: 'conv1' "b"; type: "Convolution", bottom: "data" top: "conv1"
  param { lr_mult: 1e-2 } param <lr_mult: .5f>
  convolution_param: { num_output: 20 kernel_size: [5] weight_filler { type: "xavier" } }
  include [{ phase: TRAIN }, < stage: "a\\n\\x41" >]
}
layer {
  name: "relu1"
  type: "ReLU"
}
"""

GAP = re.compile(rb"(?:[\s:{}<>\[\],;]|#[^\n\0]*)*+")
"""What may lie between leaves: white space, punctuation and comments."""


def check(data: bytes) -> Parsed:
    """Parse, and check all that must hold for every input."""
    parsed = parse(data)
    check_order(parsed.root.fields, parsed.root.span)
    check_coverage(data, parsed)
    places = [problem.span for problem in parsed.problems]
    assert all(0 <= place.start <= place.end <= len(data) for place in places)
    return parsed


def check_order(fields: list[Field], outside: Span) -> None:
    """Fields follow one another inside of what holds them, at every depth."""
    todo = [(fields, outside)]
    for siblings, (start, end) in todo:
        done = start
        for field in siblings:
            assert done <= field.start <= field.value_start <= field.end <= end
            assert field.name_span.end <= field.value_start
            done = field.end
            if isinstance(field.value, Message):
                assert field.value.span == field.value_span
                todo.append((field.value.fields, field.value_span))
            elif isinstance(field.value, List):
                assert {item.name for item in field.value.items} <= {field.name}
                todo.append((field.value.items, field.value_span))


def check_coverage(data: bytes, parsed: Parsed) -> None:
    """Leaves and the gaps between them are the buffer; only around a problem a gap holds more than layout."""
    rebuilt, done = b"", 0
    places = [problem.span.start for problem in parsed.problems]
    for (start, end), text in [*leaves(parsed.root), (Span(len(data), len(data)), "")]:
        gap = data[done:start]
        assert GAP.fullmatch(gap) or any(done <= place <= start for place in places), gap
        rebuilt += gap + text.encode("latin-1")
        done = end
    assert rebuilt == data


def test_a_net_with_everything_in_it() -> None:
    assert check(NET).problems == []


@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    check(data)


@given(
    st.lists(st.sampled_from(list(r"""ab019.-+eExf"'\#{}<>[],;: =""" + "\n\r\t\0\x80\xc3\xff")), max_size=80)
)
@example(list("a:[{b:1"))
@example(list("a [1, {"))
@example(list('a: "x" "y\nb'))
def test_any_text_of_the_characters_that_matter(characters: list[str]) -> None:
    check("".join(characters).encode("latin-1"))


TOKENS = [
    *"a:::{{}}<>[],;1#\n\n=%\0\xff",
    "layer",
    "name",
    "-1",
    "0x1F",
    "08",
    "1e-3",
    '"x"',
    "'y'",
    '"z',
    "TRAIN",
]


@given(st.lists(st.sampled_from(TOKENS), max_size=60))
@settings(max_examples=200)
def test_any_sequence_of_tokens(tokens: list[str]) -> None:
    check(" ".join(tokens).encode("latin-1"))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """The net with a few pieces cut out, doubled, or overwritten."""
    data = NET
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 40)))
        piece = draw(
            st.sampled_from([b"", data[start:end] * 2, b"}", b"{", b'"', b"#", b"\n", b":", b"x y "])
        )
        data = data[:start] + piece + data[end:]
    return data


@given(mutated())
@settings(max_examples=200)
def test_any_mutation_of_a_net(data: bytes) -> None:
    check(data)


@given(st.integers(0, len(NET)))
def test_any_beginning_of_a_net(length: int) -> None:
    check(NET[:length])


@pytest.mark.corpus
def test_every_real_net_and_every_broken_one(corpus: Path) -> None:
    paths = sorted((corpus / "corpus").rglob("*.prototxt"))
    assert len(paths) > 3000
    for path in paths:
        check(path.read_bytes())
