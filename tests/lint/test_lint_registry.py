"""Which rules a selection means."""

import pytest

from caffe_lint.lint import Rule
from caffe_lint.lint.registry import UnknownRuleError, all_rules, select_rules

ALL = all_rules()
CODES = {rule.code for rule in ALL}


def codes(*select: str, ignore: tuple[str, ...] = ()) -> set[str]:
    return {rule.code for rule in select_rules(select, ignore)}


def starting_with(prefix: str) -> set[str]:
    return {code for code in CODES if code.startswith(prefix)}


def test_rules_come_by_code() -> None:
    assert [rule.code for rule in ALL] == sorted(CODES)
    assert all(isinstance(rule, Rule) for rule in ALL)
    assert {"CL001", "CL002", "CL010", "CL101", "CL201", "CL301", "CL501", "CL502", "CL503", "CL504"} <= CODES


def test_the_first_rules_have_the_names_that_were_promised() -> None:
    names = {rule.code: rule.name for rule in ALL}
    assert names["CL001"] == "syntax-error"
    assert names["CL010"] == "unknown-field"
    assert names["CL101"] == "unknown-bottom"
    assert names["CL102"] == "top-produced-twice"
    assert names["CL201"] == "shape-mismatch"
    assert names["CL501"] == "unshared-weights"
    assert names["CL502"] == "cell-state-overwritten"


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        ((), CODES),
        (("ALL",), CODES),
        (("CL",), CODES),
        (("CL101",), {"CL101"}),
        (("CL5",), starting_with("CL5")),
        (("CL50",), starting_with("CL50")),
        (("unknown-bottom",), {"CL101"}),
        (("CL101", "unknown-bottom", "CL10"), starting_with("CL10")),
        (("CL101", "CL2"), {"CL101"} | starting_with("CL2")),
    ],
)
def test_a_selection(select: tuple[str, ...], expected: set[str]) -> None:
    assert codes(*select) == expected


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        ((), ("CL1",), CODES - starting_with("CL1")),
        (("CL1",), ("CL101",), starting_with("CL1") - {"CL101"}),
        (("CL101",), ("CL101",), set()),
        (("CL101",), ("ALL",), set()),
        (("CL101",), ("CL2", "shape-mismatch"), {"CL101"}),
    ],
)
def test_what_is_ignored_wins(select: tuple[str, ...], ignore: tuple[str, ...], expected: set[str]) -> None:
    assert codes(*select, ignore=ignore) == expected


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("unknown-botom", "unknown rule 'unknown-botom', did you mean 'unknown-bottom'?"),
        ("unknown_bottom", "unknown rule 'unknown_bottom', did you mean 'unknown-bottom'?"),
        ("C101", "unknown rule 'C101', did you mean 'CL101'?"),
        ("E501", "unknown rule 'E501', did you mean 'CL501'?"),
        ("x", "unknown rule 'x'; 'caffe-lint rules' lists all"),
        ("", "unknown rule ''; 'caffe-lint rules' lists all"),
    ],
)
@pytest.mark.parametrize("option", ["select", "ignore"])
def test_an_unknown_rule_is_an_error_with_a_suggestion(selector: str, message: str, option: str) -> None:
    with pytest.raises(UnknownRuleError) as error:
        select_rules(**{option: ["CL101", selector]})
    assert str(error.value) == message
