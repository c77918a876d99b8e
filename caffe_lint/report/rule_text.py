"""What a rule is about, for people and for programs: all of it is taken from the rule itself."""

import inspect
import sys
import textwrap
from collections.abc import Iterator, Sequence

from ..lint import Rule
from ..lint.checker import rule_options
from ..lint.typed import TypedField, json_type, plain
from .wording import CLAIM_WORDS


def explanation(rule: Rule) -> str:
    """The documentation of a rule: the docstring of its module, or else that of its class."""
    module = sys.modules[type(rule).__module__]
    return inspect.cleandoc(module.__doc__ or type(rule).__doc__ or "")


def rule_data(rule: Rule) -> dict[str, object]:
    """A rule as an object of the JSON contract."""
    text = explanation(rule)
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "claim": rule.claim.value,
        "fixable": rule.fixable,
        "summary": text.split("\n", 1)[0],
        "explanation": text,
        "options": [_option(field) for field in rule_options(rule).values()],
    }


def _option(field: TypedField) -> dict[str, object]:
    return {
        "name": field.key,
        "type": json_type(field.kind),
        "default": plain(field.kind, field.default),
        "meaning": field.doc,
    }


def rule_text(rule: Rule) -> str:
    """A rule as people read it."""
    lines = [
        f"{rule.code} {rule.name}",
        "",
        explanation(rule),
        "",
        f"Severity: {rule.severity.value}",
        f"Claim: {CLAIM_WORDS[rule.claim]} ({rule.claim.value})",
        f"Fix: {'for some of its findings' if rule.fixable else 'none'}",
    ]
    options = rule_options(rule)
    if options:
        lines += ["", f"Options, in [tool.caffe-lint.rules.{rule.name}]:"]
        lines += [line for field in options.values() for line in _option_lines(field)]
    return "\n".join(lines) + "\n"


def _option_lines(field: TypedField) -> list[str]:
    import json

    default = json.dumps(plain(field.kind, field.default))
    return [f"    {field.key} = {default}", *textwrap.wrap(field.doc, 74, initial_indent=" " * 6)]


def rule_table(rules: Sequence[Rule]) -> Iterator[str]:
    """One line for each rule, under a heading."""
    rows = [("code", "name", "severity", "claim", "fix")]
    rows += [
        (rule.code, rule.name, rule.severity.value, rule.claim.value, "yes" if rule.fixable else "")
        for rule in rules
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(map(str.ljust, row, widths)).rstrip() + "\n"
