"""Applies the fixes of a file's findings, round by round, and proves after each that it changed no more."""

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from ..net import Document
from ..net.meaning import Aspect, Meaning, is_kept, meaning
from ..text import Edit
from .diagnostic import Diagnostic, FileReport
from .rule import Rule
from .runner import lint

_SPARE_ROUNDS = 10


class FixedFile(NamedTuple):
    """A file after its fixes."""

    document: Document
    report: FileReport
    """What remains to be said of it."""
    applied: tuple[Diagnostic, ...]
    """The findings whose fixes were applied, as they stood in their rounds."""
    refused: tuple[Diagnostic, ...]
    """Those of the remaining findings whose fixes would change more than they say."""


class FixLoopError(Exception):
    """Fixes that undo each other: a bug in the rules that the message names."""


def fix(
    document: Document,
    rules: Sequence[Rule],
    *,
    is_unsafe_allowed: bool = False,
    check: Callable[[Document], FileReport] | None = None,
) -> FixedFile:
    """Apply fixes until none is left that can be applied.

    A file with syntax errors is left as it is: nobody knows what it says.

    Args:
        document: the file.
        rules: the rules that are on.
        is_unsafe_allowed: whether fixes that may change what Caffe computes are applied too.
        check: what finds the findings; by default `lint` by these rules.

    Raises:
        FixLoopError: if there is no end to it.
        RuleFailedError: if a rule raises.
    """
    applied: list[Diagnostic] = []
    check = check or partial(lint, rules=rules)
    report = check(document)
    rounds = _SPARE_ROUNDS + len(report.diagnostics)
    for _ in range(rounds):
        candidates = [] if document.syntax_problems else _candidates(report, is_unsafe_allowed)
        chosen, after = _first_acceptable(document, candidates)
        if not chosen:
            return FixedFile(document, report, tuple(applied), tuple(candidates))
        applied += chosen
        document = after
        report = check(document)
    codes = " and ".join(sorted({finding.code for finding in applied[-rounds:]}))
    raise FixLoopError(f"fixes of {codes} on {document.source.path} undo each other")


def _candidates(report: FileReport, is_unsafe_allowed: bool) -> list[Diagnostic]:
    return [
        finding
        for finding in report.diagnostics
        if finding.fix and finding.fix.edits and (finding.fix.safe or is_unsafe_allowed)
    ]


def _first_acceptable(document: Document, candidates: list[Diagnostic]) -> tuple[list[Diagnostic], Document]:
    """What can be fixed in one round: together are only fixes that may change the same things."""
    groups: dict[frozenset[Aspect], list[Diagnostic]] = {}
    for finding in candidates:
        groups.setdefault(finding.fix.changes if finding.fix else frozenset(), []).append(finding)
    for group in groups.values():
        chosen, after = _acceptable(document, _apart(group))
        if chosen:
            return chosen, after
    return [], document


def _apart(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings whose edits touch none of those before them; the others wait for the next round."""
    taken: list[Edit] = []
    chosen = []
    for finding in findings:
        edits = list(_edits([finding]))
        if not any(_touches(taken, edit) for edit in edits):
            chosen.append(finding)
            for edit in edits:
                insort(taken, edit)
    return chosen


def _touches(taken: list[Edit], edit: Edit) -> bool:
    # Those taken lie apart, so that only the neighbours can be touched.
    number = bisect_right(taken, edit)
    before, behind = taken[max(number - 1, 0) : number], taken[number : number + 1]
    return any(other.end >= edit.start for other in before) or any(
        edit.end >= other.start for other in behind
    )


def _acceptable(
    document: Document, findings: list[Diagnostic], before: Meaning | None = None
) -> tuple[list[Diagnostic], Document]:
    """As many of the findings as can be fixed together, and the file after that.

    Fixes that are each right may not be so together: both may have chosen the same new name.
    """
    if not findings:
        return [], document
    before = before or meaning(document)
    after = document.edited(_edits(findings))
    if _is_right(document, before, after, findings):
        return findings, after
    half = len(findings) // 2
    if not half:
        return [], document
    first = _acceptable(document, findings[:half], before)
    return first if first[0] else _acceptable(document, findings[half:], before)


def _is_right(document: Document, before: Meaning, after: Document, findings: list[Diagnostic]) -> bool:
    if after.syntax_problems or Counter(_problems(after)) - Counter(_problems(document)):
        return False
    changes = {aspect for finding in findings if finding.fix for aspect in finding.fix.changes}
    return is_kept(before, meaning(after), changes, [edit.start for edit in _edits(findings)])


def _problems(document: Document) -> Iterator[tuple[str, str]]:
    yield from ((problem.kind.value, problem.message) for problem in document.schema_problems)
    if document.root_type == "NetParameter":
        yield from (("upgrade", problem.message) for problem in document.upgraded.problems)


def _edits(findings: Iterable[Diagnostic]) -> Iterator[Edit]:
    return (edit for finding in findings if finding.fix for edit in finding.fix.edits)
