"""The `grouped` format and the counts of `--statistics`, literally."""

import json
from importlib.resources import files

from jsonschema import Draft202012Validator

from caffe_lint.lint.diagnostic import FileReport
from caffe_lint.report import STATISTICS, ReportOptions
from caffe_lint.text import Source, Span
from tests.report.one_report import CLEAN, FOREIGN, NET, ODD_REPORT, OVERWRITTEN, PLUGIN, REPORT, written

FAR = FOREIGN._replace(span=Span(23, 23))


def test_findings_stand_in_columns_below_their_file() -> None:
    long = FileReport(
        Source("b.prototxt", b"\n" * 99 + b" " * 9 + NET), (FAR, FAR._replace(span=Span(108, 112)))
    )
    assert written("grouped", REPORT, CLEAN, long) == (
        "nets/a b,c.prototxt:\n"
        "  1:8 CL001 100%, odd\n"
        "  2:3 CL502 the cell state 'c' is overwritten\n"
        "  2:3 CL010 not here\n"
        "\n"
        "b.prototxt:\n"
        "   24:1  CL010 not here\n"
        "  100:10 CL010 not here\n"
        "\n"
        "Found 1 error, 1 warning and 3 notes in 2 of 3 files (1 fixable, 1 unsafely)\n"
    )
    assert written("grouped", CLEAN) == "All checks passed: 1 file\n"


def test_grouped_texts_from_files_come_out_as_text() -> None:
    text = written("grouped", ODD_REPORT, options=ReportOptions(color=True))
    assert text.startswith("\x1b[1m[bold] \\x1b[31m")
    assert len(text.splitlines()) == 4


def test_a_file_name_is_bold_in_colour() -> None:
    text = written("grouped", REPORT, options=ReportOptions(color=True))
    assert text.startswith("\x1b[1mnets/a b,c.prototxt\x1b[0m:\n")


REPORTS = [REPORT, FileReport(Source("b", NET), (FOREIGN, OVERWRITTEN, FOREIGN, PLUGIN)), CLEAN]


def test_statistics_name_the_rules_with_most_findings_first() -> None:
    for name in ("full", "concise", "grouped"):
        assert "".join(STATISTICS[name](REPORTS, ReportOptions())) == (
            "3  CL010      unknown-field\n"
            "2  CL502  [-] cell-state-overwritten\n"
            "1  CL001      syntax-error\n"
            "1  XY001      own-rule\n"
            "Found 2 errors, 2 warnings and 3 notes in 2 of 3 files (2 fixable, 2 unsafely)\n"
        )
    assert "".join(STATISTICS["full"]([CLEAN], ReportOptions())) == "All checks passed: 1 file\n"


def test_statistics_as_data() -> None:
    text = "".join(STATISTICS["json"](REPORTS, ReportOptions()))
    counts = json.loads(text)
    schema = json.loads((files("caffe_lint.report") / "statistics.schema.json").read_text())
    Draft202012Validator(schema).validate(counts)
    assert counts[:2] == [
        {"code": "CL010", "name": "unknown-field", "findings": 3, "files": 2, "fixable": 0, "unsafe": 0},
        {
            "code": "CL502",
            "name": "cell-state-overwritten",
            "findings": 2,
            "files": 2,
            "fixable": 2,
            "unsafe": 2,
        },
    ]
    lines = "".join(STATISTICS["json-lines"](REPORTS, ReportOptions())).splitlines()
    assert [json.loads(line) for line in lines] == counts


def test_json_lines_are_the_items_of_the_list() -> None:
    lines = written("json-lines", *REPORTS).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(written("json", *REPORTS))
    assert written("json-lines", CLEAN) == ""
