"""Finds the rules, and which of them a selection means."""

import importlib
import pkgutil
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

from .rule import Rule

_PACKAGE = "caffe_lint.rules"


class UnknownRuleError(ValueError):
    """A selection names a rule, or a prefix of codes, that does not exist."""


@cache
def all_rules() -> tuple[Rule, ...]:
    """One instance of every rule, by code."""
    folder = importlib.import_module(_PACKAGE).__path__
    modules = (
        importlib.import_module(f"{_PACKAGE}.{module.name}") for module in pkgutil.iter_modules(folder)
    )
    classes = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Rule) and value.__module__ == module.__name__
    }
    return tuple(sorted((rule() for rule in classes), key=lambda rule: rule.code))


def select_rules(select: Iterable[str] = (), ignore: Iterable[str] = ()) -> tuple[Rule, ...]:
    """The rules that are on.

    Args:
        select: codes, prefixes of codes, or names; nothing means all rules.
        ignore: the same; wins over `select`.

    Raises:
        UnknownRuleError: if one of them means no rule.
    """
    ignored = {rule.code for selector in ignore for rule in _matching(selector)}
    selected = {rule.code for selector in select for rule in _matching(selector)}
    return tuple(
        rule for rule in all_rules() if (rule.code in selected or not selected) and rule.code not in ignored
    )


def _matching(selector: str) -> list[Rule]:
    matching = [
        rule
        for rule in all_rules()
        if selector == "ALL" or selector == rule.name or rule.code.startswith(selector)
    ]
    if selector and matching:
        return matching
    known = [name for rule in all_rules() for name in (rule.code, rule.name)]
    near = get_close_matches(selector, known, n=1)
    hint = f", did you mean '{near[0]}'?" if near else ""
    raise UnknownRuleError(f"unknown rule '{selector}'{hint}")
