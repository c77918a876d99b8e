"""Sentences that formats for people share: what Caffe does with the file, and the summary line."""

import re
from collections.abc import Sequence
from itertools import chain

from ..lint.diagnostic import Claim, Diagnostic, FileReport, Severity
from .terminal import printable

CLAIM_WORDS = {
    Claim.REJECTS: "Caffe aborts on this file",
    Claim.WRONG_FORWARD: "Caffe loads this file in silence and computes something else",
    Claim.WRONG_GRADIENT: "Caffe loads this file in silence and trains it with wrong gradients",
    Claim.WASTE: "Caffe loads this file in silence, and part of it goes to waste",
    Claim.STYLE: "Caffe computes the same either way",
}

_LONGEST_NAME = 160
_KEPT = 60
_LONG = re.compile(rf"'[^']{{{_LONGEST_NAME + 1},}}'|[^\s']{{{_LONGEST_NAME + 1},}}")


def sentence(message: str) -> str:
    """A message for people, in which the middle of each overlong name is left out: it may have megabytes."""
    return _LONG.sub(_shortened, message) if len(message) > _LONGEST_NAME else message


def _shortened(name: re.Match[str]) -> str:
    return f"{name[0][:_KEPT]}...{name[0][-_KEPT:]}"


def summary(reports: Sequence[FileReport]) -> str:
    """One line over all files: `Found 3 errors and 1 warning in 1 file (2 fixable)`."""
    if not reports:
        return "No files were checked"
    found = list(chain.from_iterable(report.diagnostics for report in reports))
    if not found:
        return f"All checks passed: {counted(len(reports), 'file')}"
    hit = sum(bool(report.diagnostics) for report in reports)
    files = counted(hit, "file") if hit == len(reports) else f"{hit} of {counted(len(reports), 'file')}"
    return f"Found {_severities(found)} in {files}{_fixable(found)}"


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it belongs: `1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def net_title(name: str, path: str, dialects: Sequence[str]) -> str:
    """The line above a net that is shown: its name, its file and the Caffe that reads it."""
    readers = " ".join(dialects[:1])
    return f"{printable(name) or '(no name)'}  {printable(path)}  as {readers} reads it"


def listed(items: Sequence[str]) -> str:
    """Items as a list in a sentence: `a, b and c`."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def _severities(found: Sequence[Diagnostic]) -> str:
    severities = [diagnostic.severity for diagnostic in found]
    worst_first = reversed(Severity)
    return listed([counted(severities.count(kind), kind.value) for kind in worst_first if kind in severities])


def _fixable(found: Sequence[Diagnostic]) -> str:
    safety = [diagnostic.fix.safe for diagnostic in found if diagnostic.fix]
    unsafe = safety.count(False)
    if not safety or not unsafe:
        return f" ({len(safety)} fixable)" if safety else ""
    return f" ({len(safety)} fixable, {unsafe} unsafely)"
