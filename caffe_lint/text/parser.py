"""Parses text format into a tree that knows its places, and goes on after an error.

The whole grammar of a statement is one compiled pattern (`grammar.STATEMENT`); where it does not match,
`diagnose` finds out why, and parsing resumes at the next thing that looks like a statement.
"""

import re
from typing import NamedTuple

from . import grammar
from .collector import paused_collector
from .diagnose import SyntaxProblem, diagnose, diagnose_value, shown, skip_gap, unexpected
from .grammar import STEP_BARE_LIST, STEP_BARE_OPEN, STEP_CLOSE, STEP_OPEN, STEP_SCALAR, STEP_SEPARATOR
from .span import Span
from .tree import Field, List, Message

MAX_DEPTH = 100
"""Messages nested deeper than this are not parsed; no Caffe message nests deeper than ten."""

MAX_PROBLEMS = 100
"""After so many problems the rest of a file is not looked at: it is something else than text format."""

_OPENINGS = (STEP_OPEN, STEP_BARE_OPEN)
_CLOSING = {"<": ">"}
"""What closes a bracket, if it is not `}`: that also closes what is taken for open without a bracket."""
_RESUME_IN_LINE = re.compile(r"(?<!\w)[A-Za-z_]\w*+[ \t]*+[:{<]|\{(?:[^{}\n]*+\})?+|[}>]", re.ASCII)
_RESUME_AT_LINE_START = re.compile(r"^[ \t]*+(?:[A-Za-z_]\w*+[ \t]*+[:{<]|[}>])", re.ASCII | re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{[^:}]*+\}")
_MAY_BE_RIGHT = re.compile(r"[A-Za-z_}>]")


class Parsed(NamedTuple):
    """A tree of everything that could be understood, and every place where it could not."""

    root: Message
    problems: list[SyntaxProblem]


def parse(data: bytes) -> Parsed:
    """Parse the bytes of a text-format file.

    Never raises: what is wrong is in `problems`, in the order of the file, and the tree holds the rest.
    """
    text = data.decode("latin-1")
    parser = _Parser(text)
    parser.run()
    if parser.is_unclosed:
        # Only now is it known that a bracket is missing. Parse again and close the open messages where a
        # field of the root's kind starts a line, so that one fault does not swallow the rest of the file.
        names = {field.name for field in parser.root.fields if _starts_line(text, field.start)}
        parser = _Parser(text, root_names=frozenset(names))
        parser.run()
    elif parser.has_surplus:
        # Where an opening bracket was forgotten, its closing one is too many: the better reading counts.
        bold = _Parser(text, assumes_brackets=True)
        bold.run()
        parser = min(parser, bold, key=lambda reading: len(reading.problems))
    return Parsed(parser.root, parser.problems)


def _starts_line(text: str, offset: int) -> bool:
    return offset == 0 or text[offset - 1] == "\n"


def _resume(text: str, position: int, lone_name: re.Match[str] | None) -> int:
    """Where the next thing that looks like a statement stands: on the line, or starting a later one.

    Behind a name that may be a bracket; where no name is, brackets are skipped with what they hold.
    """
    line_end = text.find("\n", position)
    if line_end < 0:
        line_end = len(text)
    comment = text.find("#", position, line_end)
    for found in _RESUME_IN_LINE.finditer(text, position, line_end if comment < 0 else comment):
        if found[0][0] != "{" or (lone_name and not _PLACEHOLDER.fullmatch(found[0])):
            return found.start()
    later = _RESUME_AT_LINE_START.search(text, line_end)
    return later.start() if later else len(text)


class _LeaveError(Exception):
    """Everything that is open ends at `position`; from there the root goes on."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


class _Parser:
    """One pass over the text: the tree so far, and which messages are open."""

    def __init__(
        self, text: str, *, root_names: frozenset[str] = frozenset(), assumes_brackets: bool = False
    ) -> None:
        self.text = text
        self.root_names = root_names
        self.assumes_brackets = assumes_brackets
        self.root = Message(0, len(text), [])
        self.problems: list[SyntaxProblem] = []
        self.is_unclosed = False
        self.has_surplus = False
        self.open: list[tuple[Field, Message]] = []
        self.fields = self.root.fields

    def run(self) -> None:
        """Parse to the end of the text."""
        position = 0
        with paused_collector():
            while position < len(self.text):
                try:
                    position = self._statements(position, -1)
                except _LeaveError as leave:
                    position = leave.position
                    self._close_all(position)
        if self.open:
            self.problems.append(self._unclosed(len(self.text), "the end of the file"))
            self.is_unclosed = not self.root_names
            self._close_all(len(self.text))

    def _statements(self, position: int, floor: int) -> int:
        """Parse from `position` until only `floor` messages are open; returns where that is."""
        text, match = self.text, grammar.STATEMENT.match
        while True:
            step = match(text, position)
            if step is None:
                position = self._recover(position)
                if position == len(text):
                    return position
                continue
            before, position, kind = position, step.end(), step.lastindex
            if kind == STEP_SCALAR:
                self.fields.append(Field(step[1], step.start(1), step.start(2), position, step[2]))
            elif kind == STEP_CLOSE:
                self._leave(position)
                if len(self.open) == floor:
                    return position
            elif kind == STEP_SEPARATOR:
                if not (self.fields and self.fields[-1].end == before):
                    self._report_token(position, f"expected a field name, found '{text[position - 1]}'")
            elif kind in _OPENINGS:
                self._enter(step[1], step.start(1), position - 1)
            else:
                position = self._list(step, position)

    def _report(self, problem: SyntaxProblem) -> None:
        self.problems.append(problem)
        if len(self.problems) >= MAX_PROBLEMS:
            raise _LeaveError(len(self.text))

    def _report_token(self, end: int, message: str, opening: Span | None = None) -> None:
        """Report the bracket or separator that ends at `end`."""
        self._report(SyntaxProblem(Span(end - 1, end), message, opening))

    def _recover(self, position: int) -> int:
        """Report what stops the grammar at `position`; where to go on (the end of the text: nowhere)."""
        problem = diagnose(self.text, position)
        if problem is None:
            return len(self.text)
        name = grammar.NAME.match(self.text, skip_gap(self.text, position))
        if name is not None:
            self._check_overdue(name[0], name.start())
        return self._resume_after(problem, name)

    def _resume_after(self, problem: SyntaxProblem, lone_name: re.Match[str] | None = None) -> int:
        """Report a problem and go on behind it; `lone_name` may have lost the bracket behind it."""
        self._report(problem)
        text, (start, end) = self.text, problem.span
        position = _resume(text, start if _MAY_BE_RIGHT.match(text, start) else end, lone_name)
        opens = text[position : position + 1] == "{"
        is_forgotten = position == start < len(text) and text[start] not in "}>"
        if lone_name and (opens or (is_forgotten and self.assumes_brackets)):
            self._enter(lone_name[0], lone_name.start(), position)
        return position + opens

    def _check_overdue(self, name: str, start: int) -> None:
        """Leave all that is open in front of a message that belongs to the root."""
        if self.open and name in self.root_names and _starts_line(self.text, start):
            self._report(self._unclosed(start, f"'{shown(name)}' at the start of a line"))
            raise _LeaveError(start)

    def _enter(self, name: str, start: int, value_start: int) -> None:
        if self.root_names:
            self._check_overdue(name, start)
        message = Message(value_start, value_start + 1, [])
        field = Field(name, start, value_start, value_start + 1, message)
        self.fields.append(field)
        self._open(field, message)

    def _open(self, field: Field, message: Message) -> None:
        if len(self.open) == MAX_DEPTH:
            nested = f"messages are nested deeper than {MAX_DEPTH} levels"
            self._report(SyntaxProblem(field.span, nested))
            # What nests like this was never meant as a message: nothing is to be said of its fields.
            self.open[0][1].fields.clear()
            raise _LeaveError(len(self.text))
        self.open.append((field, message))
        self.fields = message.fields

    def _leave(self, position: int) -> None:
        found = self.text[position - 1]
        if not self.open:
            self.has_surplus = True
            self._report_token(position, f"'{found}' closes nothing")
            return
        field = self.open[-1][0]
        closing = _CLOSING.get(self.text[field.value_start], "}")
        if found != closing:
            opening = Span(field.start, field.value_start + 1)
            self._report_token(position, f"expected '{closing}', found '{found}'", opening)
        self._close(position)

    def _close(self, position: int) -> None:
        field, message = self.open.pop()
        field.end = message.end = position
        self.fields = self.open[-1][1].fields if self.open else self.root.fields

    def _close_all(self, position: int) -> None:
        while self.open:
            self._close(position)

    def _unclosed(self, position: int, found: str) -> SyntaxProblem:
        field = self.open[-1][0]
        closing = _CLOSING.get(self.text[field.value_start], "}")
        message = f"expected '{closing}' to close '{shown(field.name)}', found {found}"
        return SyntaxProblem(Span(position, position), message, Span(field.start, field.value_start + 1))

    def _list(self, step: re.Match[str], position: int) -> int:
        """Parse the list that opens before `position`; returns where it ends."""
        value = List([], is_bare=step.lastindex == STEP_BARE_LIST)
        field = Field(step[1], step.start(1), position - 1, position, value)
        self.fields.append(field)
        end = skip_gap(self.text, position)
        if self.text[end : end + 1] == "]":
            field.end = end + 1
            return field.end
        try:
            return self._elements(field, value, position)
        except _LeaveError as leave:
            field.end = leave.position
            raise

    def _elements(self, field: Field, value: List, position: int) -> int:
        text, depth = self.text, len(self.open)
        while True:
            element = grammar.element().match(text, position)
            if element is None:
                return self._resume_after(diagnose_value(text, skip_gap(text, position), field.name))
            if element[1] is not None and value.is_bare:
                colon = f"':' after '{shown(field.name)}'"
                return self._resume_after(unexpected(text, field.value_start, colon))
            field.end = position = self._element(value.items, field.name, element)
            if len(self.open) > depth:  # the file ended inside the element
                return position
            after = grammar.element_end().match(text, position)
            if after is None:
                problem = unexpected(text, skip_gap(text, position), "',' or ']'")
                if text[problem.span.start : problem.span.end] not in ("{", "<"):
                    return self._resume_after(problem)
                self._report(problem)
                continue
            field.end = position = after.end()
            if after[1] == "]":
                return position

    def _element(self, items: list[Field], name: str, element: re.Match[str]) -> int:
        start, end = element.start(element.lastindex or 0), element.end()
        if element[1] is not None:
            items.append(Field(name, start, start, end, element[1]))
            return end
        message = Message(start, end, [])
        field = Field(name, start, start, end, message)
        items.append(field)
        self._open(field, message)
        return self._statements(end, len(self.open) - 1)
