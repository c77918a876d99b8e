"""What every known Caffe's schema says, and a parsed file seen through it: dialects, typed access, checks."""

from .block import Block
from .check import check
from .dialect import dialect_named, infer
from .model import BVLC, EnumType, FieldType, Kind, Label, MessageType, Schema, Value, load_schema
from .problem import Answer, ProblemKind, SchemaProblem
from .recognise import Impostor, ImpostorKind, recognise
from .root import root_type_of

__all__ = [
    "BVLC",
    "Answer",
    "Block",
    "EnumType",
    "FieldType",
    "Impostor",
    "ImpostorKind",
    "Kind",
    "Label",
    "MessageType",
    "ProblemKind",
    "Schema",
    "SchemaProblem",
    "Value",
    "check",
    "dialect_named",
    "infer",
    "load_schema",
    "recognise",
    "root_type_of",
]
