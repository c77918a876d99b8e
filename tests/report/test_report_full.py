"""The `full` format, literally."""

import re
import subprocess
import sys
from collections.abc import Sequence

import pytest

from caffe_lint.lint.diagnostic import Claim, Diagnostic, FileReport, Fix, Note, Severity
from caffe_lint.report import FORMATS, ReportOptions
from caffe_lint.text import Source, Span

NET = b"""\
layer {
  name: "act_c"
  type: "TanH"
  bottom: "c"
  top: "c"
}
layer {
  name: "h"
  type: "Eltwise"
  bottom: "o"
  bottom: "c"
  top: "h"
}
"""


def place(data: bytes, fragment: bytes, nth: int = 0) -> Span:
    match = list(re.finditer(re.escape(fragment), data))[nth]
    return Span(match.start(), match.end())


OVERWRITTEN = Diagnostic(
    code="CL502",
    name="cell-state-overwritten",
    severity=Severity.ERROR,
    claim=Claim.WRONG_FORWARD,
    message="layer 'act_c' (TanH) overwrites the cell state 'c' in place, and 'h' reads it",
    span=place(NET, b'top: "c"'),
    states=("TRAIN", "TEST"),
    notes=(Note("'h' reads the overwritten cell state here", place(NET, b'"c"', 2)),),
    fix=Fix(safe=False, message="write to another top, such as 'act_c'", edits=()),
)


STATES = ("TRAIN", "TEST")


def full(
    data: bytes,
    *diagnostics: Diagnostic,
    options: ReportOptions | None = None,
    states: tuple[str, ...] = STATES,
) -> str:
    report = FileReport(Source("net.prototxt", data), diagnostics, states)
    return "".join(FORMATS["full"]([report], options or ReportOptions()))


def finding(span: Span, message: str = "wrong") -> Diagnostic:
    return Diagnostic("CL001", "syntax-error", Severity.ERROR, Claim.REJECTS, message, span)


def excerpt(data: bytes, span: Span, width: int = 80) -> str:
    """What stands between the place and the claim of a finding, without the bars around it."""
    lines = full(data, finding(span), options=ReportOptions(width=width)).splitlines(keepends=True)
    claim = next(number for number, line in enumerate(lines) if "= Caffe" in line)
    return "".join(lines[3 : claim - 1])


def test_a_finding_shows_both_ends_what_caffe_does_and_the_fix() -> None:
    assert (
        full(NET, OVERWRITTEN)
        == """\
error[CL502] cell-state-overwritten: layer 'act_c' (TanH) overwrites the cell
      state 'c' in place, and 'h' reads it
  --> net.prototxt:5:3
   |
 3 |   type: "TanH"
 4 |   bottom: "c"
 5 |   top: "c"
   |   ^^^^^^^^
 6 | }
   |
   = Caffe loads this file in silence and computes something else
note: 'h' reads the overwritten cell state here
  --> net.prototxt:11:11
   |
11 |   bottom: "c"
   |           ---
help: write to another top, such as 'act_c' (unsafe fix)

Found 1 error in 1 file (1 fixable, 1 unsafely)
"""
    )


def test_color_adds_nothing_but_color() -> None:
    colored = full(NET, OVERWRITTEN, options=ReportOptions(color=True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == full(NET, OVERWRITTEN)
    assert "\x1b[1;91merror[CL502] cell-state-overwritten: \x1b[0m\x1b[1mlayer 'act_c'" in colored
    assert "\x1b[94m   |\x1b[0m   \x1b[1;91m^^^^^^^^\x1b[0m\n" in colored


@pytest.mark.parametrize(
    ("states", "line"),
    [
        (("TRAIN", "TEST"), None),
        (("TRAIN",), "   = only in TRAIN"),
        (("TEST", "TEST, stages: a b"), "   = only in TEST; TEST, stages: a b"),
        ((), None),
    ],
)
def test_states_are_shown_where_they_are_not_all(states: tuple[str, ...], line: str | None) -> None:
    shown = full(NET, OVERWRITTEN._replace(states=states))
    assert [text for text in shown.splitlines() if "only in" in text] == ([line] if line else [])
    hidden = full(NET, OVERWRITTEN._replace(states=states), options=ReportOptions(show_states=False))
    assert "only in" not in hidden


def test_states_are_compared_with_those_in_which_the_file_was_checked() -> None:
    lines = full(NET, OVERWRITTEN, states=(*STATES, "TEST, stages: a")).splitlines()
    assert [line for line in lines if "only in" in line] == ["   = only in TRAIN; TEST"]
    lines = full(NET, OVERWRITTEN._replace(states=("TEST",)), states=("TEST",)).splitlines()
    assert [line for line in lines if "only in" in line] == []


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (Claim.REJECTS, "Caffe aborts on this file"),
        (Claim.WRONG_FORWARD, "Caffe loads this file in silence and computes something else"),
        (Claim.WRONG_GRADIENT, "Caffe loads this file in silence and trains it with wrong gradients"),
        (Claim.WASTE, "Caffe loads this file in silence, and part of it goes to waste"),
        (Claim.STYLE, "Caffe computes the same either way"),
    ],
)
def test_every_claim_is_said_in_plain_words(claim: Claim, words: str) -> None:
    assert f"\n   = {words}\n" in full(NET, OVERWRITTEN._replace(claim=claim))


def test_three_notes_are_shown_and_the_rest_is_counted() -> None:
    notes = tuple(Note(f"step {step} differs", Span(0, 5)) for step in range(5))
    lines = full(NET, OVERWRITTEN._replace(notes=notes)).splitlines()
    said = [line for line in lines if line.startswith("note: ")]
    assert said == [
        "note: step 0 differs",
        "note: step 1 differs",
        "note: step 2 differs",
        "note: and 2 more",
    ]


def test_a_span_of_many_lines_shows_its_first_and_its_last() -> None:
    span = Span(NET.index(b'type: "TanH"'), NET.index(b'layer {\n  name: "h"'))
    assert (
        excerpt(NET, span)
        == """\
 1 | layer {
 2 |   name: "act_c"
 3 |   type: "TanH"
   |   ^^^^^^^^^^^^
...
 6 | }
   | ^
 7 | layer {
"""
    )


def test_a_span_of_two_lines_leaves_nothing_out() -> None:
    assert (
        excerpt(b"a {\n  b: 1 }\n", Span(0, 12))
        == """\
1 | a {
  | ^^^
2 |   b: 1 }
  |   ^^^^^^
"""
    )


ODD = '\tname: "数据" top: "\x1b\u202e" # é😀 x'.encode()
ODD_ROW = r'1 |     name: "数据" top: "\x1b\u202e" # é😀 x'


@pytest.mark.parametrize(
    ("marked", "carets"),
    [
        ("\tname", "  | ^^^^^^^^"),
        ("数据", "  |            ^^^^"),
        ("据", "  |              ^^"),
        ("\x1b", "  |                        ^^^^"),
        ('"\x1b\u202e"', "  |                       ^^^^^^^^^^^^"),
        ("x", "  |                                          ^"),
    ],
)
def test_carets_count_cells_not_characters(marked: str, carets: str) -> None:
    assert excerpt(ODD, place(ODD, marked.encode())) == f"{ODD_ROW}\n{carets}\n"


def test_undecodable_bytes_take_a_cell_each() -> None:
    assert excerpt(b"# \xd6\xd0 x", Span(5, 6)) == "1 | # \ufffd\ufffd x\n  |      ^\n"


LONG = b'layer { name: "l" ' + b'top: "a" ' * 20 + b"here " + b'top: "b" ' * 20 + b"}"


@pytest.mark.parametrize(
    ("span", "row", "carets"),
    [
        (Span(0, 5), '1 | layer { name: "l" top: "a" to...', "  | ^^^^^"),
        (place(LONG, b"here"), '1 | ..." top: "a" here top: "b" t...', "  |               ^^^^"),
        (
            Span(len(LONG) - 1, len(LONG)),
            '1 | ... top: "b" top: "b" top: "b" }',
            "  |                                ^",
        ),
        (Span(18, 300), '1 | ...top: "a" top: "a" top: "a"...', "  |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"),
    ],
    ids=["start", "middle", "end", "longer than the line"],
)
def test_long_lines_are_cut_around_the_mark(span: Span, row: str, carets: str) -> None:
    assert excerpt(LONG, span, width=36) == f"{row}\n{carets}\n"


def test_a_place_at_the_end_of_the_file_gets_a_caret_of_its_own() -> None:
    assert excerpt(b"layer {\n", Span(8, 8)) == "1 | layer {\n2 |\n  | ^\n"


def test_an_empty_file_has_a_place_but_no_excerpt() -> None:
    assert (
        full(b"", finding(Span(0, 0), "the file is empty")._replace(severity=Severity.WARNING))
        == """\
warning[CL001] syntax-error: the file is empty
 --> net.prototxt:1:1
  |
  = Caffe aborts on this file

Found 1 warning in 1 file
"""
    )


HOSTILE = "[bold]x[/bold] :smile: \x1b[31m\u202e\r\n\udcff"


def test_names_from_files_come_out_as_text() -> None:
    shown = r"[bold]x[/bold] :smile: \x1b[31m\u202e\r\n\udcff"
    hostile = OVERWRITTEN._replace(
        message=HOSTILE,
        span=Span(0, 4),
        states=(HOSTILE,),
        notes=(Note(HOSTILE, Span(0, 1)),),
        fix=Fix(True, HOSTILE, ()),
    )
    report = FileReport(Source(HOSTILE, b'name: "[bold]x[/bold] :smile: \x1b[31m"'), (hostile,), STATES)
    lines = "".join(FORMATS["full"]([report], ReportOptions(width=200))).splitlines()
    assert lines[0] == f"error[CL502] cell-state-overwritten: {shown}"
    assert lines[1] == f" --> {shown}:1:1"
    assert lines[3] == r'1 | name: "[bold]x[/bold] :smile: \x1b[31m"'
    assert f"  = only in {shown}" in lines
    assert f"note: {shown}" in lines
    assert f"help: {shown} (safe fix)" in lines


def test_prose_is_wrapped_between_words_and_never_inside_one() -> None:
    name = "a" * 50
    lines = full(NET, finding(Span(0, 5), f"blob '{name}' 数据 数据 数据"), options=ReportOptions(width=40))
    assert lines.splitlines()[:3] == [
        "error[CL001] syntax-error: blob",
        f"      '{name}'",
        "      数据 数据 数据",
    ]


SUMMARIES: list[tuple[list[Sequence[Diagnostic]], str]] = [
    ([], "No files were checked"),
    ([[]], "All checks passed: 1 file"),
    ([[], [], [], []], "All checks passed: 4 files"),
    ([[OVERWRITTEN]], "Found 1 error in 1 file (1 fixable, 1 unsafely)"),
    ([[OVERWRITTEN._replace(fix=Fix(True, "remove it", ()))]], "Found 1 error in 1 file (1 fixable)"),
    (
        [
            [OVERWRITTEN, finding(Span(0, 0)), OVERWRITTEN._replace(severity=Severity.WARNING, fix=None)],
            [],
            [OVERWRITTEN._replace(severity=Severity.NOTE, fix=Fix(True, "remove it", ()))] * 2,
        ],
        "Found 2 errors, 1 warning and 2 notes in 2 of 3 files (3 fixable, 1 unsafely)",
    ),
]


@pytest.mark.parametrize(("findings", "line"), SUMMARIES, ids=[line for _, line in SUMMARIES])
@pytest.mark.parametrize("name", ["full", "concise"])
def test_the_last_line_sums_up(name: str, findings: list[Sequence[Diagnostic]], line: str) -> None:
    reports = [FileReport(Source("net.prototxt", NET), tuple(found)) for found in findings]
    assert "".join(FORMATS[name](reports, ReportOptions())).splitlines()[-1] == line


def test_rich_is_loaded_only_where_there_is_something_to_show() -> None:
    program = """
import sys
from caffe_lint.lint.diagnostic import Claim, Diagnostic, FileReport, Severity
from caffe_lint.report import FORMATS, ReportOptions
from caffe_lint.text import Source, Span
source = Source("net.prototxt", b"layer {")
found = Diagnostic("CL001", "syntax-error", Severity.ERROR, Claim.REJECTS, "wrong", Span(0, 5))
for name, diagnostics in [("full", ()), ("concise", (found,)), ("json", (found,)), ("full", (found,))]:
    "".join(FORMATS[name]([FileReport(source, diagnostics)], ReportOptions(color=True)))
    print(name, "rich" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["full False", "concise False", "json False", "full True"]
