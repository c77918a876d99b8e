"""The rules that there are in the current folder, those of plugins too."""

from collections.abc import Sequence

import click

from ..lint import Rule
from .chooser import Chooser
from .settings_options import SettingsChoice


def known_rules() -> Sequence[Rule]:
    """All rules, by code.

    Raises:
        click.UsageError: if the settings of the folder cannot be used.
    """
    return Chooser(SettingsChoice()).checker("any.prototxt").known


def rules_meant(known: Sequence[Rule], selectors: Sequence[str]) -> Sequence[Rule]:
    """Those of some rules that are meant, all by default.

    Raises:
        click.UsageError: if a selector means none.
    """
    from ..lint.registry import UnknownRuleError, codes_of

    if not selectors:
        return known
    try:
        codes = codes_of(known, selectors)
    except UnknownRuleError as error:
        raise click.UsageError(str(error)) from error
    return [rule for rule in known if rule.code in codes]
