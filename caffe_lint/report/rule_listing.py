"""Rules as `caffe-lint rule` and `caffe-lint rules` show them, for people and for programs."""

import textwrap
from collections.abc import Iterator, Sequence

from ..lint import Rule
from ..lint.checker import rule_options
from ..lint.typed import TypedField, json_type, plain
from .rule_text import rule_text
from .wording import CLAIM_WORDS


def rule_data(rule: Rule) -> dict[str, object]:
    """A rule as an object of the JSON contract."""
    text = rule_text(rule)
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "claim": rule.claim.value,
        "fixable": rule.fixable,
        "summary": text.summary,
        "explanation": text.text,
        "options": [_option(field) for field in rule_options(rule).values()],
    }


def _option(field: TypedField) -> dict[str, object]:
    return {
        "name": field.key,
        "type": json_type(field.kind),
        "default": plain(field.kind, field.default),
        "meaning": field.doc,
    }


def explained(rule: Rule) -> str:
    """A rule as people read it."""
    return "\n".join([f"{rule.code} {rule.name}", "", rule_text(rule).text, "", *rule_facts(rule)]) + "\n"


def rule_facts(rule: Rule) -> list[str]:
    """Severity, claim, fix and options of a rule, line by line."""
    lines = [
        f"Severity: {rule.severity.value}",
        f"Claim: {CLAIM_WORDS[rule.claim]} ({rule.claim.value})",
        f"Fix: {'for some of its findings' if rule.fixable else 'none'}",
    ]
    options = rule_options(rule)
    if options:
        lines += ["", f"Options, in [tool.caffe-lint.rules.{rule.name}]:"]
        lines += [line for field in options.values() for line in _option_lines(field)]
    return lines


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
