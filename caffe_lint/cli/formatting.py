"""Formats the content of one file, or says why not."""

import click

from ..net import Document
from ..report.wording import counted
from ..text import Parsed, Source, Span, parse
from ..text.layout import lay_out
from ..text.sameness import comments, content
from .errors import InternalError


def formatted(source: Source) -> bytes | None:
    """The content of a file in the usual layout; None for one that is no file of Caffe's.

    Raises:
        click.ClickException: if it is no text-format file; the message names the place.
        InternalError: if the file would say something else after it.
    """
    document = Document(source)
    if document.impostor:
        raise _refusal(source, document.impostor.span, document.impostor.message)
    if problems := document.syntax_problems:
        more = f" (and {counted(len(problems) - 1, 'more error')})" if problems[1:] else ""
        raise _refusal(source, problems[0].span, problems[0].message + more)
    if document.root_type is None:
        return None
    after = lay_out(source.data, Parsed(document.root, []))
    if after != source.data:
        _check(source, document, after)
    return after


def _refusal(source: Source, span: Span, message: str) -> click.ClickException:
    line, column, _ = source.position(span.start)
    return click.ClickException(f"{source.path}:{line}:{column}: {message}")


def _check(source: Source, document: Document, after: bytes) -> None:
    """Look that nothing but the layout has changed: what a formatter breaks nobody would look for there."""
    root, problems = parse(after)
    is_same = content(root) == content(document.root) and comments(after) == comments(source.data)
    if problems or not is_same:
        raise InternalError(f"formatting '{source.path}' would change more than its layout")
