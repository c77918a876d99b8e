"""The fix of a name that is misspelt."""

from typing import TYPE_CHECKING

from ..net import Document
from ..text import Span
from .diagnostic import Fix

if TYPE_CHECKING:
    from ..net.meaning import Aspect


def spelling_fix(document: Document, field: Span, name: str, meant: str, changes: "Aspect") -> Fix | None:
    """The fix that writes what a string field was probably meant to say; it is a guess.

    Args:
        document: the file.
        field: the field.
        name: what it says.
        meant: what it was meant to say; empty where that is not known.
        changes: what the fix may change in the net.
    """
    from ..net.rename import string_edit

    edit = string_edit(document.source.data, field, name, meant) if meant else None
    return Fix(False, f"write '{meant}'", (edit,), frozenset({changes})) if edit else None
