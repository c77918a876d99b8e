"""Parses text format into a tree that knows its places, and goes on after an error.

The whole grammar of a statement is one compiled pattern (`grammar.STATEMENT`); where it does not match,
`diagnose` finds out why, and parsing resumes at the next thing that looks like a statement.
"""

import re
from contextlib import suppress
from typing import NamedTuple

from . import grammar
from .collector import paused_collector
from .diagnose import SyntaxProblem, diagnose, diagnose_value, skip_gap, unexpected
from .grammar import STEP_BARE_LIST, STEP_BARE_OPEN, STEP_CLOSE, STEP_OPEN, STEP_SCALAR, STEP_SEPARATOR
from .span import Span
from .tree import Field, List, Message

MAX_DEPTH = 100
"""Messages nested deeper than this are not parsed; no Caffe message nests deeper than ten."""

MAX_PROBLEMS = 100
"""After so many problems the rest of a file is not looked at: it is something else than text format."""

_OPENINGS = (STEP_OPEN, STEP_BARE_OPEN)
_CLOSING = {"{": "}", "<": ">"}
_RESUME_IN_LINE = re.compile(r"(?<!\w)[A-Za-z_]\w*+[ \t]*+[:{<]|[}>]", re.ASCII)
_RESUME = re.compile(r"^[ \t]*+(?:[A-Za-z_]\w*+[ \t]*+[:{<]|[}>])", re.ASCII | re.MULTILINE)


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
        parser = _Parser(text, frozenset(names))
        parser.run()
    return Parsed(parser.root, parser.problems)


def _starts_line(text: str, offset: int) -> bool:
    return offset == 0 or text[offset - 1] == "\n"


class _GiveUpError(Exception):
    """The rest of the file is not worth parsing."""


class _Parser:
    """One pass over the text: the tree so far, and which messages are open."""

    def __init__(self, text: str, root_names: frozenset[str] = frozenset()) -> None:
        self.text = text
        self.root_names = root_names
        self.root = Message(0, len(text), [])
        self.problems: list[SyntaxProblem] = []
        self.is_unclosed = False
        self.open: list[tuple[Field, Message]] = []
        self.fields = self.root.fields

    def run(self) -> None:
        """Parse to the end of the text."""
        with paused_collector(), suppress(_GiveUpError):
            self._statements(0, -1)
            if self.open:
                self._unclosed(len(self.text), "the end of the file")
                self.is_unclosed = not self.root_names
        while self.open:
            self._close(len(self.text))

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
                    self._problem(
                        position - 1, position, f"expected a field name, found '{text[position - 1]}'"
                    )
            elif kind in _OPENINGS:
                self._enter(step[1], step.start(1), position)
            else:
                position = self._list(step, position)

    def _problem(self, start: int, end: int, message: str, opening: Span | None = None) -> None:
        self.problems.append(SyntaxProblem(Span(start, end), message, opening))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _GiveUpError

    def _recover(self, position: int) -> int:
        """Report what stops the grammar at `position`; where to go on (the end of the text: nowhere)."""
        problem = diagnose(self.text, position)
        return len(self.text) if problem is None else self._resume_after(problem)

    def _resume_after(self, problem: SyntaxProblem) -> int:
        start, end = problem.span
        self._problem(start, end, problem.message)
        line_end = self.text.find("\n", end)
        if line_end < 0:
            line_end = len(self.text)
        comment = self.text.find("#", end, line_end)
        in_line = _RESUME_IN_LINE.search(self.text, end, line_end if comment < 0 else comment)
        resume = in_line or _RESUME.search(self.text, line_end)
        return resume.start() if resume else len(self.text)

    def _enter(self, name: str, start: int, position: int) -> None:
        if self.open and name in self.root_names and _starts_line(self.text, start):
            self._unclosed(start, f"'{name}' at the start of a line")
            while self.open:
                self._close(start)
        message = Message(position - 1, position, [])
        field = Field(name, start, position - 1, position, message)
        self.fields.append(field)
        self._open(field, message)

    def _open(self, field: Field, message: Message) -> None:
        if len(self.open) == MAX_DEPTH:
            start, end = field.start, field.end
            self._problem(start, end, f"messages are nested deeper than {MAX_DEPTH} levels")
            raise _GiveUpError
        self.open.append((field, message))
        self.fields = message.fields

    def _leave(self, position: int) -> None:
        found = self.text[position - 1]
        if not self.open:
            self._problem(position - 1, position, f"'{found}' closes nothing")
            return
        field = self.open[-1][0]
        closing = _CLOSING[self.text[field.value_start]]
        if found != closing:
            opening = Span(field.start, field.value_start + 1)
            self._problem(position - 1, position, f"expected '{closing}', found '{found}'", opening)
        self._close(position)

    def _close(self, position: int) -> None:
        field, message = self.open.pop()
        field.end = message.end = position
        self.fields = self.open[-1][1].fields if self.open else self.root.fields

    def _unclosed(self, position: int, found: str) -> None:
        field = self.open[-1][0]
        closing = _CLOSING[self.text[field.value_start]]
        opening = Span(field.start, field.value_start + 1)
        self._problem(
            position, position, f"expected '{closing}' to close '{field.name}', found {found}", opening
        )

    def _list(self, step: re.Match[str], position: int) -> int:
        """Parse the elements of the list that opens before `position`; returns where it ends."""
        text, name, is_bare = self.text, step[1], step.lastindex == STEP_BARE_LIST
        items: list[Field] = []
        field = Field(name, step.start(1), position - 1, position, List(items, is_bare=is_bare))
        self.fields.append(field)
        end = skip_gap(text, position)
        if text[end : end + 1] == "]":
            field.end = end + 1
            return field.end
        while True:
            element = grammar.ELEMENT.match(text, position)
            if element is None:
                return self._resume_after(diagnose_value(text, skip_gap(text, position), name))
            if element[1] is not None and is_bare:
                return self._resume_after(unexpected(text, field.value_start, f"':' after '{name}'"))
            position = self._element(items, name, element)
            after = grammar.ELEMENT_END.match(text, position)
            if after is None:
                return self._resume_after(unexpected(text, skip_gap(text, position), "',' or ']'"))
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
