"""Finds what the C++ parser rejects in a tree beyond syntax, in one pass over all fields."""

from ..text import Field, List, Message, Span
from .block import head
from .model import FieldType, Kind, MessageType, Schema
from .problem import Answer, ProblemKind, SchemaProblem
from .unknown import Surroundings, known_elsewhere, unknown_field
from .value import describe, excerpt, is_consumed, near_value, read_value

_LAYER_TYPE = "V1LayerParameter.LayerType"
"""The one enum to which everyone who writes a layer adds a value."""

_MAX_EXPLAINED = 100
"""With more problems than this a file is something else: hints would take long and help nobody."""


def check(root: Message, view: Schema, root_type: str) -> list[SchemaProblem]:
    """Everything in the tree of a file that the view's Caffe would reject, in the order of the file.

    Source: protobuf 3.12, text_format.cc, ParserImpl::ConsumeField and ConsumeFieldValue: a name is judged
    before its value, and nothing is judged inside of an unknown field. C++ stops at the first problem and
    looks for missing required fields only when there is none; here all are found.
    """
    return sorted(_Check(view).run(root, root_type), key=lambda problem: problem.span)


class _Expected:
    """What fields of one name may hold, with the source texts that were already found to be right."""

    __slots__ = ("accepted", "is_repeated", "is_text", "message_type", "type")

    def __init__(self, field_type: FieldType, view: Schema) -> None:
        self.type = field_type
        self.is_repeated = field_type.is_repeated
        self.is_text = field_type.kind in (Kind.STRING, Kind.BYTES)
        is_message = field_type.kind is Kind.MESSAGE
        self.message_type = view.message(field_type.type_name) if is_message else None
        self.accepted: set[str | Message | List] = set()


class _Check:
    """One run: what is expected of each message so far, what is still to visit, and the problems."""

    def __init__(self, view: Schema) -> None:
        self.view = view
        self.expected: dict[str, dict[str, _Expected]] = {}
        self.problems: list[SchemaProblem] = []
        self.todo: list[Surroundings] = []

    def run(self, root: Message, root_type: str) -> list[SchemaProblem]:
        """Judge everything, whatever it nests in: what is still to do is a list, not a recursion."""
        self.todo.append(Surroundings(root, self.view.message(root_type)))
        for inside in self.todo:
            self._message(inside)
        return self.problems

    def _message(self, inside: Surroundings) -> None:
        message, message_type, itself, _ = inside
        expected = self.expected.setdefault(message_type.name, {})
        seen: dict[str, Field] = {}
        for field in message.fields:
            known = expected.get(field.name) or self._expect(field.name, message_type)
            if known is None:
                self._unknown(field, inside)
                continue
            value = field.value
            if not known.is_repeated and seen.setdefault(field.name, field) is not field:
                self._repeated(field, seen[field.name])
            elif value in known.accepted or (known.is_text and value.__class__ is str and value[0] in "\"'"):
                continue
            else:
                self._value(field, known, inside)
        if itself and not seen.keys() >= message_type.required:
            self._missing(itself, sorted(message_type.required - seen.keys()))

    def _expect(self, name: str, message_type: MessageType) -> _Expected | None:
        field_type = message_type.field(name)
        if field_type is None:
            return None
        expected = self.expected[message_type.name][name] = _Expected(field_type, self.view)
        return expected

    def _value(self, field: Field, known: _Expected, inside: Surroundings) -> None:
        value = field.value
        if isinstance(value, List):
            if value.is_bare and not known.message_type:
                self._wrong_bracket(field, f"expected ':' after '{field.name}', found '['")
            elif known.is_repeated:
                for element in value.items:
                    self._value(element, known, inside)
            else:
                self._wrong_bracket(field, f"'{field.name}' takes one value, found a list")
        elif isinstance(value, Message):
            if known.message_type:
                self.todo.append(Surroundings(value, known.message_type, field, inside))
            else:
                self._wrong_bracket(field, f"'{field.name}' must be {describe(known.type)}, found a message")
        elif read_value(known.type, value) is None:
            self._wrong_scalar(field, value, known.type)
        else:
            known.accepted.add(value)

    def _unknown(self, field: Field, inside: Surroundings) -> None:
        is_brief = len(self.problems) > _MAX_EXPLAINED
        answer, message, suggestion = unknown_field(field.name, inside, self.view, is_brief=is_brief)
        self.problems.append(
            SchemaProblem(
                ProblemKind.UNKNOWN_FIELD,
                field.name_span,
                message,
                answer=answer,
                suggestion=suggestion,
                is_consumed=True,
            )
        )

    def _repeated(self, field: Field, first: Field) -> None:
        self.problems.append(
            SchemaProblem(
                ProblemKind.REPEATED_SINGULAR_FIELD,
                field.name_span,
                f"'{field.name}' may stand only once in a message",
                notes=((first.name_span, "the first one stands here"),),
                is_consumed=True,
            )
        )

    def _wrong_bracket(self, field: Field, message: str) -> None:
        bracket = Span(field.value_start, field.value_start + 1)
        self.problems.append(SchemaProblem(ProblemKind.WRONG_VALUE, bracket, message))

    def _wrong_scalar(self, field: Field, raw: str, field_type: FieldType) -> None:
        message = f"'{field.name}' must be {describe(field_type)}, found {excerpt(raw)}"
        elsewhere = known_elsewhere(raw, field_type, self.view)
        suggestion = "" if elsewhere else near_value(field_type, raw)
        answer = None
        if elsewhere:
            answer = Answer.ELSEWHERE
            message += f", which {elsewhere}"
        elif suggestion:
            answer = Answer.NEAR
            message += f", did you mean {excerpt(suggestion)}?"
        elif field_type.type_name == _LAYER_TYPE:
            answer = Answer.NOWHERE
        self.problems.append(
            SchemaProblem(
                ProblemKind.WRONG_VALUE,
                field.value_span,
                message,
                answer=answer,
                suggestion=suggestion,
                is_consumed=is_consumed(field_type, raw),
            )
        )

    def _missing(self, itself: Field, missing: list[str]) -> None:
        names = " and ".join(f"'{name}'" for name in missing)
        message = f"'{itself.name}' lacks the required {names}"
        self.problems.append(SchemaProblem(ProblemKind.MISSING_REQUIRED_FIELD, head(itself), message))
