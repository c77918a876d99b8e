"""Makes checkers of settings, and says where in which settings file a mistake stands."""

from typing import TYPE_CHECKING

import click

from ..lint.checker import Checker, make_checker
from ..lint.plugins import PluginError
from ..lint.registry import UnknownRuleError
from ..lint.settings import Settings
from ..lint.settings_table import SettingsError
from ..net import AUTO
from ..schema import dialect_named
from .settings_files import Loaded
from .settings_options import SettingsChoice

if TYPE_CHECKING:
    from ..lint.baseline import Baseline


def checker_for(loaded: Loaded, choice: SettingsChoice) -> Checker:
    """What checks the files for which some settings hold.

    Raises:
        click.UsageError: if the settings name a Caffe, rules, plugins or options that do not exist or cannot
            be used.
    """
    _check_caffes(loaded, choice)
    try:
        return make_checker(loaded.settings, _baseline(loaded.settings))
    except UnknownRuleError as error:
        where = _where_selected(loaded, error.selector)
        raise click.UsageError(f"{where}{error}") from error
    except PluginError as error:
        where = loaded.where(("plugins",), error.plugin.name)
        raise click.UsageError(f"{where}: {error}") from error
    except SettingsError as error:
        where = loaded.where(error.keys, error.value)
        raise click.UsageError(f"{where}: {error}") from error


def _check_caffes(loaded: Loaded, choice: SettingsChoice) -> None:
    settings = loaded.settings
    names = [("target", name) for name in settings.target]
    if settings.dialect != AUTO:
        names.append(("dialect", settings.dialect))
    for key, name in names:
        try:
            dialect_named(name)
        except ValueError as error:
            where = "" if key in choice.overrides else f"{loaded.where((key,), name)}: "
            raise click.UsageError(f"{where}{error}") from error


def _where_selected(loaded: Loaded, selector: str) -> str:
    settings = loaded.settings
    if any(selector in selectors for selectors in settings.command):
        return ""
    keys = {
        "select": settings.select,
        "ignore": settings.ignore,
        "extend-select": settings.extend_select,
        "extend-ignore": settings.extend_ignore,
        "fixable": settings.fixable,
        "unfixable": settings.unfixable,
    }
    for key, selectors in keys.items():
        if selector in selectors:
            where = loaded.where((key,), selector)
            return f"{where}: " if where else ""
    if any(selector == name for name, _ in settings.severity):
        return f"{loaded.where(('severity', selector))}: "
    return f"{loaded.where(('per-file-ignores',), selector)}: "


def _baseline(settings: Settings) -> "Baseline | None":
    if settings.baseline is None:
        return None
    from ..lint.baseline import BaselineError, read_baseline  # takes a while

    try:
        return read_baseline(settings.baseline)
    except OSError as error:
        hint = ": 'caffe-lint baseline create' makes one" if isinstance(error, FileNotFoundError) else ""
        message = f"cannot read baseline '{settings.baseline}': {error.strerror}{hint}"
        raise click.UsageError(message) from error
    except BaselineError as error:
        raise click.UsageError(f"baseline '{settings.baseline}': {error}") from error
