"""What is done to the files of one folder: which rules run, in which states, and what becomes of findings."""

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..net import Document, NetState
from .diagnostic import Diagnostic, FileReport, Severity
from .plugins import with_plugins
from .registry import all_rules, chosen, codes_of, matching
from .rule import Rule
from .runner import lint
from .settings import Settings
from .settings_table import SettingsError, suggestion
from .typed import TypedField, WrongValueError, read_value, typed_fields

if TYPE_CHECKING:
    from .baseline import Baseline


class Checker(NamedTuple):
    """Checks documents by rules, and applies what settings say about the findings."""

    rules: tuple[Rule, ...]
    """The rules that are on."""
    known: tuple[Rule, ...]
    """All rules that there are, those of plugins too."""
    states: tuple[NetState, ...] | None = None
    severity: Mapping[str, Severity] = {}
    """The severity that settings give to the findings of a rule, by its code."""
    unfixable: frozenset[str] = frozenset()
    """The codes of rules whose fixes are not wanted."""
    baseline: "Baseline | None" = None

    def check(self, document: Document) -> FileReport:
        """The findings in a file that are to be reported.

        Raises:
            RuleFailedError: if a rule raises.
        """
        return self.settle(self.find(document))

    def find(self, document: Document) -> FileReport:
        """What the rules find in a file, whatever settings say about the findings.

        Raises:
            RuleFailedError: if a rule raises.
        """
        return lint(document, self.rules, self.states, known=self.known)

    def settle(self, report: FileReport) -> FileReport:
        """What is to be reported of what was found."""
        found = tuple(map(self._adjusted, report.diagnostics))
        if self.baseline is not None:
            found = self.baseline.new(report.source, found)
        return report._replace(diagnostics=found)

    def without(self, codes: frozenset[str]) -> "Checker":
        """The same with some rules off."""
        return self._replace(rules=tuple(rule for rule in self.rules if rule.code not in codes))

    def _adjusted(self, finding: Diagnostic) -> Diagnostic:
        severity = self.severity.get(finding.code)
        if severity is not None:
            finding = finding._replace(severity=severity)
        return finding._replace(fix=None) if finding.fix and finding.code in self.unfixable else finding


def make_checker(settings: Settings, baseline: "Baseline | None" = None) -> Checker:
    """What settings ask for, for a file to which no pattern of `per-file-ignores` applies.

    Raises:
        PluginError: if a plugin cannot be used.
        SettingsError: if an option of a rule does not exist or has a wrong value.
        UnknownRuleError: if a selector means no rule.
    """
    known = with_plugins(all_rules(), settings.plugins) if settings.plugins else all_rules()
    if settings.rules:
        known = _with_options(known, settings)
    fixable = codes_of(known, settings.fixable) if settings.fixable else {rule.code for rule in known}
    fixable -= codes_of(known, settings.unfixable)
    for _, selectors in settings.per_file_ignores:
        codes_of(known, selectors)
    return Checker(
        rules=chosen(known, settings.selections),
        known=known,
        states=settings.states,
        severity={
            rule.code: severity
            for selector, severity in settings.severity
            for rule in matching(known, selector)
        },
        unfixable=frozenset(rule.code for rule in known if rule.code not in fixable),
        baseline=baseline,
    )


def _with_options(known: Sequence[Rule], settings: Settings) -> tuple[Rule, ...]:
    changed: dict[str, Rule] = {}
    for selector, values in settings.rules:
        found = [rule for rule in known if selector in (rule.name, rule.code)]
        if not found:
            names = [name for rule in known for name in (rule.name, rule.code)]
            hint = suggestion(selector, names)
            raise SettingsError(f"unknown rule '{selector}'{hint}", ("rules", selector))
        (rule,) = found
        changed[rule.code] = _with_option(changed.get(rule.code, rule), selector, dict(values))
    return tuple(changed.get(rule.code, rule) for rule in known)


def _with_option(rule: Rule, selector: str, values: Mapping[str, object]) -> Rule:
    fields = rule_options(rule)
    read: dict[str, Any] = {}
    for key, value in values.items():
        keys = ("rules", selector, key)
        if key not in fields:
            names = ", ".join(f"'{each}'" for each in fields)
            has = f"it has {names}" if fields else "it has none"
            raise SettingsError(f"rule '{selector}' has no option '{key}': {has}", keys)
        try:
            read[fields[key].name] = read_value(fields[key].kind, _thawed(value))
        except WrongValueError as error:
            raise SettingsError(f"'{'.'.join(keys)}': {error}", keys, error.found) from error
    rule = copy.copy(rule)
    rule.options = type(rule.options)(**read)
    return rule


def _thawed(value: object) -> object:
    """A list that settings hold as a tuple."""
    return list(value) if isinstance(value, tuple) else value


def rule_options(rule: Rule) -> dict[str, TypedField]:
    """The options of a rule, by the keys that settings have for them."""
    return {field.key: field for field in typed_fields(type(rule.options))}
