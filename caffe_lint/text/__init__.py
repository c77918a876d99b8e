"""Protobuf text format over bytes: tree with places, error recovery, edits. Knows nothing of Caffe."""

from .collector import paused_collector
from .comments import end_of_gap, find_comments
from .diagnose import SyntaxProblem
from .edit import Edit, apply_edits
from .parser import Parsed, parse
from .span import Position, Source, Span
from .tree import Field, List, Message

__all__ = [
    "Edit",
    "Field",
    "List",
    "Message",
    "Parsed",
    "Position",
    "Source",
    "Span",
    "SyntaxProblem",
    "apply_edits",
    "end_of_gap",
    "find_comments",
    "parse",
    "paused_collector",
]
