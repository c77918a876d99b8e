"""Runs the rules over a file and puts their findings in order."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from ..net import Document, Net, NetState
from ..text import Span, paused_collector
from .context import NetContext
from .diagnostic import Diagnostic, FileReport
from .rule import DocumentRule, NetRule, Rule, SuppressionRule

T = TypeVar("T")

_TRIGGER = b"caffe-lint"
"""What a file holds whose comments may suppress findings."""


class RuleFailedError(Exception):
    """A rule raised an exception: a bug in caffe-lint or in a plugin."""


def lint(
    document: Document,
    rules: Sequence[Rule],
    states: Iterable[NetState] | None = None,
    *,
    known: Sequence[Rule] | None = None,
    heeds_comments: bool = True,
) -> FileReport:
    """All findings of some rules in one file, by place; equal findings of several states become one.

    Args:
        document: the file.
        rules: the rules that are on.
        states: the states to look at; by default those that the file tells apart.
        known: all rules that comments may name; by default those of caffe-lint, and those that are on.
        heeds_comments: whether comments in the file suppress findings.

    Raises:
        RuleFailedError: if a rule raises; the message names rule and file.
    """
    with paused_collector():
        nets = document.nets(states)
        findings = [*_about_file(document, rules), *_merged(_about_nets(document, nets, rules))]
        if heeds_comments and _TRIGGER in document.source.data:
            findings = _unsuppressed(document, findings, rules, known, is_whole=states is None)
    findings.sort(key=lambda finding: finding.sort_key)
    return FileReport(
        document.source, tuple(findings), tuple(str(state) for net in nets for state in net.states)
    )


def _unsuppressed(
    document: Document,
    findings: list[Diagnostic],
    rules: Sequence[Rule],
    known: Sequence[Rule] | None,
    *,
    is_whole: bool,
) -> list[Diagnostic]:
    # Few files need it.
    from .registry import all_rules
    from .suppression import Suppressions

    suppressions = Suppressions(document, known or tuple(dict.fromkeys([*all_rules(), *rules])))
    findings = suppressions.remaining(findings)
    # Findings of other states may need what suppresses nothing in those that were looked at.
    stale = suppressions.stale([rule.name for rule in rules] if is_whole else [])
    for rule in rules:
        if isinstance(rule, SuppressionRule):
            about = _run(rule, document, partial(rule.check, document), stale)
            findings += suppressions.remaining(about)
    return findings


def _about_file(document: Document, rules: Sequence[Rule]) -> Iterator[Diagnostic]:
    for rule in rules:
        if isinstance(rule, DocumentRule):
            yield from _run(rule, document, rule.check, document)


def _about_nets(document: Document, nets: Iterable[Net], rules: Sequence[Rule]) -> Iterator[Diagnostic]:
    names = frozenset(rule.name for rule in rules)
    for net in nets:
        context = NetContext(document, net, names)
        damaged = sorted(layer.span for layer in net.layers if layer.is_damaged)
        for rule in rules:
            if isinstance(rule, NetRule):
                findings = _run(rule, document, rule.check, context)
                yield from findings if rule.reads_names_only else _outside(damaged, findings)


def _outside(damaged: list[Span], findings: list[Diagnostic]) -> list[Diagnostic]:
    """The findings that do not rest on a broken layer: nobody knows what that would do."""
    if not damaged:
        return findings
    places = [[finding.span, *(note.span for note in finding.notes)] for finding in findings]
    return [
        finding
        for finding, spans in zip(findings, places, strict=True)
        if not any(_lies_in(damaged, span.start) for span in spans)
    ]


def _lies_in(spans: list[Span], place: int) -> bool:
    number = bisect_right(spans, place, key=lambda span: span.start)
    return number > 0 and place < spans[number - 1].end


def _run(
    rule: Rule, document: Document, check: Callable[[T], Iterator[Diagnostic]], subject: T
) -> list[Diagnostic]:
    try:
        return list(check(subject))
    except Exception as error:
        where = f"rule {rule.code} ({rule.name}) on {document.source.path}"
        raise RuleFailedError(f"{where}: {type(error).__name__}: {error}") from error


def _merged(findings: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    states: dict[Diagnostic, tuple[str, ...]] = {}
    for finding in findings:
        bare = finding._replace(states=())
        states[bare] = (*states.get(bare, ()), *finding.states)
    return (finding._replace(states=held) for finding, held in states.items())
