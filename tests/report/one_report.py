"""A report with all that a finding can have, for the tests of the formats."""

from functools import cache

from caffe_lint.lint import lint
from caffe_lint.lint.diagnostic import Claim, Diagnostic, FileReport, Fix, Note, Severity
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import Document
from caffe_lint.report import FORMATS, ReportOptions
from caffe_lint.text import Edit, Source, Span
from tests.rules.examples import RULES, TARGET, example

NET = 'name: "é"\n  top: "c"\n  bottom: "c"\n'.encode()

OVERWRITTEN = Diagnostic(
    code="CL502",
    name="cell-state-overwritten",
    severity=Severity.ERROR,
    claim=Claim.WRONG_FORWARD,
    message="the cell state 'c' is overwritten",
    span=Span(13, 21),
    states=("TRAIN", "TEST, stages: a b"),
    notes=(Note("read here", Span(24, 35)),),
    fix=Fix(safe=False, message="write to 'd'", edits=(Edit(18, 21, '"d"'),)),
)
SYNTAX = Diagnostic("CL001", "syntax-error", Severity.WARNING, Claim.REJECTS, "100%, odd", Span(7, 15))
FOREIGN = Diagnostic("CL010", "unknown-field", Severity.NOTE, Claim.REJECTS, "not here", Span(13, 16))
PLUGIN = Diagnostic("XY001", "own-rule", Severity.WARNING, Claim.STYLE, "no", Span(0, 4))

REPORT = FileReport(Source("nets/a b,c.prototxt", NET), (SYNTAX, OVERWRITTEN, FOREIGN))
CLEAN = FileReport(Source("clean.prototxt", b""), ())
OPTIONS = ReportOptions(folder="/project/sub", root="/project", version="1.2.3")

ODD = "[bold] \x1b[31m\u202e\n\r\t\x00\x7f数据 😀 <&>\"' %0A::error::,: \ufffe\udcff\ud83d"
ODD_REPORT = FileReport(
    Source(ODD, b"layer {}\n"),
    (
        Diagnostic(
            code="CL101",
            name="unknown-bottom",
            severity=Severity.ERROR,
            claim=Claim.REJECTS,
            message=ODD,
            span=Span(0, 5),
            states=(ODD,),
            notes=(Note(ODD, Span(0, 0)),),
            fix=Fix(True, ODD, (Edit(0, 1, ODD),)),
        ),
    ),
)
"""Texts from a file that would act on a terminal, break XML or JSON, or forge a workflow command."""


def written(name: str, *reports: FileReport, options: ReportOptions = OPTIONS) -> str:
    """The text of a report."""
    return "".join(FORMATS[name](reports, options))


@cache
def all_bad_examples() -> tuple[FileReport, ...]:
    """What is found in the bad example of each rule: many real findings, with notes and fixes."""
    rules = all_rules()
    reports = [
        lint(Document(Source(f"{name}.prototxt", example(rule, "bad")), target=TARGET), rules)
        for name, rule in RULES.items()
    ]
    assert all(report.diagnostics for report in reports)
    return tuple(reports)
