"""Reads values of TOML into the types that a NamedTuple declares, and says the same as a JSON schema.

Fields are declared as `name: Annotated[type, "what it means"] = default`, so that type, default and
documentation have one source. Types are `bool`, `int`, `float`, `str`, enums and `Literal`, each
perhaps `| None`, `Glob`, `Plugin` and `Path` (strings that are read from the folder of the settings file),
tuples of these (TOML arrays), and tuples of pairs (TOML tables).
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

NEVER = "never"
"""What stands for None where an enum may be None."""


class Glob(NamedTuple):
    """A pattern of file names as in `.gitignore`, and the folder that it is relative to."""

    folder: str
    pattern: str


class Plugin(NamedTuple):
    """A module with rules, by path or by name, and the folder from which it is looked for."""

    folder: str
    name: str


class TypedField(NamedTuple):
    """One field of a NamedTuple that is read from settings."""

    name: str
    kind: Any
    default: object
    doc: str

    @property
    def key(self) -> str:
        """What a settings file calls it."""
        return self.name.replace("_", "-")


class WrongValueError(ValueError):
    """A value is not of the type that is wanted; `keys` leads to it, from the outside in."""

    def __init__(self, expected: str, found: object, keys: tuple[str, ...] = ()) -> None:
        super().__init__(f"expected {expected}, found {shown(found)}")
        self.found = found
        self.keys = keys


def typed_fields(owner: type) -> Iterator[TypedField]:
    """The documented fields of a NamedTuple, in order."""
    hints = get_type_hints(owner, include_extras=True)
    for name, default in getattr(owner, "_field_defaults", {}).items():
        kind, *docs = get_args(hints[name]) if hasattr(hints[name], "__metadata__") else (hints[name],)
        if docs:
            yield TypedField(name, kind, default, docs[0])


def read_value(kind: Any, value: object, folder: str = "") -> object:
    """A value of TOML as the type that is wanted.

    Raises:
        WrongValueError: if it is none.
    """
    if (inner := _optional(kind)) is not None:
        return None if value == NEVER and _is_enum(inner) else read_value(inner, value, folder)
    if get_origin(kind) is tuple:
        element = get_args(kind)[0]
        return _table(element, value, folder) if _is_pair(element) else _array(element, value, folder)
    return _scalar(kind, value, folder)


def _array(element: Any, value: object, folder: str) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise WrongValueError(f"a list of {_plural(element)}", value)
    return tuple(read_value(element, item, folder) for item in value)


def _table(pair: Any, value: object, folder: str) -> tuple[tuple[object, object], ...]:
    first, second = get_args(pair)
    if not isinstance(value, dict):
        raise WrongValueError("a table", value)
    pairs = []
    for key, item in value.items():
        try:
            pairs.append((read_value(first, key, folder), read_value(second, item, folder)))
        except WrongValueError as error:
            error.keys = (key, *error.keys)
            raise
    return tuple(pairs)


def _scalar(kind: Any, value: object, folder: str) -> object:
    if kind is object and not isinstance(value, dict):
        return tuple(value) if isinstance(value, list) else value
    if kind is float and type(value) is int:
        return float(value)
    if kind in (bool, int, float, str) and type(value) is kind:
        return value
    if _is_enum(kind) and value in [member.value for member in kind]:
        return kind(value)
    if get_origin(kind) is Literal and value in get_args(kind):
        return value
    if kind in (Glob, Plugin, Path) and isinstance(value, str) and value:
        return Path(folder, value) if kind is Path else kind(folder, value)
    raise WrongValueError(_expected(kind), value)


def _optional(kind: Any) -> Any:
    """The type that may be None; None for one that may not."""
    if get_origin(kind) not in (UnionType, Union):
        return None
    (inner,) = (each for each in get_args(kind) if each is not type(None))
    return inner


def _is_enum(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def _is_pair(kind: Any) -> bool:
    return get_origin(kind) is tuple and Ellipsis not in get_args(kind)


_NOUNS: Mapping[Any, tuple[str, str]] = {
    object: ("a value", "values"),
    bool: ("true or false", "booleans"),
    int: ("a whole number", "whole numbers"),
    float: ("a number", "numbers"),
    str: ("a string", "strings"),
    Glob: ("a pattern", "strings"),
    Plugin: ("a module or path", "strings"),
    Path: ("a path", "strings"),
}


def _expected(kind: Any) -> str:
    choices = [member.value for member in kind] if _is_enum(kind) else get_args(kind)
    return " or ".join(f"'{choice}'" for choice in choices) if choices else _NOUNS[kind][0]


def _plural(kind: Any) -> str:
    return _NOUNS[kind][1] if kind in _NOUNS else "values"


def shown(value: object) -> str:
    """A value of TOML for a message: as it is written there, cut if it is long."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (dict, list)):
        return "a table" if isinstance(value, dict) else "a list"
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def json_type(kind: Any) -> dict[str, object]:
    """The JSON schema of what `read_value` takes for a type."""
    if (inner := _optional(kind)) is not None:
        return {"enum": [*_choices(inner), NEVER]} if _is_enum(inner) else json_type(inner)
    if get_origin(kind) is tuple:
        element = get_args(kind)[0]
        if _is_pair(element):
            return {"type": "object", "additionalProperties": json_type(get_args(element)[1])}
        return {"type": "array", "items": json_type(element)}
    if _is_enum(kind) or get_origin(kind) is Literal:
        return {"enum": _choices(kind)}
    names = {bool: "boolean", int: "integer", float: "number", str: "string", object: None}
    if kind in names:
        return {"type": names[kind]} if names[kind] else {}
    return {"type": "string", "minLength": 1}


def _choices(kind: Any) -> list[object]:
    return [member.value for member in kind] if _is_enum(kind) else list(get_args(kind))


def plain(kind: Any, value: object) -> Any:
    """A value of a type as a settings file, or JSON, has it; paths and patterns without their folders."""
    if (inner := _optional(kind)) is not None:
        return plain(inner, value) if value is not None else NEVER if _is_enum(inner) else None
    if get_origin(kind) is tuple and isinstance(value, tuple):
        element = get_args(kind)[0]
        if _is_pair(element):
            first, second = get_args(element)
            return {plain(first, key): plain(second, item) for key, item in value}
        return [plain(element, item) for item in value]
    if isinstance(value, (Glob, Plugin)):
        return value[1]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value
