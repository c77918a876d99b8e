"""Runs the rules over a file and puts their findings in order."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from ..net import Document, Net, NetState
from ..text import Span, paused_collector
from .context import NetContext
from .diagnostic import Diagnostic, FileReport
from .rule import DocumentRule, NetRule, Rule

T = TypeVar("T")


class RuleFailedError(Exception):
    """A rule raised an exception: a bug in caffe-lint or in a plugin."""


def lint(document: Document, rules: Sequence[Rule], states: Iterable[NetState] | None = None) -> FileReport:
    """All findings of some rules in one file, by place; equal findings of several states become one.

    Args:
        document: the file.
        rules: the rules that are on.
        states: the states to look at; by default those that the file tells apart.

    Raises:
        RuleFailedError: if a rule raises; the message names rule and file.
    """
    with paused_collector():
        nets = document.nets(states)
        findings = [*_about_file(document, rules), *_merged(_about_nets(document, nets, rules))]
    findings.sort(key=lambda finding: finding.sort_key)
    return FileReport(
        document.source, tuple(findings), tuple(str(state) for net in nets for state in net.states)
    )


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
