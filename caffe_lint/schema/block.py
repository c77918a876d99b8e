"""Typed access to a message of a parsed file: fields by name, values as Caffe stores them, its defaults."""

from ..text import Field, List, Message, Span
from .model import FieldType, Kind, MessageType, Schema, Value
from .value import read_value


class Block:
    """One message as a schema reads it; an absent one reads as all defaults.

    Names are those of the schema: asking for the value of one that no repository knows is a KeyError,
    asking with a method for another kind of value a TypeError. A value that does not convert reads as if it
    were absent, and of a singular field that stands twice the first is read: `check` reports both.

    """

    __slots__ = ("_blocks", "_fields", "_origin", "message", "schema", "type")

    def __init__(
        self, message: Message | None, message_type: MessageType, schema: Schema, origin: Field | Span
    ) -> None:
        self.message = message
        self.type = message_type
        self.schema = schema
        self._origin = origin
        self._fields = _by_name(message.fields) if message else {}
        self._blocks: dict[str, Block] = {}

    @classmethod
    def root(cls, message: Message, type_name: str, schema: Schema) -> "Block":
        """The block of a whole file."""
        return cls(message, schema.message(type_name), schema, message.span)

    @property
    def place(self) -> Span:
        """Where to point when speaking of the whole: the name before the braces.

        For a root it is the whole file, for an absent block the place of the block that lacks it.
        """
        return self._origin if isinstance(self._origin, Span) else head(self._origin)

    @property
    def names(self) -> list[str]:
        """The names of the fields that stand here, known or not, in the order of the file."""
        return list(self._fields)

    def has(self, name: str) -> bool:
        """Whether the field stands here; an empty list does not count."""
        return name in self._fields

    def field(self, name: str) -> Field | None:
        """The field, the first one if there are several."""
        found = self._fields.get(name)
        return found[0] if found else None

    def fields(self, name: str) -> list[Field]:
        """All fields of that name, the elements of a list as one each."""
        return self._fields.get(name, [])

    def span(self, name: str) -> Span:
        """Where the field stands (of a message only its name); the place of the block if it is absent."""
        field = self.field(name)
        if field is None:
            return self.place
        return field.span if isinstance(field.value, str) else head(field)

    def field_type(self, name: str) -> FieldType:
        """What the schema says of a field; what the superset says if this schema does not know it."""
        found = self.type.field(name) or self.schema.superset.message(self.type.name).field(name)
        if found is None:
            raise KeyError(f"no Caffe has a field '{name}' in {self.type.name}")
        return found

    def integer(self, name: str) -> int:
        """The value of an integer field."""
        value = self._value(name)
        if not isinstance(value, int):
            raise TypeError(f"{self.type.name}.{name} is no singular integer")
        return value

    def real(self, name: str) -> float:
        """The value of a float (rounded as C++ stores it) or double field."""
        value = self._value(name)
        if not isinstance(value, float):
            raise TypeError(f"{self.type.name}.{name} is no singular float or double")
        return value

    def boolean(self, name: str) -> bool:
        """The value of a bool field."""
        value = self._value(name)
        if not isinstance(value, bool):
            raise TypeError(f"{self.type.name}.{name} is no singular bool")
        return value

    def string(self, name: str) -> str:
        """The value of a string field; bytes that are no UTF-8 read as `\\xNN`."""
        value = self._value(name)
        if not isinstance(value, str):
            raise TypeError(f"{self.type.name}.{name} is no singular string")
        return value

    def enum(self, name: str) -> str:
        """The name of the value of an enum field, also where the file gives its number."""
        return self.string(name)

    def integers(self, name: str) -> list[int]:
        """The values of a repeated integer field, without those that do not convert."""
        return [value for value in self._values(name) if isinstance(value, int)]

    def reals(self, name: str) -> list[float]:
        """The values of a repeated float or double field, without those that do not convert."""
        return [value for value in self._values(name) if isinstance(value, float)]

    def booleans(self, name: str) -> list[bool]:
        """The values of a repeated bool field, without those that do not convert."""
        return [value for value in self._values(name) if isinstance(value, bool)]

    def strings(self, name: str) -> list[str]:
        """The values of a repeated string or enum field, without those that do not convert."""
        return [value for value in self._values(name) if isinstance(value, str)]

    def placed_strings(self, name: str) -> list[tuple[str, Span]]:
        """The values of a repeated string field, as `strings` gives them, and where each of them stands."""
        field_type = self.field_type(name)
        return [
            (value, field.span)
            for field in self._fields.get(name, ())
            if isinstance(field.value, str) and isinstance(value := read_value(field_type, field.value), str)
        ]

    def block(self, name: str) -> "Block":
        """The message of a singular field, the first one if it stands twice, an empty one if absent."""
        found = self._blocks.get(name)
        if found is None:
            found = self._blocks[name] = self._read_block(name)
        return found

    def blocks(self, name: str) -> list["Block"]:
        """The messages of a repeated field."""
        message_type = self._message_type(name)
        return [
            Block(field.value, message_type, self.schema, field)
            for field in self.fields(name)
            if isinstance(field.value, Message)
        ]

    def _read_block(self, name: str) -> "Block":
        message_type = self._message_type(name)
        for field in self.fields(name):
            if isinstance(field.value, Message):
                return Block(field.value, message_type, self.schema, field)
        return Block(None, message_type, self.schema, self._origin)

    def _value(self, name: str) -> Value | None:
        field_type = self.type.field(name) or self.field_type(name)
        found = self._fields.get(name)
        if found and isinstance(found[0].value, str):
            value = read_value(field_type, found[0].value)
            if value is not None:
                return value
        return field_type.default

    def _values(self, name: str) -> list[Value | None]:
        field_type = self.field_type(name)
        fields = self._fields.get(name, ())
        return [read_value(field_type, field.value) for field in fields if isinstance(field.value, str)]

    def _message_type(self, name: str) -> MessageType:
        field_type = self.field_type(name)
        if field_type.kind is not Kind.MESSAGE:
            raise TypeError(f"{self.type.name}.{name} is no message")
        return self.schema.message(field_type.type_name)

    def __repr__(self) -> str:
        return f"Block({self.type.name}, {self.names})"


def _by_name(fields: list[Field]) -> dict[str, list[Field]]:
    index: dict[str, list[Field]] = {}
    for field in fields:
        elements = field.value.items if isinstance(field.value, List) else (field,)
        if field.name in index:
            index[field.name] += elements
        elif elements:
            index[field.name] = [*elements]
    return index


def head(field: Field) -> Span:
    """Where to point when speaking of a message: its name, or its bracket if it is an element of a list."""
    return field.name_span if field.start < field.value_start else Span(field.start, field.start + 1)
