"""The `concise` format, literally."""

import pytest

from caffe_lint.lint.diagnostic import Claim, Diagnostic, FileReport, Note, Severity
from caffe_lint.report import FORMATS, ReportOptions
from caffe_lint.text import Source, Span


def test_a_finding_is_a_line() -> None:
    data = 'name: "数据"\nlayer { top: "x" }\n'.encode()
    reports = [
        FileReport(
            Source("a/net.prototxt", data),
            (
                Diagnostic(
                    "CL010", "unknown-field", Severity.NOTE, Claim.REJECTS, "'x' is odd", Span(13, 14)
                ),
                Diagnostic("CL101", "unknown-bottom", Severity.ERROR, Claim.REJECTS, "no 'y'", Span(23, 29)),
            ),
        ),
        FileReport(Source("b.prototxt", b""), ()),
    ]
    for color in (False, True):
        assert list(FORMATS["concise"](reports, ReportOptions(color=color))) == [
            "a/net.prototxt:1:10: CL010 'x' is odd\n",
            "a/net.prototxt:2:9: CL101 no 'y'\n",
            "Found 1 error and 1 note in 1 of 2 files\n",
        ]


LONG = "x" * 1_000_000


@pytest.mark.parametrize("name", [LONG, "x y" * 500_000, f"x'{LONG}", f"{LONG}'x", f"\x1b{LONG}"])
@pytest.mark.parametrize("format_name", ["concise", "full", "json"])
def test_an_overlong_name_is_shortened(name: str, format_name: str) -> None:
    found = Diagnostic(
        "CL101",
        "unknown-bottom",
        Severity.ERROR,
        Claim.REJECTS,
        f"no layer makes '{name}'",
        Span(0, 1),
        notes=(Note(f"'{name}' stands here", Span(0, 1)),),
    )
    source = Source("net.prototxt", f"'{name}'".encode())
    shown = "".join(FORMATS[format_name]([FileReport(source, (found,))], ReportOptions()))
    assert "no layer makes" in " ".join(shown.split())
    assert "..." in shown
    assert len(shown) < 2000


@pytest.mark.parametrize("name", ["x" * 150, "x y " * 30])
def test_a_long_name_is_whole(name: str) -> None:
    found = Diagnostic("CL101", "a", Severity.ERROR, Claim.REJECTS, f"no layer makes '{name}'", Span(0, 0))
    lines = list(FORMATS["concise"]([FileReport(Source("a", b""), (found,))], ReportOptions()))
    assert f"'{name}'" in lines[0]


def test_names_from_files_come_out_as_text() -> None:
    name = "[bold]x[/bold] :smile: \x1b[31m\u202e\n\udcff"
    shown = r"[bold]x[/bold] :smile: \x1b[31m\u202e\n\udcff"
    found = Diagnostic("CL101", "unknown-bottom", Severity.ERROR, Claim.REJECTS, name, Span(0, 0))
    lines = list(FORMATS["concise"]([FileReport(Source(name, b""), (found,))], ReportOptions()))
    assert lines[0] == f"{shown}:1:1: CL101 {shown}\n"
