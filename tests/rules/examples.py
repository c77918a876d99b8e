"""The rules with their examples, those about nets and those about solver files."""

from pathlib import Path

from caffe_lint.lint import Claim, Rule, lint
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import Document
from caffe_lint.text import Source

HERE = Path(__file__).parent
RULES = {rule.name: rule for rule in all_rules()}

TARGET = ("bvlc",)
"""The Caffe that examples shall load in, as the one of the tests does."""


def example(rule: Rule, name: str) -> bytes:
    """The `bad` or `good` example of a rule."""
    return (HERE / rule.name.replace("-", "_") / f"{name}.prototxt").read_bytes()


def stated_message(rule: Rule) -> str:
    """What Caffe prints when it aborts on the bad example."""
    return (HERE / rule.name.replace("-", "_") / "caffe.txt").read_text(encoding="utf-8").strip()


def files(rule: Rule) -> dict[str, bytes]:
    """The files that the examples of a rule name."""
    folder = HERE / rule.name.replace("-", "_")
    beside = [path for path in folder.iterdir() if path.stem.split(".")[0] not in ("bad", "good", "caffe")]
    return {path.name: path.read_bytes() for path in beside}


def claims(text: bytes) -> set[Claim]:
    """What the findings in a file claim."""
    report = lint(Document(Source("bad.prototxt", text), target=TARGET), all_rules())
    return {finding.claim for finding in report.diagnostics}


def _is_about_solvers(rule: Rule) -> bool:
    return Document(Source("bad.prototxt", example(rule, "bad"))).root_type == "SolverParameter"


SOLVER_RULES = {name: rule for name, rule in RULES.items() if _is_about_solvers(rule)}
NET_RULES = {name: rule for name, rule in RULES.items() if name not in SOLVER_RULES}
