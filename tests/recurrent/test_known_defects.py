"""The table of what can be wrong in an unrolled net is complete, and right about rules."""

from caffe_lint.lint import Claim
from caffe_lint.lint.registry import all_rules
from caffe_lint.recurrent.known_defects import KNOWN_DEFECTS, KnownDefect
from docs.known_defects import PAGE, page
from tests.recurrent.random_mistakes import MISTAKES

RULES = {rule.name: rule for rule in all_rules()}
ROWS = {name: row for row in KNOWN_DEFECTS for name in row.planted}


def _codes(row: KnownDefect) -> set[str]:
    return {RULES[name].code for name in row.rules}


def test_each_row_speaks_of_one_mistake() -> None:
    assert len({row.words for row in KNOWN_DEFECTS}) == len(KNOWN_DEFECTS)
    assert sum(len(row.planted) for row in KNOWN_DEFECTS) == len(ROWS)
    assert all(row.planted for row in KNOWN_DEFECTS)


def test_each_planted_mistake_is_in_the_table_with_its_codes() -> None:
    assert {name: _codes(row) for name, row in ROWS.items()} == {
        mistake.name: set(mistake.codes) for mistake in MISTAKES
    }


def test_each_rule_about_unrolled_nets_has_a_row() -> None:
    told = {code for row in KNOWN_DEFECTS for code in _codes(row)}
    assert {rule.code for rule in RULES.values() if rule.code.startswith(("CL50", "CL51"))} <= told


def test_each_rule_claims_what_one_of_its_rows_does() -> None:
    for row in KNOWN_DEFECTS:
        claims = {Claim(claim) for claim in row.claims}
        assert claims <= {RULES[name].claim for name in row.rules} | {Claim.REJECTS}


def test_page_shows_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python docs/known_defects.py"
