"""A comment that suppresses nothing, or names a rule that does not exist.

The finding was put right, or the code is misspelt. Such a comment would hide the next real mistake at its
place; Caffe reads no comments, and says nothing of either. Only rules that are on are judged, and in a file
with faults of syntax or unknown fields only suppressions of these, as other rules do not see all of it.

Bad:
    bottom: "data"  # caffe-lint: ignore[CL101] made by the script

Good:
    bottom: "data"
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from caffe_lint.lint import Claim, Diagnostic, Fix, Severity, SuppressionRule
from caffe_lint.net import Document
from caffe_lint.text import Edit

if TYPE_CHECKING:
    from caffe_lint.lint.suppression import Stale


class StaleSuppression(SuppressionRule):
    code = "CL901"
    name = "stale-suppression"
    fixable = True
    severity = Severity.WARNING
    claim = Claim.STYLE

    def check(self, document: Document, stale: "Sequence[Stale]") -> Iterator[Diagnostic]:
        for found in stale:
            what, span = "this comment", found.directive.span
            if not found.is_whole:
                what = "part of this comment"
                span = next(unused.selector.span for unused in found.unused if unused.selector)
            message = f"{what} suppresses nothing: {'; '.join(_reasons(found))}"
            finding = Diagnostic(self.code, self.name, self.severity, self.claim, message, span)
            yield finding._replace(fix=_fix(document, found))


def _reasons(stale: "Stale") -> Iterator[str]:
    return iter(dict.fromkeys(unused.reason for unused in stale.unused))


def _fix(document: Document, stale: "Stale") -> Fix:
    from caffe_lint.lint.suppression import removal  # few files need it

    # A name that is unknown here may be that of a plugin which this run does not load.
    is_safe = all(
        not unused.is_unknown or (unused.selector and unused.selector.text.startswith("CL"))
        for unused in stale.unused
    )
    directive = stale.directive
    if stale.is_whole or directive.selectors is None or directive.brackets is None:
        edit = Edit(*removal(document.source, directive), "")
        return Fix(is_safe, "remove the comment", (edit,))
    unused = {unused.selector for unused in stale.unused}
    kept = ", ".join(selector.text for selector in directive.selectors if selector not in unused)
    return Fix(is_safe, f"write '{directive.word}[{kept}]'", (Edit(*directive.brackets, f"[{kept}]"),))
