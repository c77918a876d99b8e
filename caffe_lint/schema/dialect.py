"""Whose Caffe a file is written for: found out from what it uses, or named by the user."""

from difflib import get_close_matches

from ..text import Field, List, Message
from .model import BVLC, FieldType, Kind, MessageType, Schema, load_schema
from .value import read_value

_LAYER_TYPE = ("LayerParameter", "type")


def infer(root: Message, root_type: str) -> tuple[str, ...]:
    """The repositories whose Caffe knows every field, enum value and layer type that a file uses.

    What nobody knows does not count. If BVLC's Caffe knows everything, it alone is the answer; else all
    repositories that do, those with the smallest schema first. If no single one does, the answer is a
    small set that does together: each time the repository that knows most of what is still unexplained.
    """
    schema = load_schema()
    needs = _Uses(schema).run(root, root_type)
    able = tuple(repo for repo in schema.repositories if all(repo in repos for repos in needs))
    if able:
        return (BVLC,) if able[0] == BVLC else able
    chosen = []
    while needs:
        best = max(schema.repositories, key=lambda repo: sum(repo in repos for repos in needs))
        chosen.append(best)
        needs = [repos for repos in needs if best not in repos]
    return tuple(sorted(chosen, key=schema.repositories.index))


def dialect_named(name: str) -> tuple[str, ...]:
    """The repository of that name: `bvlc`, `owner/name`, or an owner or name that only one repository has.

    Raises:
        ValueError: if no repository or more than one has it; the message says which are near.
    """
    full = {repo.lower(): repo for repo in load_schema().repositories}
    wanted = name.lower()
    if wanted in full:
        return (full[wanted],)
    matches = [repo for key, repo in full.items() if wanted in key.split("/")]
    if len(matches) == 1:
        return (matches[0],)
    if matches:
        raise ValueError(f"dialect '{name}' may be any of {', '.join(matches)}")
    parts = {part: repo for key, repo in full.items() for part in (key, *key.split("/"))}
    near = get_close_matches(wanted, parts, n=1)
    hint = f"did you mean '{parts[near[0]]}'?" if near else f"known are {', '.join(full.values())}"
    raise ValueError(f"no Caffe called '{name}' is known, {hint}")


class _Use:
    """Fields of one name in one message: what they lead to, or the values that were seen."""

    __slots__ = ("field", "message_type", "seen")

    def __init__(self, field: FieldType | None, schema: Schema, *, tells: bool) -> None:
        self.field = field
        is_message = field and field.kind is Kind.MESSAGE
        self.message_type = schema.message(field.type_name) if field and is_message else None
        self.seen: set[str | Message | List] | None = set() if tells else None


class _Uses:
    """Collects, for everything that a file uses, the repositories that know it; each set once."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.needs: dict[tuple[str, ...], None] = {}
        self.uses: dict[str, dict[str, _Use]] = {}

    def run(self, root: Message, root_type: str) -> list[tuple[str, ...]]:
        todo = [(root, self.schema.message(root_type))]
        for message, message_type in todo:
            uses = self.uses.setdefault(message_type.name, {})
            for field in message.fields:
                use = uses.get(field.name)
                if use is None:
                    use = uses[field.name] = self._meet(field.name, message_type)
                if use.message_type:
                    elements = field.value.items if isinstance(field.value, List) else (field,)
                    for element in elements:
                        if isinstance(element.value, Message):
                            todo.append((element.value, use.message_type))
                elif use.seen is not None and field.value not in use.seen:
                    use.seen.add(field.value)
                    self._value(field, use)
        return list(self.needs)

    def _meet(self, name: str, message_type: MessageType) -> _Use:
        field = message_type.fields.get(name)
        if field:
            self.needs[field.repos] = None
        is_enum = field is not None and field.kind is Kind.ENUM
        return _Use(field, self.schema, tells=is_enum or (message_type.name, name) == _LAYER_TYPE)

    def _value(self, field: Field, use: _Use) -> None:
        for element in field.elements():
            if not use.field or not isinstance(element.value, str):
                continue
            value = read_value(use.field, element.value)
            known = use.field.enum.repos if use.field.enum else self.schema.layer_types
            if isinstance(value, str) and value in known:
                self.needs[known[value]] = None
