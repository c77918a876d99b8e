"""Tells a net from a solver from a label map by the fields at the top of the file."""

from ..text import Message
from .model import ROOT_TYPES, MessageType, load_schema
from .unknown import near_name

_MAX_NAMES = 50
"""With more names than this at the top a misspelt one decides nothing."""


def root_type_of(root: Message) -> str | None:
    """The message type of a whole file; an empty one is a `NetParameter`.

    The root that knows most of the names at the top wins, so that a misspelt field changes nothing; none
    wins if it knows less than half of them, also counting names that are nearly its own.
    """
    names = {field.name for field in root.fields}
    messages = [load_schema().message(root_type) for root_type in ROOT_TYPES]
    for is_its_own in (_has, _nearly_has) if len(names) <= _MAX_NAMES else (_has,):
        counts = [sum(is_its_own(message, name) for name in names) for message in messages]
        if 2 * max(counts) >= len(names):
            return ROOT_TYPES[counts.index(max(counts))]
    return None


def _has(message: MessageType, name: str) -> bool:
    return message.field(name) is not None


def _nearly_has(message: MessageType, name: str) -> bool:
    return _has(message, name) or near_name(name, message) != ""
