"""The look of one finding at a terminal: header, excerpt with carets, what Caffe does, notes, help."""

from collections.abc import Iterator

from ..lint.diagnostic import Diagnostic, FileReport, Fix, Note
from ..text import Span
from .excerpt import Context, Row, excerpt
from .options import ReportOptions
from .paint import painted
from .terminal import cell_len, printable
from .wording import CLAIM_WORDS, sentence

_STYLES = {
    "error": "bold bright_red",
    "warning": "bold bright_yellow",
    "note": "bold bright_cyan",
    "help": "bold bright_green",
    "message": "bold",
    "frame": "bright_blue",
    "plain": "none",
}
_INDENT = " " * len("note: ")
_LEAST_ROOM = 20
_MOST_NOTES = 3


class FindingWriter:
    """Writes the findings of one file, all with the same margin for line numbers."""

    def __init__(self, report: FileReport, options: ReportOptions) -> None:
        self._source = report.source
        self._options = options
        self._checked_states = set(report.states)
        self._margin = len(str(report.source.line_count + 1))
        self._room = max(options.width - self._margin - len(" | "), _LEAST_ROOM)

    def lines(self, diagnostic: Diagnostic) -> Iterator[str]:
        """The lines of a finding, without line ends."""
        severity = diagnostic.severity.value
        head = f"{severity}[{diagnostic.code}] {diagnostic.name}: "
        yield from self._prose(head, severity, diagnostic.message, "message")
        yield from self._excerpt(diagnostic.span, "^", severity, Context(before=2, after=1))
        yield self._margin_line("|")
        yield from self._aside(CLAIM_WORDS[diagnostic.claim])
        yield from self._states(diagnostic.states)
        yield from self._notes(diagnostic.notes)
        yield from self._help(diagnostic.fix)

    def _states(self, states: tuple[str, ...]) -> Iterator[str]:
        if self._options.show_states and states and not self._checked_states <= set(states):
            yield from self._aside(f"only in {'; '.join(states)}")

    def _aside(self, text: str) -> Iterator[str]:
        return self._prose(f"{' ' * self._margin} = ", "frame", text)

    def _notes(self, notes: tuple[Note, ...]) -> Iterator[str]:
        for note in notes[:_MOST_NOTES]:
            yield from self._prose("note: ", "note", note.message)
            yield from self._excerpt(note.span, "-", "note", Context(before=0, after=0))
        if len(notes) > _MOST_NOTES:
            yield from self._prose("note: ", "note", f"and {len(notes) - _MOST_NOTES} more")

    def _help(self, fix: Fix | None) -> Iterator[str]:
        if fix:
            safety = "safe" if fix.safe else "unsafe"
            yield from self._prose("help: ", "help", f"{fix.message} ({safety} fix)")

    def _excerpt(self, span: Span, mark: str, style: str, context: Context) -> Iterator[str]:
        line, column, _ = self._source.position(span.start)
        place = f" {printable(self._source.path)}:{line}:{column}"
        yield self._paint(" " * self._margin + "-->", "frame") + place
        if not self._source.data:
            return
        yield self._margin_line("|")
        for row in excerpt(self._source, span, room=self._room, context=context):
            yield from self._row(row, mark, style)

    def _row(self, row: Row, mark: str, style: str) -> Iterator[str]:
        if row.number is None:
            yield self._paint(row.text, "frame")
            return
        text = row.text.rstrip()
        yield self._paint(f"{row.number:>{self._margin}} |", "frame") + (f" {text}" if text else "")
        if row.mark:
            under = mark * max(1, row.mark.end - row.mark.start)
            yield f"{self._margin_line('|')} {' ' * row.mark.start}{self._paint(under, style)}"

    def _paint(self, text: str, style: str) -> str:
        return painted(text, _STYLES[style], self._options)

    def _margin_line(self, sign: str) -> str:
        return self._paint(f"{' ' * self._margin} {sign}", "frame")

    def _prose(self, head: str, head_style: str, text: str, style: str = "plain") -> Iterator[str]:
        """A sentence behind its head, wrapped between words, never within one."""
        width = self._options.width
        lines = _wrapped(printable(sentence(text)), width - cell_len(head), width - len(_INDENT))
        yield self._paint(head, head_style) + self._paint(next(lines), style)
        for line in lines:
            yield _INDENT + self._paint(line, style)


def _wrapped(text: str, first_room: int, room: int) -> Iterator[str]:
    line, *words = text.split(" ")
    for word in words:
        if cell_len(line) + 1 + cell_len(word) > first_room:
            yield line
            line, first_room = word, room
        else:
            line += f" {word}"
    yield line
