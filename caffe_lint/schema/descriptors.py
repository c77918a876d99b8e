"""Real protobuf message classes of a schema, for those who want Caffe's messages and not our tree."""

from functools import lru_cache

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from .model import EnumType, FieldType, Kind, Label, Schema

_PACKAGE = "caffe"
_FIRST_OWN_NUMBER = 20000
"""Fields that BVLC does not have are numbered from here: forks use equal numbers for different fields."""

_TYPES = {kind: FieldDescriptorProto.Type.Value(f"TYPE_{kind.name}") for kind in Kind}
_LABELS = {label: FieldDescriptorProto.Label.Value(f"LABEL_{label.name}") for label in Label}


def message_class(name: str, view: Schema) -> type[Message]:
    """The protobuf class of a message, fit for `text_format.Parse`; binary data only as far as BVLC's go.

    Raises:
        KeyError: if the view does not know the message.
    """
    return GetMessageClass(_pool(view).FindMessageTypeByName(f"{_PACKAGE}.{name}"))


@lru_cache(maxsize=8)
def _pool(view: Schema) -> DescriptorPool:
    pool = DescriptorPool()
    pool.AddSerializedFile(_File(view).build().SerializeToString())
    return pool


class _File:
    """One .proto file as a descriptor, with messages and enums inside each other as their names say."""

    def __init__(self, view: Schema) -> None:
        self.view = view
        self.file = FileDescriptorProto(name="caffe_lint/caffe.proto", package=_PACKAGE, syntax="proto2")
        self.messages: dict[str, DescriptorProto] = {}
        self.enums: dict[str, str] = {}
        self.taken: set[tuple[str, str]] = set()

    def build(self) -> FileDescriptorProto:
        """Describe every message that the view knows."""
        for name in self.view.message_names:
            own_number = _FIRST_OWN_NUMBER
            for field in self.view.message(name).fields.values():
                own_number += field.number is None
                number = own_number if field.number is None else field.number
                self._field(self._message(name).field.add(), field, number)
        return self.file

    def _message(self, name: str) -> DescriptorProto:
        found = self.messages.get(name)
        if found is None:
            scope, _, own_name = name.rpartition(".")
            siblings = self._message(scope).nested_type if scope else self.file.message_type
            found = self.messages[name] = siblings.add(name=own_name)
        return found

    def _field(self, described: FieldDescriptorProto, field: FieldType, number: int) -> None:
        described.name = field.name
        described.number = number
        described.type = _TYPES[field.kind]
        described.label = _LABELS[field.label]
        if field.enum:
            described.type_name = f".{_PACKAGE}.{self._enum(field.enum)}"
        elif field.kind is Kind.MESSAGE:
            self._message(field.type_name)
            described.type_name = f".{_PACKAGE}.{field.type_name}"
        if field.default:
            described.default_value = (
                str(field.default).lower() if field.default is True else str(field.default)
            )

    def _enum(self, enum: EnumType) -> str:
        """Describe an enum once; its full name."""
        if enum.name in self.enums:
            return self.enums[enum.name]
        scope, _, own_name = enum.name.rpartition(".")
        # The values of an enum are names of the scope around it: where two forks clash, it gets its own.
        if any((scope, value) in self.taken for value in enum.values):
            scope = f"{enum.name}Scope"
        self.taken |= {(scope, value) for value in enum.values}
        siblings = self._message(scope).enum_type if scope else self.file.enum_type
        self._values(siblings.add(name=own_name), enum)
        full_name = self.enums[enum.name] = f"{scope}.{own_name}" if scope else own_name
        return full_name

    def _values(self, described: EnumDescriptorProto, enum: EnumType) -> None:
        for value, number in enum.values.items():
            described.value.add(name=value, number=number)
        if len(enum.names) < len(enum.values):
            described.options.allow_alias = True
