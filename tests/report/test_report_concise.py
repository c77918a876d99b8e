"""The `concise` format, literally."""

from caffe_lint.lint.diagnostic import Claim, Diagnostic, FileReport, Severity
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


def test_names_from_files_come_out_as_text() -> None:
    name = "[bold]x[/bold] :smile: \x1b[31m\u202e\n\udcff"
    shown = r"[bold]x[/bold] :smile: \x1b[31m\u202e\n\udcff"
    found = Diagnostic("CL101", "unknown-bottom", Severity.ERROR, Claim.REJECTS, name, Span(0, 0))
    lines = list(FORMATS["concise"]([FileReport(Source(name, b""), (found,))], ReportOptions()))
    assert lines[0] == f"{shown}:1:1: CL101 {shown}\n"
