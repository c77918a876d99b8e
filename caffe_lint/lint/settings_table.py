"""What stands in a settings file, as settings: every key known, every value of its type."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

from .settings import Settings
from .typed import TypedField, WrongValueError, json_type, plain, read_value, typed_fields

ADDING = ("extend_select", "extend_ignore", "extend_include", "extend_exclude")
"""What adds to the same key of an extended file, where other keys replace it."""


class SettingsError(ValueError):
    """A key or value that settings cannot have; `keys` leads to it, `value` is the wrong one, if any."""

    def __init__(self, message: str, keys: tuple[str, ...], value: object = None) -> None:
        super().__init__(message)
        self.keys = keys
        self.value = value


@cache
def setting_fields() -> dict[str, TypedField]:
    """All keys of settings files."""
    return {field.key: field for field in typed_fields(Settings)}


def read_settings(table: Mapping[str, object], folder: str) -> dict[str, Any]:
    """The fields of `Settings` that a table gives.

    Args:
        table: what stands in the file.
        folder: the folder of the file, to which its paths and patterns are relative.

    Raises:
        SettingsError: if a key is unknown, or a value is none that it may have.
    """
    fields = setting_fields()
    values = {}
    for key, value in table.items():
        if key not in fields:
            raise SettingsError(f"unknown setting '{key}'{suggestion(key.replace('_', '-'), fields)}", (key,))
        try:
            values[fields[key].name] = read_value(fields[key].kind, value, folder)
        except WrongValueError as error:
            keys = (key, *error.keys)
            raise SettingsError(f"'{'.'.join(keys)}': {error}", keys, error.found) from error
    for name in ("include", "extend-include", "exclude", "extend-exclude", "per-file-ignores"):
        for pattern in _patterns(table.get(name)):
            if pattern.startswith("!"):
                raise SettingsError(f"'{name}': a pattern cannot begin with '!'", (name,), pattern)
    return values


def _patterns(value: object) -> Iterator[str]:
    yield from (pattern for pattern in value or () if isinstance(pattern, str))  # type: ignore[attr-defined]


def suggestion(word: str, known: object) -> str:
    """The end of a message about an unknown word: what was probably meant."""
    near = get_close_matches(word, list(known), n=1)  # type: ignore[call-overload]
    return f", did you mean '{near[0]}'?" if near else ""


@cache
def _line() -> re.Pattern[str]:
    """A line that begins a table (group 1) or gives a key (group 2)."""
    return re.compile(r"\s*(?:\[\[?([^\]]+)\]?\]|([^=#\[]+?)\s*=)")


@cache
def _part() -> re.Pattern[str]:
    """One part of a dotted key."""
    return re.compile(r"\"[^\"]*\"|'[^']*'|[^.\s]+")


def line_of(text: str, section: tuple[str, ...], keys: tuple[str, ...], value: object = None) -> int | None:
    """The line of a settings file in which a key, and then a value, stands; None if it is not found.

    tomllib keeps no places, so that this looks for them, in files that it has parsed.

    Args:
        text: the file.
        section: the table of the settings, such as `tool`, `caffe-lint`.
        keys: what leads to the value from there.
        value: the value, if it is a string to be looked for from there on.
    """
    header: tuple[str, ...] = ()
    lines = text.splitlines()
    best, depth = None, 0
    for number, line in enumerate(lines, 1):
        if not (match := _line().match(line)):
            continue
        parts = tuple(part.strip("\"'") for part in _part().findall(match[1] or match[2]))
        header, path = (parts, parts) if match[1] else (header, (*header, *parts))
        wanted = (*section, *keys)
        shared = _shared(path, wanted)
        # A table inside of what is wanted is also a place of it.
        if shared > max(depth, len(section)) and shared in (len(path), len(wanted)):
            best, depth = number, shared
    if best is not None and isinstance(value, str):
        later = (n for n in range(best, len(lines) + 1) if _holds(lines[n - 1], value))
        return next(later, best)
    return best


def _shared(path: tuple[str, ...], wanted: tuple[str, ...]) -> int:
    number = 0
    while number < min(len(path), len(wanted)) and path[number] == wanted[number]:
        number += 1
    return number


def _holds(line: str, value: str) -> bool:
    return f'"{value}"' in line or f"'{value}'" in line


def settings_schema(options: Mapping[str, Mapping[str, TypedField]]) -> dict[str, object]:
    """The JSON schema of settings files.

    Args:
        options: the options of the rules that have some, by the name of the rule.
    """
    properties = {key: _described(field) for key, field in setting_fields().items()}
    properties["rules"]["properties"] = {
        name: {
            "type": "object",
            "properties": {key: _described(field) for key, field in fields.items()},
            "additionalProperties": False,
        }
        for name, fields in options.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of caffe-lint: caffe-lint.toml, or [tool.caffe-lint] in pyproject.toml",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def _described(field: TypedField) -> dict[str, Any]:
    described = {"description": field.doc, **json_type(field.kind)}
    if field.default in (None, ()):
        return described
    return {**described, "default": plain(field.kind, field.default)}
