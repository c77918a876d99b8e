"""Old findings that are not reported, known again by what they say and stand in, not by their lines."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from os.path import relpath
from pathlib import Path
from typing import Any, NamedTuple

from ..text import Source, find_comments
from .diagnostic import Diagnostic

VERSION = 1
_LONGEST = 120
_NAMES = re.compile(r"'([^']*)'")


class BaselineError(ValueError):
    """A file is no baseline."""


class OldFinding(NamedTuple):
    """What is remembered of a finding: its rule, the names in its message, and the text of its line."""

    code: str
    names: tuple[str, ...]
    line: str


class Baseline(NamedTuple):
    """Old findings by file, with their numbers; files by their paths from the baseline's folder."""

    folder: str
    files: Mapping[str, Mapping[OldFinding, int]]

    def new(self, source: Source, findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """The findings in a file that are not old ones; of equal ones, those beyond their old number."""
        left = Counter(self.files.get(self.key(source.path), {}))
        new = []
        for finding in findings:
            old = remembered(source, finding)
            if left[old] > 0:
                left[old] -= 1
            else:
                new.append(finding)
        return tuple(new)

    def key(self, path: str) -> str:
        """What the baseline calls a file."""
        return relpath(Path(path).absolute(), self.folder).replace("\\", "/")


def remembered(source: Source, finding: Diagnostic) -> OldFinding:
    """What is remembered of a finding.

    Words and numbers of the message are not: they differ between versions of caffe-lint, and after edits
    elsewhere. Nor is white space, nor a comment behind the line.
    """
    data, start = source.data, finding.span.start
    begin = data.rfind(b"\n", 0, start) + 1
    end = data.find(b"\n", start)
    line = data[begin : end if end >= 0 else len(data)]
    comment = next((span for span in find_comments(line) if line[: span.start].strip()), None)
    text = "".join((line[: comment.start] if comment else line).decode("utf-8", "replace").split())
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}…{sha256(text.encode()).hexdigest()[:16]}"
    names = _NAMES.findall(finding.message.encode("utf-8", "replace").decode())
    return OldFinding(finding.code, tuple(names), text)


def count(source: Source, findings: Iterable[Diagnostic]) -> dict[OldFinding, int]:
    """The findings in a file as a baseline remembers them."""
    return Counter(remembered(source, finding) for finding in findings)


def reduced(old: Mapping[OldFinding, int], now: Mapping[OldFinding, int]) -> dict[OldFinding, int]:
    """The old findings that are still there; none is added."""
    return {finding: min(number, now.get(finding, 0)) for finding, number in old.items() if now.get(finding)}


def write_baseline(baseline: Baseline) -> bytes:
    """The content of a baseline file, the same for the same findings, one line for each."""
    files = {path: found for path, found in sorted(baseline.files.items()) if found}
    lines = ["{", f' "version": {VERSION},', ' "files": {']
    for number, (path, found) in enumerate(files.items()):
        entries = [
            json.dumps({"code": old.code, "names": list(old.names), "line": old.line, "count": times})
            for old, times in sorted(found.items())
        ]
        comma = "," if number + 1 < len(files) else ""
        lines += [f"  {json.dumps(path)}: [", ",\n".join(f"   {entry}" for entry in entries), f"  ]{comma}"]
    return "\n".join([*lines, " }", "}", ""]).encode()


def read_baseline(path: Path) -> Baseline:
    """The baseline in a file.

    Raises:
        BaselineError: if it holds none.
        OSError: if it cannot be read.
    """
    data = path.read_bytes()
    try:
        content = json.loads(data)
        version = content["version"]
        if version != VERSION:
            raise BaselineError(f"is of version {version}, this caffe-lint reads version {VERSION}")
        files = {name: dict(map(_entry, entries)) for name, entries in content["files"].items()}
    except BaselineError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BaselineError(f"is none ({type(error).__name__}: {error})") from error
    return Baseline(str(path.absolute().parent), files)


def _entry(entry: Mapping[str, Any]) -> tuple[OldFinding, int]:
    return OldFinding(str(entry["code"]), tuple(entry["names"]), str(entry["line"])), int(entry["count"])
