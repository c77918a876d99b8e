"""Pages colour prototxt by a lexer that knows all that stands in nets."""

import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from pygments.token import Comment, Error, Keyword, Name, Number, Punctuation, String, Whitespace

from caffe_lint.text.pygments_lexer import PrototxtLexer
from tests.rules.examples import RULES, example

ROOT = Path(__file__).resolve().parents[2]


def test_tokens() -> None:
    text = 'layer {  # one\n  name: "a\\"b"\n  pool: MAX, w: -0.5e-3 on: true x: \'c\'\n}\n'
    tokens = [pair for pair in PrototxtLexer().get_tokens(text) if pair[0] not in (Whitespace, Punctuation)]
    assert tokens == [
        (Name.Tag, "layer"),
        (Comment.Single, "# one"),
        (Name.Attribute, "name"),
        (String.Double, '"a\\"b"'),
        (Name.Attribute, "pool"),
        (Name.Constant, "MAX"),
        (Name.Attribute, "w"),
        (Number, "-0.5e-3"),
        (Name.Attribute, "on"),
        (Keyword.Constant, "true"),
        (Name.Attribute, "x"),
        (String.Single, "'c'"),
    ]


@pytest.mark.parametrize("name", RULES)
def test_every_good_example_is_known(name: str) -> None:
    text = example(RULES[name], "good").decode("latin-1")
    tokens = list(PrototxtLexer(ensurenl=False, stripnl=False).get_tokens(text))
    assert [value for kind, value in tokens if kind is Error] == []
    assert "".join(value for _, value in tokens) == text


def test_pygments_finds_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (place,) = project["entry-points"]["pygments.lexers"].values()
    module, _, name = place.partition(":")
    assert getattr(import_module(module), name) is PrototxtLexer
