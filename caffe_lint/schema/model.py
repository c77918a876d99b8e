"""What is known of every Caffe's messages, fields, enums and layer types, and by which repositories."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from pkgutil import get_data
from typing import NamedTuple, TypedDict

from ..text.scalar import to_float32

BVLC = "BVLC/caffe"
"""The reference: where it knows a field, its type, label and default win."""

ROOT_TYPES = ("NetParameter", "SolverParameter", "LabelMap")
"""What a whole file may be."""

Value = bool | int | float | str
"""What a scalar field holds: an enum value is its name, bytes are a string as far as they are UTF-8."""


class Kind(StrEnum):
    """What a field holds, as a .proto file spells it."""

    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    UINT64 = "uint64"
    FLOAT = "float"
    DOUBLE = "double"
    BOOL = "bool"
    STRING = "string"
    BYTES = "bytes"
    ENUM = "enum"
    MESSAGE = "message"


class Label(StrEnum):
    """How often a field may stand in its message, as a .proto file spells it."""

    OPTIONAL = "optional"
    REQUIRED = "required"
    REPEATED = "repeated"


_SCALARS = {kind.value: kind for kind in Kind if kind not in (Kind.ENUM, Kind.MESSAGE)}
_REQUIRED = "required "
_LABELS = {label.value: label for label in Label}
_ZEROS: dict[Kind, Value] = {
    **dict.fromkeys((Kind.INT32, Kind.UINT32, Kind.INT64, Kind.UINT64), 0),
    **dict.fromkeys((Kind.FLOAT, Kind.DOUBLE), 0.0),
    **dict.fromkeys((Kind.STRING, Kind.BYTES), ""),
    Kind.BOOL: False,
}


class EnumType:
    """An enum: its value names in the order of declaration, with their numbers."""

    __slots__ = ("name", "names", "repos", "values")

    def __init__(self, name: str, values: dict[str, int], repos: dict[str, tuple[str, ...]]) -> None:
        self.name = name
        self.values = values
        self.repos = repos
        self.names = {number: value for value, number in reversed(values.items())}


@dataclass(eq=False, repr=False, slots=True)
class FieldType:
    """What a schema says of one field.

    `default` is what Caffe reads where the field is absent: the declared one or the zero of its kind, the
    name of a value for an enum, None for a message and for a repeated field. `repos` are all repositories
    that know the field, in whatever variant. `number` is BVLC's, None where BVLC has no such field.
    """

    name: str
    kind: Kind
    label: Label
    default: Value | None
    type_name: str
    enum: EnumType | None
    repos: tuple[str, ...]
    number: int | None

    @property
    def is_repeated(self) -> bool:
        """Whether the field may stand any number of times, or hold a list."""
        return self.label is Label.REPEATED


class MessageType:
    """A message and its fields, built when they are asked for; one that a schema does not know has none."""

    def __init__(self, name: str, variants: dict[str, str], schema: "Schema") -> None:
        self.name = name
        self._variants = variants
        self._schema = schema
        self._chosen: dict[str, FieldType | None] = {}

    def field(self, name: str) -> FieldType | None:
        """The field of that name, None if the schema knows none."""
        if name not in self._chosen:
            if name not in self._variants:
                return None
            self._chosen[name] = self._schema.choose(name, self._variants[name])
        return self._chosen[name]

    @cached_property
    def fields(self) -> dict[str, FieldType]:
        """All fields by name."""
        fields = ((name, self.field(name)) for name in self._variants)
        return {name: field for name, field in fields if field}

    @cached_property
    def required(self) -> frozenset[str]:
        """The names of the fields that must not be absent."""
        candidates = (self.field(name) for name, lines in self._variants.items() if _REQUIRED in lines)
        return frozenset(field.name for field in candidates if field and field.label is Label.REQUIRED)


class Schema:
    """What any of some repositories know: the superset of all, or a view that a file is judged by.

    Messages and enums are built when they are first asked for, so that a small net costs next to nothing.
    """

    def __init__(self, facts: "_Facts", known: int) -> None:
        self._facts = facts
        self._known = known
        self._messages: dict[str, MessageType] = {}
        self._enums: dict[str, EnumType] = {}

    @cached_property
    def repositories(self) -> tuple[str, ...]:
        """The repositories of this view, BVLC's first."""
        return self._facts.names_of(self._known)

    @property
    def superset(self) -> "Schema":
        """What any repository at all knows."""
        return self._facts.view((1 << len(self._facts.repositories)) - 1)

    def view(self, repos: Iterable[str]) -> "Schema":
        """What any of these repositories knows.

        Where they differ about a field, BVLC's variant wins if BVLC is one of them, else the variant that
        most of them share, else BVLC's, else a repeated one.

        Raises:
            ValueError: if a repository is not one of the superset's.
        """
        return self._facts.view(sum({1 << self._facts.repositories.index(repo) for repo in repos}))

    @property
    def message_names(self) -> list[str]:
        """All messages of which this view knows a field."""
        return [name for name in self._facts.messages if self.message(name).fields]

    @property
    def enum_names(self) -> list[str]:
        """All enums of which this view knows a value."""
        return [name for name in self._facts.enums if self.enum(name).values]

    def message(self, name: str) -> MessageType:
        """The message of that name, without fields if this view knows none."""
        found = self._messages.get(name)
        if found is None:
            found = self._messages[name] = MessageType(name, self._facts.messages.get(name, {}), self)
        return found

    def enum(self, name: str) -> EnumType:
        """The enum of that name, without values if this view knows none."""
        found = self._enums.get(name)
        if found is None:
            found = self._enums[name] = self._read_enum(name)
        return found

    @cached_property
    def layer_types(self) -> dict[str, tuple[str, ...]]:
        """The layer types of this view, each with all repositories that register it."""
        types = ((name, int(repos, 16)) for name, repos in self._facts.layer_types.items())
        return {name: self._facts.names_of(repos) for name, repos in types if repos & self._known}

    @property
    def v1_types(self) -> dict[str, str]:
        """Layer type by the name of its `V1LayerParameter.LayerType` (upgrade_proto.cpp)."""
        return self._facts.v1_types

    @property
    def v0_types(self) -> dict[str, str]:
        """`V1LayerParameter.LayerType` by the type string of a V0 layer (upgrade_proto.cpp)."""
        return self._facts.v0_types

    def choose(self, name: str, lines: str) -> FieldType | None:
        """The variant of a field that this view goes by, out of the lines of the data file."""
        variants = [_Variant.read(line) for line in lines.split("\n")]
        known = 0
        for variant in variants:
            known |= variant.known
        if not known & self._known:
            return None
        best = variants[0] if len(variants) == 1 else max(variants, key=self._rank)
        kind = self._facts.kind_of(best.type_name)
        enum = self.enum(best.type_name) if kind is Kind.ENUM else None
        return FieldType(
            name=name,
            kind=kind,
            label=best.label,
            default=_default(best, kind, enum),
            type_name=best.type_name if kind in (Kind.ENUM, Kind.MESSAGE) else "",
            enum=enum,
            repos=self._facts.names_of(known),
            number=next((variant.number for variant in variants if variant.number is not None), None),
        )

    def _rank(self, variant: "_Variant") -> tuple[int, int, int, bool, int]:
        here = variant.known & self._known
        # Where a repository has had both, a repeated field also takes what is written for a singular one.
        is_repeated = variant.label is Label.REPEATED
        return (here & 1, here.bit_count(), variant.known & 1, is_repeated, variant.known.bit_count())

    def _read_enum(self, name: str) -> EnumType:
        values: dict[str, tuple[int, int]] = {}
        repos: dict[str, int] = {}
        for line in self._facts.enums.get(name, ()):
            value, number, mask = line.split(" ")
            known = int(mask, 16)
            repos[value] = repos.get(value, 0) | known
            rank = (known & self._known).bit_count()
            if rank and rank > values.get(value, (0, 0))[1]:
                values[value] = (int(number), rank)
        return EnumType(
            name,
            {value: number for value, (number, _) in values.items()},
            {value: self._facts.names_of(repos[value]) for value in values},
        )


class _Document(TypedDict):
    repositories: list[str]
    messages: dict[str, dict[str, str]]
    enums: dict[str, list[str]]
    layer_types: dict[str, str]
    v1_types: dict[str, str]
    v0_types: dict[str, str]


class _Facts:
    """The data file as read, and the views made of it."""

    def __init__(self, document: _Document) -> None:
        self.repositories = document["repositories"]
        self.messages = document["messages"]
        self.enums = document["enums"]
        self.layer_types = document["layer_types"]
        self.v1_types = document["v1_types"]
        self.v0_types = document["v0_types"]
        self._views: dict[int, Schema] = {}
        self._names: dict[int, tuple[str, ...]] = {}

    def view(self, known: int) -> Schema:
        """The one schema of that set of repositories."""
        found = self._views.get(known)
        if found is None:
            found = self._views[known] = Schema(self, known)
        return found

    def kind_of(self, type_name: str) -> Kind:
        """What a type name of the data file means; messages and enums share no name."""
        return _SCALARS.get(type_name) or (Kind.ENUM if type_name in self.enums else Kind.MESSAGE)

    def names_of(self, known: int) -> tuple[str, ...]:
        """The repositories of a set."""
        found = self._names.get(known)
        if found is None:
            names = tuple(name for index, name in enumerate(self.repositories) if known >> index & 1)
            found = self._names[known] = names
        return found


class _Variant(NamedTuple):
    """One line of the data file about a field."""

    label: Label
    type_name: str
    known: int
    number: int | None
    default: str | None

    @classmethod
    def read(cls, line: str) -> "_Variant":
        label, type_name, known, number, *default = line.split(" ", 4)
        return cls(
            _LABELS[label],
            type_name,
            int(known, 16),
            None if number == "-" else int(number),
            default[0] if default else None,
        )


def _default(variant: _Variant, kind: Kind, enum: EnumType | None) -> Value | None:
    if variant.label is Label.REPEATED or kind is Kind.MESSAGE:
        return None
    if variant.default is None:
        # Without a declared default an enum's is its first value (proto2).
        return next(iter(enum.values), "") if enum else _ZEROS[kind]
    value: Value = json.loads(variant.default)
    return to_float32(value) if kind is Kind.FLOAT and isinstance(value, float) else value


@cache
def load_schema() -> Schema:
    """The superset of all known repositories, read from the data file once in a process."""
    facts = _Facts(json.loads(get_data(__package__, "schema.json") or b""))
    return facts.view((1 << len(facts.repositories)) - 1)
