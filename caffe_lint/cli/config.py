"""`caffe-lint config`: which settings hold for a file, and from where."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from ..lint.settings import Selection, Settings
from ..lint.settings_table import setting_fields
from ..lint.typed import TypedField, plain
from ..report import printable
from .chooser import Chooser
from .completion import complete_paths
from .options import format_option
from .sections import SectionedCommand
from .settings_files import Loaded, straight
from .settings_options import CACHE_VARIABLE, SettingsChoice, settings_options

if TYPE_CHECKING:
    from ..lint.rule import Rule

_COMMAND = "command line"
_DEFAULT = "default"


@click.command(cls=SectionedCommand, short_help="Show which settings hold, and from where.")
@click.argument("path", metavar="[PATH]", default=".", shell_complete=complete_paths)
@click.option("--show", is_flag=True, help="Show all settings, and each rule with what turns it on or off.")
@format_option("text", "json", description="How it is written; JSON has everything.")
@settings_options
def config(path: str, format_name: str, choice: SettingsChoice, *, show: bool) -> int:
    """Show which settings hold for a file or folder, and where each comes from.

    PATH need not exist. The other options are those of `caffe-lint check`.
    """
    show_settings(Chooser(choice), path, format_name, choice, is_whole=show)
    return 0


def show_settings(
    chooser: Chooser, path: str, format_name: str, choice: SettingsChoice, *, is_whole: bool
) -> None:
    """Write which settings hold for a file or folder."""
    inside = _inside(path)
    loaded = chooser.loaded(inside)
    data = {
        "file": str(straight(loaded.file.path)) if loaded.file else None,
        "settings": dict(_settings(loaded, choice)),
        "rules": list(_rules(chooser, inside)),
    }
    if format_name == "json":
        from ..report.json_text import json_text

        sys.stdout.write(json_text(data))
    else:
        sys.stdout.writelines(f"{printable(line)}\n" for line in _text(data, is_whole=is_whole))


def _inside(path: str) -> str:
    """A file; of a folder, one that could stand in it."""
    return str(Path(path, "any.prototxt")) if Path(path).is_dir() else path


def _settings(loaded: Loaded, choice: SettingsChoice) -> Iterator[tuple[str, dict[str, object]]]:
    for key, field in setting_fields().items():
        origins = [loaded.where((key,)) or _DEFAULT]
        if _is_on_command_line(field.name, choice):
            is_adding = field.name in ("extend_exclude", *Selection._fields) and origins != [_DEFAULT]
            given = CACHE_VARIABLE if _is_in_environment(field.name) else _COMMAND
            origins = [*origins, given] if is_adding else [given]
        value = _value(loaded.settings, field)
        shown = straight(value) if isinstance(value, Path) else value
        yield key, {"value": plain(field.kind, shown), "from": " and ".join(origins)}


def _is_on_command_line(name: str, choice: SettingsChoice) -> bool:
    if name == "extend_exclude":
        return bool(choice.extend_exclude)
    return name in choice.overrides or bool(getattr(choice.selection, name, ()))


def _is_in_environment(name: str) -> bool:
    return click.get_current_context().get_parameter_source(name) is ParameterSource.ENVIRONMENT


def _value(settings: Settings, field: TypedField) -> object:
    value = getattr(settings, field.name)
    more = getattr(settings.command, field.name, ())
    return (*value, *more) if more else value


def _rules(chooser: Chooser, path: str) -> Iterator[dict[str, object]]:
    from ..lint.registry import decide, matching

    checker, loaded = chooser.checker(path), chooser.loaded(path)
    decisions = decide(checker.known, loaded.settings.selections)
    ignored = {
        rule.code: glob.pattern
        for glob, selectors in chooser.file_ignores(path)
        for selector in selectors
        for rule in matching(checker.known, selector)
    }
    for rule in checker.known:
        decision = decisions[rule.code]
        is_on, why = decision.is_on, _DEFAULT
        if decision.selection is not None:
            where = _COMMAND if decision.selection else loaded.where((decision.key,), decision.selector)
            named = f" '{decision.selector}'" if decision.selector else ", which does not name it"
            why = f"{decision.key}{named} ({where})"
        if is_on and rule.code in ignored:
            where = loaded.where(("per-file-ignores", ignored[rule.code]))
            is_on, why = False, f"per-file-ignores '{ignored[rule.code]}' ({where})"
        severity = checker.severity.get(rule.code, rule.severity)
        yield {
            "code": rule.code,
            "name": rule.name,
            "on": is_on,
            "because": why,
            "severity": severity.value,
            "fixable": rule.fixable and rule.code not in checker.unfixable,
            "options": _options(rule),
        }


def _options(rule: "Rule") -> dict[str, object]:
    from ..lint.checker import rule_options

    values = zip(rule_options(rule).items(), rule.options, strict=True)
    return {key: plain(field.kind, value) for (key, field), value in values}


def _text(data: Mapping[str, Any], *, is_whole: bool) -> Iterator[str]:
    yield f"settings file: {data['file'] or 'none'}"
    settings = data["settings"].items()
    given = [(key, entry) for key, entry in settings if is_whole or entry["from"] != _DEFAULT]
    for key, entry in given:
        yield f"  {key} = {_toml(entry['value'])}  ({entry['from']})"
    rules = data["rules"]
    on = sum(rule["on"] for rule in rules)
    yield f"rules: {on} on, {len(rules) - on} off"
    for rule in rules if is_whole else (rule for rule in rules if not rule["on"]):
        state = "on " if rule["on"] else "off"
        yield f"  {state} {rule['code']} {rule['name']}: {rule['because']}"


def _toml(value: object) -> str:
    """A value about as TOML writes it."""
    import json

    if isinstance(value, dict):
        inside = ", ".join(f"{_toml(key)} = {_toml(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if value else "{}"
    return json.dumps(value, ensure_ascii=False) if value is not None else "not given"
