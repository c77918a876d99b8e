"""Whatever the bytes, spans and names: every format writes, and writes only what shows."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from caffe_lint.lint.diagnostic import Claim, Diagnostic, FileReport, Fix, Note, Severity
from caffe_lint.report import DATA_FORMATS, FORMATS, STATISTICS, ReportOptions
from caffe_lint.text import Edit, Source, Span

COUNTED: dict[str, Callable[[str], int]] = {
    "json": lambda text: len(json.loads(text)),
    "json-lines": lambda text: len([json.loads(line) for line in text.splitlines()]),
    "sarif": lambda text: len(json.loads(text)["runs"][0]["results"]),
    "gitlab": lambda text: len({finding["fingerprint"] for finding in json.loads(text)}),
    "junit": lambda text: len(ElementTree.fromstring(text).findall("testsuite/testcase/*")),
    "github": lambda text: len(re.findall("(?m)^::(?:error|warning|notice) title=", text)),
}
"""How many findings a text tells of."""

ANY_TEXT = st.text(st.characters())  # lone surrogates and controls included
LINES = st.lists(
    st.sampled_from([b"\n", b"\r\n", b"\r", b"\t", b" ", b"layer { name: 'x' }", "数据".encode()])
)


@st.composite
def reports(draw: st.DrawFn) -> FileReport:
    data = draw(st.one_of(st.binary(), LINES.map(b"".join)))

    def span() -> Span:
        return Span(*sorted(draw(st.tuples(*[st.integers(0, len(data))] * 2))))

    def diagnostic() -> Diagnostic:
        return Diagnostic(
            code="CL101",
            name="unknown-bottom",
            severity=draw(st.sampled_from(Severity)),
            claim=draw(st.sampled_from(Claim)),
            message=draw(ANY_TEXT),
            span=span(),
            states=tuple(draw(st.lists(ANY_TEXT, max_size=2))),
            notes=tuple(Note(draw(ANY_TEXT), span()) for _ in range(draw(st.integers(0, 5)))),
            fix=draw(st.none() | st.builds(Fix, st.booleans(), ANY_TEXT, st.just((Edit(*span(), "x"),)))),
        )

    return FileReport(
        Source(draw(ANY_TEXT), data), tuple(diagnostic() for _ in range(draw(st.integers(0, 3))))
    )


@given(st.lists(reports(), max_size=3), st.sampled_from(sorted(FORMATS)), st.booleans(), st.integers(0, 100))
def test_nothing_from_a_file_acts_on_the_terminal(
    found: list[FileReport], name: str, color: bool, width: int
) -> None:
    text = "".join(FORMATS[name](found, ReportOptions(color=color, width=width)))
    if color and name in ("full", "grouped"):
        text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert text.replace("\n", "").isprintable()
    assert text.endswith("\n") or (name == "json-lines" and text == "")
    findings = sum(len(report.diagnostics) for report in found)
    if name in COUNTED:
        assert COUNTED[name](text) == findings
    if name in DATA_FORMATS:
        assert text.isascii()


@given(st.lists(reports(), max_size=3))
def test_statistics_count_every_finding(found: list[FileReport]) -> None:
    text = "".join(STATISTICS["json"](found, ReportOptions()))
    findings = sum(len(report.diagnostics) for report in found)
    assert sum(rule["findings"] for rule in json.loads(text)) == findings


@dataclass(frozen=True)
class Marked:
    """A line of text with a part that is marked, and that part as it is shown."""

    before: str
    part: str
    after: str
    shown: str


SHOWN = {
    "a": "a",
    '"': '"',
    " ": " ",
    "\t": "    ",
    "é": "é",
    "数": "数",
    "😀": "😀",
    "\x1b": r"\x1b",
    "\r": r"\r",
    "\u202e": r"\u202e",
    "\u3000": r"\u3000",
}
CHARACTERS = st.text(st.sampled_from(sorted(SHOWN)), max_size=60)


@st.composite
def marked_lines(draw: st.DrawFn) -> Marked:
    part = "a" + draw(CHARACTERS) + "a"  # white space at the end of a span is not marked
    return Marked(draw(CHARACTERS), part, draw(CHARACTERS) + "a", "".join(SHOWN[char] for char in part))


def cells(text: str) -> str:
    """The text with a character for each terminal cell."""
    return "".join(char * cell_len(char) for char in text)


@given(marked_lines(), st.integers(40, 120))
def test_carets_stand_under_the_characters_of_the_span(line: Marked, width: int) -> None:
    start = len(line.before.encode())
    span = Span(start, start + len(line.part.encode()))
    found = Diagnostic("CL101", "unknown-bottom", Severity.ERROR, Claim.REJECTS, "wrong", span)
    source = Source("net", f"{line.before}{line.part}{line.after}\n".encode())
    text = "".join(FORMATS["full"]([FileReport(source, (found,))], ReportOptions(width=width)))
    row, carets = text.splitlines()[3:5]
    assert max(cell_len(row), cell_len(carets)) <= width
    under, wanted = cells(row)[carets.index("^") : len(carets)], cells(line.shown)
    if len(wanted) > width - len("1 | ......"):
        assert under == wanted or (under.endswith("...") and wanted.startswith(under[:-3]))
    else:
        assert under == wanted
