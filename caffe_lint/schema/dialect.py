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
    if wanted == "bvlc":
        return (BVLC,)
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

    def __init__(self, field: FieldType, schema: Schema, *, tells: bool) -> None:
        self.field = field
        is_message = field.kind is Kind.MESSAGE
        self.message_type = schema.message(field.type_name) if is_message else None
        self.seen: set[str | Message | List] | None = set() if tells else None


class _Uses:
    """Collects, for everything that a file uses, the repositories that know it; each set once."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.needs: dict[tuple[str, ...], None] = {}
        self.uses: dict[str, dict[str, _Use | None]] = {}

    def run(self, root: Message, root_type: str) -> list[tuple[str, ...]]:
        todo = [(root, self.schema.message(root_type))]
        for message, message_type in todo:
            uses = self.uses.setdefault(message_type.name, {})
            for field in message.fields:
                name = field.name
                use = uses[name] if name in uses else self._meet(name, message_type)
                if use is None:
                    continue
                value = field.value
                if use.message_type:
                    if isinstance(value, Message):
                        todo.append((value, use.message_type))
                    elif isinstance(value, List):
                        nested = (item.value for item in value.items if isinstance(item.value, Message))
                        todo += ((message, use.message_type) for message in nested)
                elif use.seen is not None and value not in use.seen:
                    use.seen.add(value)
                    self._value(field, use)
        return list(self.needs)

    def _meet(self, name: str, message_type: MessageType) -> _Use | None:
        field = message_type.field(name)
        use = None
        if field:
            self.needs[field.repos] = None
            tells = field.kind is Kind.ENUM or (message_type.name, name) == _LAYER_TYPE
            use = _Use(field, self.schema, tells=tells)
        self.uses[message_type.name][name] = use
        return use

    def _value(self, field: Field, use: _Use) -> None:
        known = use.field.enum.repos if use.field.enum else self.schema.layer_types
        for element in field.elements():
            raw = element.value
            value = read_value(use.field, raw) if isinstance(raw, str) else None
            if isinstance(value, str) and value in known:
                self.needs[known[value]] = None
