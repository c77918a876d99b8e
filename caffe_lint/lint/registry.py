"""Finds the rules, and which of them a selection means."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher, get_close_matches
from functools import cache
from operator import eq
from types import ModuleType
from typing import NamedTuple

from .rule import Rule
from .settings import Selection

OWN_RULES = "caffe_lint.rules"
"""The package of caffe-lint's own rules."""

EVERYTHING = "ALL"
"""The selector that means all rules."""


class UnknownRuleError(ValueError):
    """A selection names a rule, or a prefix of codes, that does not exist."""

    def __init__(self, selector: str, known: Sequence[Rule]) -> None:
        near = _near(selector, known)
        hint = f", did you mean '{near}'?" if near else "; 'caffe-lint rules' lists all"
        super().__init__(f"unknown rule '{selector}'{hint}")
        self.selector = selector


def _near(selector: str, known: Sequence[Rule]) -> str:
    """The code or name that was probably meant, or nothing; of codes, one with most equal characters."""
    codes = get_close_matches(selector, [rule.code for rule in known], n=len(known))
    if codes:
        likeness = {code: SequenceMatcher(None, selector, code).ratio() for code in codes}
        return max(codes, key=lambda code: (likeness[code], sum(map(eq, code, selector))))
    return next(iter(get_close_matches(selector, [rule.name for rule in known], n=1)), "")


@cache
def all_rules() -> tuple[Rule, ...]:
    """One instance of every rule of caffe-lint itself, by code."""
    return tuple(sorted(rules_in(importlib.import_module(OWN_RULES)), key=lambda rule: rule.code))


def rules_in(module: ModuleType) -> list[Rule]:
    """One instance of every rule that a module makes; of a package, that one of its modules makes."""
    modules = [module]
    if hasattr(module, "__path__"):
        inside = pkgutil.iter_modules(module.__path__, f"{module.__name__}.")
        modules += [importlib.import_module(found.name) for found in inside]
    classes = {
        value: None
        for each in modules
        for value in vars(each).values()
        if isinstance(value, type) and issubclass(value, Rule) and value.__module__ == each.__name__
    }
    return [rule() for rule in classes if hasattr(rule, "code") and not inspect.isabstract(rule)]


def select_rules(select: Iterable[str] = (), ignore: Iterable[str] = ()) -> tuple[Rule, ...]:
    """The rules of caffe-lint itself that are on.

    Args:
        select: codes, prefixes of codes, or names; nothing means all rules.
        ignore: the same; wins over `select`.

    Raises:
        UnknownRuleError: if one of them means no rule.
    """
    return chosen(all_rules(), [Selection(select=tuple(select), ignore=tuple(ignore))])


class Decision(NamedTuple):
    """Whether a rule is on, and what has the last word about it."""

    is_on: bool
    selection: int | None = None
    """The number of the selection that says it; None where none says anything."""
    key: str = ""
    selector: str = ""
    """What means the rule; empty for a rule that is off because `select` does not name it."""


def decide(known: Sequence[Rule], selections: Iterable[Selection]) -> dict[str, Decision]:
    """Which rules are on and why, by code; all are on, where no selection says otherwise.

    Args:
        known: all rules that there are.
        selections: what is said about them, each on top of those before.

    Raises:
        UnknownRuleError: if a selector means no rule.
    """
    decisions = {rule.code: Decision(is_on=True) for rule in known}
    for number, selection in enumerate(selections):
        if selection.select:
            decisions = dict.fromkeys(decisions, Decision(False, number, "select"))
        # The order of its fields is that in which they have a say.
        for key, selectors in selection._asdict().items():
            is_on = key.endswith("select")
            for selector in selectors:
                decision = Decision(is_on, number, key.replace("_", "-"), selector)
                decisions.update((rule.code, decision) for rule in matching(known, selector))
    return decisions


def chosen(known: Sequence[Rule], selections: Iterable[Selection]) -> tuple[Rule, ...]:
    """Those of some rules that are on.

    Raises:
        UnknownRuleError: if a selector means no rule.
    """
    decisions = decide(known, selections)
    return tuple(rule for rule in known if decisions[rule.code].is_on)


def codes_of(known: Sequence[Rule], selectors: Iterable[str]) -> set[str]:
    """The codes of the rules that some selectors mean.

    Raises:
        UnknownRuleError: if one means no rule.
    """
    return {rule.code for selector in selectors for rule in matching(known, selector)}


def matching(known: Sequence[Rule], selector: str) -> list[Rule]:
    """The rules that a code, a prefix of codes, a name or `ALL` means.

    Raises:
        UnknownRuleError: if there is none.
    """
    found = [
        rule
        for rule in known
        if selector == EVERYTHING or selector == rule.name or rule.code.startswith(selector)
    ]
    if selector and found:
        return found
    raise UnknownRuleError(selector, known)
