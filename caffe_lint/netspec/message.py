"""Protobuf messages by the schema of all Caffes: checked when assigned, printed in text format."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeAlias, TypeGuard

from ..schema import FieldType, Kind, Value, load_schema
from .scalar import accept, did_you_mean, write

Element: TypeAlias = "Value | Message"


class Repeated(list[Element]):
    """The elements of a field; what is added by `append`, `extend` and `add` is checked."""

    def __init__(self, field: FieldType, values: Iterable[object] = ()) -> None:
        super().__init__(_accept_element(field, value) for value in values)
        self._field = field

    def append(self, value: object) -> None:
        """Add an element; a mapping becomes a message."""
        super().append(_accept_element(self._field, value))

    def extend(self, values: Iterable[object]) -> None:
        """Add elements."""
        super().extend(_accept_element(self._field, value) for value in values)

    def add(self, **fields: object) -> "Message":
        """Add a message of these fields, and give it back."""
        message = Message(self._field.type_name, fields)
        super().append(message)
        return message


class Message:
    """A message whose fields are its attributes; its `str()` is protobuf's text format.

    A repeated field takes a list, tuple or range, or one element; a field of a message takes a mapping, which
    is merged into the message that is there. Enum values are read as numbers, as in pycaffe.

    Raises:
        AttributeError: if no Caffe knows a field of that name.
        TypeError: if a field that holds one value is given several.
        ValueError: if a field does not take that value.
    """

    def __init__(self, type_name: str, fields: Mapping[str, object] | None = None) -> None:
        self._type = load_schema().message(type_name)
        self._values: dict[str, Element | Repeated] = {}
        self._merge(fields or {})

    def __setattr__(self, name: str, value: object) -> None:
        if name.startswith("_"):
            super().__setattr__(name, value)
            return
        field = self._field(name)
        if field.is_repeated:
            self._values[name] = Repeated(field, value if _is_many(value) else [value])
        elif _is_many(value):
            raise TypeError(f"'{name}' takes one value, got {value!r}")
        elif field.kind is Kind.MESSAGE and isinstance(value, Mapping):
            self._child(field)._merge(value)
        else:
            self._values[name] = _accept_element(field, value)

    def __getattr__(self, name: str) -> "Element | Repeated | None":
        if name.startswith("_"):
            raise AttributeError(name)
        field = self._field(name)
        if field.is_repeated:
            return self._values.setdefault(name, Repeated(field))
        if field.kind is Kind.MESSAGE:
            return self._child(field)
        value = self._values.get(name, field.default)
        return field.enum.values[value] if field.enum and isinstance(value, str) else value

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in self._lines())

    def _merge(self, fields: Mapping[str, object]) -> None:
        for name, value in fields.items():
            setattr(self, name, value)

    def _field(self, name: str) -> FieldType:
        fields = self._type.fields
        if name not in fields:
            raise AttributeError(f"{self._type.name} has no field '{name}'{did_you_mean(name, fields)}")
        return fields[name]

    def _child(self, field: FieldType) -> "Message":
        child = self._values.get(field.name)
        if not isinstance(child, Message):
            child = self._values[field.name] = Message(field.type_name)
        return child

    def _lines(self) -> Iterator[str]:
        for field in sorted(map(self._field, self._values), key=_print_order):
            held = self._values[field.name]
            for element in held if isinstance(held, Repeated) else (held,):
                if not isinstance(element, Message):
                    yield f"{field.name}: {write(field, element)}"
                elif (lines := list(element._lines())) or field.is_repeated:
                    yield f"{field.name} {{"
                    yield from (f"  {line}" for line in lines)
                    yield "}"


def _accept_element(field: FieldType, value: object) -> Element:
    if field.kind is not Kind.MESSAGE:
        return accept(field, value)
    if isinstance(value, Mapping):
        return Message(field.type_name, value)
    if isinstance(value, Message) and value._type.name == field.type_name:
        return value
    raise ValueError(f"'{field.name}' must be a dict of fields of {field.type_name}, got {value!r}")


def _is_many(value: object) -> TypeGuard[Collection[object]]:
    return not isinstance(value, str | bytes | Mapping) and isinstance(value, Collection)


def _print_order(field: FieldType) -> tuple[bool, int, str]:
    """By number, as protobuf prints; fields that BVLC does not have, and so no number, come last."""
    return (field.number is None, field.number or 0, field.name)
