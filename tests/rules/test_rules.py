"""Every rule proves itself: its bad example gives exactly its golden finding, its good example none."""

import ast
from pathlib import Path

import pytest

from caffe_lint.lint import Rule, lint
from caffe_lint.lint.fixing import fix
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import Document
from caffe_lint.report import FORMATS, ReportOptions
from caffe_lint.text import Source
from tests.rules.examples import TARGET

HERE = Path(__file__).parent
RULES = {rule.name: rule for rule in all_rules()}


def _folder(rule: Rule) -> Path:
    return HERE / rule.name.replace("-", "_")


def _lint(path: Path, dialect: str = "auto") -> tuple[set[str], str]:
    """The codes of all findings in a file, and the report as a user reads it."""
    document = Document(Source(path.name, path.read_bytes()), dialect, TARGET)
    report = lint(document, all_rules())
    text = "".join(FORMATS["full"]([report], ReportOptions(width=100)))
    return {finding.code for finding in report.diagnostics}, text


@pytest.mark.parametrize("name", RULES)
def test_bad_example_gives_the_golden_finding_and_no_other(name: str, request: pytest.FixtureRequest) -> None:
    rule = RULES[name]
    codes, text = _lint(_folder(rule) / "bad.prototxt")
    golden = _folder(rule) / "bad.out"
    if request.config.getoption("--update-golden"):
        golden.write_text(text, encoding="utf-8")
    assert codes == {rule.code}
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [rule.name for rule in RULES.values() if rule.fixable])
def test_fixed_example_is_the_golden_one_and_clean(name: str, request: pytest.FixtureRequest) -> None:
    path = _folder(RULES[name]) / "bad.prototxt"
    # Comments and Windows line ends are to survive, also those that are no UTF-8.
    data = path.read_bytes().replace(b"\n", b" # \xd6\xd0\r\n")
    fixed = fix(Document(Source(path.name, data)), all_rules(), is_unsafe_allowed=True)
    golden = path.with_name("bad.fixed.prototxt")
    plain = fixed.document.source.data.replace(b" # \xd6\xd0\r\n", b"\n").replace(b"\r\n", b"\n")
    if request.config.getoption("--update-golden"):
        golden.write_bytes(plain)
    assert plain == golden.read_bytes()
    assert fixed.report.diagnostics == ()
    assert {finding.name for finding in fixed.applied} == {name}
    again = fix(fixed.document, all_rules(), is_unsafe_allowed=True)
    assert (again.applied, again.document) == ((), fixed.document)


def test_only_rules_with_fixes_have_a_fixed_example() -> None:
    for rule in RULES.values():
        assert (_folder(rule) / "bad.fixed.prototxt").exists() == rule.fixable


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("dialect", ["auto", "bvlc"])
def test_good_example_is_clean(name: str, dialect: str) -> None:
    codes, _ = _lint(_folder(RULES[name]) / "good.prototxt", dialect)
    assert codes == set()


def test_every_example_belongs_to_a_rule() -> None:
    assert {path.name for path in HERE.iterdir() if path.is_dir() and path.name[0] != "_"} == {
        name.replace("-", "_") for name in RULES
    }


def test_codes_and_names_are_unique_and_name_the_module() -> None:
    rules = all_rules()
    assert len({rule.code for rule in rules}) == len(rules)
    for rule in rules:
        assert type(rule).__module__ == f"caffe_lint.rules.{rule.name.replace('-', '_')}"


@pytest.mark.parametrize("name", RULES)
def test_docstring_explains_with_bad_and_good(name: str) -> None:
    path = HERE.parent.parent / "rules" / f"{name.replace('-', '_')}.py"
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring
    summary, blank, *rest = docstring.split("\n")
    assert summary.endswith(".")
    assert len(summary) <= 100
    assert blank == ""
    starts = [line.split(" ")[0].rstrip(":") for line in rest]
    assert "Caffe" in docstring
    assert starts.index("Bad") < starts.index("Good")
