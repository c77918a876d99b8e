"""The open world: what to say of a name that a view does not know, because nobody knows all Caffes."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

from ..text import Field, Message
from .model import ROOT_TYPES, FieldType, MessageType, Schema
from .problem import Answer

_MAX_NAMED = 3
_LIKENESS = 0.8
_SHORTEST = 3
_MAX_NEIGHBOURS = 1000
_SUFFIX = "_param"


class Surroundings(NamedTuple):
    """A message with its type, its own field (None for a root) and what it stands in."""

    message: Message
    type: MessageType
    itself: Field | None = None
    outside: "Surroundings | None" = None

    @property
    def name(self) -> str:
        """What the file calls the message."""
        return self.itself.name if self.itself else self.type.name


def unknown_field(
    name: str, inside: Surroundings, view: Schema, *, is_brief: bool
) -> tuple[Answer, str, str]:
    """The answer, the message and the name that was probably meant (or nothing).

    Brief answers leave out what takes time to find: where the field belongs, and names like it.
    """
    message = f"unknown field '{name}' in '{inside.name}'"
    everything = view.superset.message(inside.type.name)
    field_type = everything.field(name)
    if field_type:
        return Answer.ELSEWHERE, f"{message}, which {known_in(field_type.repos)}", ""
    if is_brief:
        return Answer.NOWHERE, f"{message}, which no known Caffe has", ""
    home = _home(name, inside, view)
    if home:
        return Answer.NEAR, f"{message}, {home}", ""
    near = near_name(name, inside.type)
    if near:
        return Answer.NEAR, f"{message}, did you mean '{near}'?", near
    near = near_name(name, everything)
    if near:
        repos = known_in(everything.fields[near].repos)
        return Answer.NEAR, f"{message}, did you mean '{near}', which {repos}?", ""
    return Answer.NOWHERE, f"{message}, which no known Caffe has", ""


def known_elsewhere(value: str, field_type: FieldType, view: Schema) -> str:
    """Which repositories know the name of an enum value, as the end of a sentence; or nothing."""
    if field_type.enum is None:
        return ""
    repos = view.superset.enum(field_type.type_name).repos.get(value)
    return known_in(repos) if repos else ""


def known_in(repos: Iterable[str]) -> str:
    """Names some repositories, as the end of a sentence."""
    names = list(repos)
    rest = len(names) - _MAX_NAMED
    if rest > 0:
        return f"is known in {', '.join(names[:_MAX_NAMED])} and {rest} more"
    return "is known in " + " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


@lru_cache(maxsize=1024)
def near_name(name: str, message_type: MessageType) -> str:
    """The field whose name is most like the given one, or nothing if none is like it."""
    if len(_stem(name)) < _SHORTEST:
        return ""
    # The suffix that most names share says nothing about their likeness.
    stems = {_stem(known): known for known in message_type.fields}
    near = get_close_matches(_stem(name), stems, n=1, cutoff=_LIKENESS)
    return stems[near[0]] if near else ""


def _stem(name: str) -> str:
    return name.lower().removesuffix(_SUFFIX)


def _home(name: str, inside: Surroundings, view: Schema) -> str:
    for field in inside.message.fields[:_MAX_NEIGHBOURS]:
        field_type = inside.type.field(field.name)
        if field_type and field_type.type_name and view.message(field_type.type_name).field(name):
            return f"it belongs inside '{field.name}'"
    outside = inside.outside
    while outside:
        if outside.type.field(name):
            return f"it belongs outside, in '{outside.name}'"
        outside = outside.outside
    others = () if inside.itself else (root for root in ROOT_TYPES if view.message(root).field(name))
    return next((f"it belongs in a file of {root}" for root in others), "")
