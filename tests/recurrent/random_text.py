"""A small prototxt writer of its own: layers in many people's handwriting, and where each of them stands."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple, Union

Value = Union[str, int, float, "Word", "Fields", list["Value"]]
Fields = dict[str, Value]


class Word(str):
    """An enum value or a truth value, which is written without quotes."""

    __slots__ = ()


@dataclass(eq=False)
class Layer:
    """A layer to write, and what the generator knows about it: its part in a step of a cell."""

    name: str
    type: str
    bottoms: list[str]
    tops: list[str]
    params: list[Fields] = field(default_factory=list)
    settings: Fields = field(default_factory=dict)
    role: str = ""
    step: int = -1


@dataclass(frozen=True)
class Hand:
    """How somebody writes a prototxt."""

    indent: str
    is_one_line: bool
    quote: str
    colon: str
    brace: str
    separator: str
    has_comments: bool
    order: tuple[str, ...]


class Written(NamedTuple):
    """A text, and the half-open range of characters of each layer in it, by the layer's identity."""

    text: str
    ranges: dict[int, tuple[int, int]]

    def lines(self, layer: Layer) -> range:
        """The lines of a layer, counted from 1."""
        start, end = self.ranges[id(layer)]
        first = self.text.count("\n", 0, start) + 1
        return range(first, first + self.text.count("\n", start, end) + 1)


def random_hand(random: Random) -> Hand:
    order = ["name", "type", "bottom", "top", "param", "settings"]
    if random.random() < 0.3:
        random.shuffle(order)
    return Hand(
        indent=random.choice(["  ", "    ", "\t", ""]),
        is_one_line=random.random() < 0.25,
        quote=random.choice(['"', '"', '"', "'"]),
        colon=random.choice([": ", ": ", ":", " : "]),
        brace=random.choice([" {", " {", "{", ": {"]),
        separator=random.choice(["", "", "", ",", ";"]),
        has_comments=random.random() < 0.4,
        order=tuple(order),
    )


def write(layers: list[Layer], hand: Hand, random: Random, title: str = "") -> Written:
    """The text of a net of these layers in this order."""
    pieces = [f"name{hand.colon}{hand.quote}{title}{hand.quote}\n"] if title else []
    if hand.has_comments:
        pieces.insert(0, "# written by hand, do not touch\n")
    length = sum(map(len, pieces))
    ranges = {}
    for layer in layers:
        if hand.has_comments and random.random() < 0.2:
            pieces.append(random.choice(["\n", "# layer { name: 'old' }\n", f"##### {layer.type} {{\n"]))
            length += len(pieces[-1])
        text = _layer(layer, hand)
        ranges[id(layer)] = (length, length + len(text) - 1)
        pieces.append(text)
        length += len(text)
    return Written("".join(pieces), ranges)


def _layer(layer: Layer, hand: Hand) -> str:
    groups: dict[str, list[tuple[str, Value]]] = {
        "name": [("name", layer.name)],
        "type": [("type", layer.type)],
        "bottom": [("bottom", bottom) for bottom in layer.bottoms],
        "top": [("top", top) for top in layer.tops],
        "param": [("param", param) for param in layer.params],
        "settings": list(layer.settings.items()),
    }
    fields = [field for name in hand.order for field in groups[name]]
    lines = list(_message("layer", fields, hand, 0))
    return (" ".join(map(str.strip, lines)) if hand.is_one_line else "\n".join(lines)) + "\n"


def _message(name: str, fields: list[tuple[str, Value]], hand: Hand, depth: int) -> Iterator[str]:
    indent = hand.indent * depth
    yield f"{indent}{name}{hand.brace}"
    for key, value in fields:
        for single in value if isinstance(value, list) else [value]:
            if isinstance(single, dict):
                yield from _message(key, list(single.items()), hand, depth + 1)
            else:
                yield f"{indent}{hand.indent}{key}{hand.colon}{_scalar(single, hand)}{hand.separator}"
    yield f"{indent}}}{hand.separator if depth else ''}"


def _scalar(value: Value, hand: Hand) -> str:
    if isinstance(value, str) and not isinstance(value, Word):
        return f"{hand.quote}{value}{hand.quote}"
    return str(value)
