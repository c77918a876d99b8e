"""Writing suppressions: behind lines or above layers, once, and with all other bytes kept."""

import pytest

from caffe_lint.lint import lint
from caffe_lint.lint.ignoring import suppressed
from caffe_lint.lint.registry import all_rules, select_rules
from caffe_lint.net import load
from tests.lint.test_suppression import NET, behind


def write(text: str, reason: str = "", *select: str) -> str:
    """The net with suppressions of what is found; a second time changes nothing."""
    rules = select_rules(select or ("CL101", "CL104", "CL001", "CL105", "CL9"))
    document = load(text.encode())
    after, report = suppressed(document, lint(document, rules), lambda each: lint(each, rules), reason)
    again, _ = suppressed(after, report, lambda each: lint(each, rules), reason)
    assert again is after
    assert [found for found in report.diagnostics if found.code in ("CL101", "CL104")] == []
    return after.source.data.decode()


def test_suppressions_are_written_behind_their_lines() -> None:
    expected = behind(5, "ignore[CL101] why", behind(6, "ignore[CL101] why", behind(9, "ignore[CL101] why")))
    assert write(NET, "why", "CL101") == expected
    assert write(NET.replace("\n", "\r\n"), "why", "CL101") == expected.replace("\n", "\r\n")
    assert write(NET.rstrip(), "why", "CL101") == expected.rstrip()


def test_all_codes_of_a_line_stand_in_one_comment() -> None:
    text = 'layer { name: "r" type: "ReLU" bottom: "p" bottom: "q" top: "y" }\n'
    assert write(text) == text.rstrip() + "  # caffe-lint: ignore[CL101, CL104]\n"


def test_a_comment_that_is_there_is_kept_or_completed() -> None:
    text = NET.replace('"p"', '"p"  # from the paper')
    assert '"p"  # from the paper  # caffe-lint: ignore[CL101]\n' in write(text, "", "CL101")
    text = behind(5, "ignore[CL102] old reason")
    assert behind(5, "ignore[CL102, CL101] old reason").splitlines()[4] in write(text, "new", "CL101").split(
        "\n"
    )


def test_where_the_line_is_long_the_comment_stands_above_the_layer() -> None:
    text = f'  layer {{ name: "{"r" * 90}" type: "ReLU" bottom: "p" top: "y" }}\n'
    assert write(text) == f"  # caffe-lint: ignore[CL101]\n{text}"
    both = f'layer {{ name: "a" }} {text}'
    assert write(both, "", "CL101") == both.rstrip() + "  # caffe-lint: ignore[CL101]\n"


@pytest.mark.parametrize("text", [NET + "layer {", "<html>", behind(1, "ignore[CL102] stale", "name: 'x'")])
def test_files_in_which_no_comment_helps_are_left_alone(text: str) -> None:
    document = load(text.encode())
    report = lint(document, all_rules())
    assert report.diagnostics
    report = report._replace(
        diagnostics=tuple(found for found in report.diagnostics if found.code in ("CL001", "CL002", "CL901"))
    )
    after, remaining = suppressed(document, report, lambda each: lint(each, all_rules()))
    assert after is document
    assert remaining == report
