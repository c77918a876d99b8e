"""What a rule's docstring says, as other tools show it: a summary, plain text, and Markdown."""

import re
import sys
from inspect import cleandoc
from typing import NamedTuple

from ..lint.rule import Rule

_EXAMPLE = re.compile(r"^(\S[^\n]*):\n((?:[ ]{4}[^\n]*(?:\n|\Z)|\n(?=[ ]{4}))+)", re.MULTILINE)


class RuleText(NamedTuple):
    """The documentation of a rule."""

    summary: str
    text: str
    markdown: str


def rule_text(rule: Rule) -> RuleText:
    """The documentation of a rule, out of its module's docstring."""
    text = cleandoc(sys.modules[type(rule).__module__].__doc__ or rule.name)
    summary = text.split("\n\n", 1)[0].replace("\n", " ").removesuffix(".")
    return RuleText(summary, text, _markdown(text))


def _markdown(text: str) -> str:
    """Indented blocks behind a line that ends with a colon become code."""
    return _EXAMPLE.sub(_fenced, text).rstrip("\n")


def _fenced(example: re.Match[str]) -> str:
    code = "\n".join(line.removeprefix("    ") for line in example[2].rstrip("\n").split("\n"))
    return f"{example[1]}:\n\n```prototxt\n{code}\n```\n" + "\n" * example[2].endswith("\n\n")
