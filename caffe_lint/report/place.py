"""Where a file lies in its project, as services name it, and what makes a finding known again."""

import os
from collections import Counter
from hashlib import sha256
from itertools import chain
from pathlib import PurePath

from ..lint.diagnostic import FileReport
from .options import ReportOptions


def project_path(path: str, options: ReportOptions) -> str:
    """The path of a file from the project's root, with slashes; the whole path of a file outside."""
    root = options.root or options.folder
    if not root:
        return path
    whole = os.path.normpath(PurePath(options.folder, path))
    try:
        inside = os.path.relpath(whole, root)
    except ValueError:  # another drive
        inside = os.pardir
    is_outside = inside.split(os.sep, 1)[0] == os.pardir
    return (whole if is_outside else inside).replace(os.sep, "/")


def fingerprints(report: FileReport, options: ReportOptions) -> list[str]:
    """For each finding of a file what it is known by in another run, however many lines came before it.

    That is its file, its rule and the text of its line; equal ones are numbered.
    """
    seen: Counter[tuple[str, str]] = Counter()
    path = project_path(report.source.path, options)
    marks = []
    for finding in report.diagnostics:
        line = report.source.line(report.source.position(finding.span.start).line).strip()
        key = (finding.code, line)
        parts = (path, *key, str(seen[key]))
        seen[key] += 1
        text = "".join(chain.from_iterable((part, "\0") for part in parts))
        marks.append(sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return marks
