"""`--statistics`: how many findings each rule has, most first, instead of the findings."""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..lint.diagnostic import Diagnostic, FileReport
from .json_format import as_list
from .options import ReportOptions
from .wording import summary


class RuleCount(NamedTuple):
    """The findings of one rule, counted."""

    code: str
    name: str
    findings: int
    files: int
    fixable: int
    """How many have a fix."""
    unsafe: int
    """How many have an unsafe one."""


def table(reports: Sequence[FileReport], _options: ReportOptions) -> Iterator[str]:
    """A line for each rule, then the summary; `[*]` marks fixes, `[-]` fixes that are all unsafe."""
    counts = count_rules(reports)
    width = len(str(counts[0].findings)) if counts else 0
    has_fixes = any(rule.fixable for rule in counts)
    for rule in counts:
        mark = ("[-] " if rule.fixable == rule.unsafe else "[*] ") if rule.fixable else " " * 4
        yield f"{rule.findings:>{width}}  {rule.code}  {mark if has_fixes else ''}{rule.name}\n"
    yield f"{summary(reports)}\n"


def json_list(reports: Sequence[FileReport], _options: ReportOptions) -> Iterator[str]:
    """A JSON list with an object for each rule, as `statistics.schema.json` describes it."""
    return as_list(rule._asdict() for rule in count_rules(reports))


def json_lines(reports: Sequence[FileReport], _options: ReportOptions) -> Iterator[str]:
    """The same objects, on a line each."""
    return (f"{json.dumps(rule._asdict())}\n" for rule in count_rules(reports))


def count_rules(reports: Sequence[FileReport]) -> list[RuleCount]:
    """The rules that have findings, those with most first, then by code."""
    found: dict[tuple[str, str], list[tuple[int, Diagnostic]]] = {}
    for number, report in enumerate(reports):
        for finding in report.diagnostics:
            found.setdefault((finding.code, finding.name), []).append((number, finding))
    counts = [
        RuleCount(
            code,
            name,
            len(findings),
            len({number for number, _ in findings}),
            sum(finding.fix is not None for _, finding in findings),
            sum(finding.fix is not None and not finding.fix.safe for _, finding in findings),
        )
        for (code, name), findings in found.items()
    ]
    return sorted(counts, key=lambda rule: (-rule.findings, rule.code, rule.name))
