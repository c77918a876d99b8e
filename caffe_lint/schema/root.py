"""Tells a net from a solver from a label map by the fields at the top of the file."""

from ..text import Message
from .model import load_schema
from .unknown import near_name

ROOT_TYPES = ("NetParameter", "SolverParameter", "LabelMap")


def root_type_of(root: Message) -> str | None:
    """The message type of a whole file; an empty one is a `NetParameter`.

    The root that knows most of the names at the top wins, so that a misspelt field changes nothing; none
    wins if it knows less than half of them, also counting names that are nearly its own.
    """
    names = {field.name for field in root.fields}
    messages = [load_schema().message(root_type) for root_type in ROOT_TYPES]
    best = max(messages, key=lambda message: len(names & message.fields.keys()))
    known = names & best.fields.keys()
    if 2 * len(known) >= len(names):
        return best.name
    near = [
        sum(name in message.fields or near_name(name, message) != "" for name in names)
        for message in messages
    ]
    return ROOT_TYPES[near.index(max(near))] if 2 * max(near) >= len(names) else None
