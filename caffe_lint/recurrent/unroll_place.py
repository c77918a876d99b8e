"""Puts generated layers into an existing net: at a comment that marks the place, again and again.

`# caffe-lint: unroll NAME` marks the place. What is written there ends with `# caffe-lint: end NAME`, so that
a later run replaces it; all other bytes of the file stay as they are.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..layers import infer_shapes
from ..net import Document, Net
from ..text import Edit, Source, apply_edits, parse

_MARK = re.compile(rb"^[ \t]*#[ \t]*caffe-lint:[ \t]*(unroll|end)[ \t]+(\S+)[ \t]*(?:\r?\n|\Z)", re.MULTILINE)


OLD_FORM = (
    "'{}' has layers of the old form ('layers'), which no new layer may stand beside: "
    "caffe-lint --fix writes them in the new form"
)


class Mark(NamedTuple):
    """A line of a file that marks where something begins or ends."""

    is_end: bool
    name: str
    start: int
    end: int


class PlaceError(ValueError):
    """A net has no such place, or the layers do not fit there."""


def place(source: Source, name: str, layers: str) -> bytes:
    """The file with layers at a mark, in the place of those that an earlier run put there.

    Raises:
        PlaceError: if the file holds no net that new layers may stand in, or no such mark or several, the
            mark stands inside of a layer, a layer or blob of that name is elsewhere in the net, or one that
            the layers read is not made above, or has a shape with which Caffe rejects them.
    """
    document = Document(source)
    if document.root_type != "NetParameter":
        raise PlaceError(f"'{source.path}' holds no net")
    if document.syntax_problems:
        raise PlaceError(f"'{source.path}' is no prototxt that Caffe reads; check says why")
    if document.net_settings.has("layers"):
        raise PlaceError(OLD_FORM.format(source.path))
    begin, end = _find(source, name)
    data, newline = source.data, _newline(source.data)
    before = data[begin.start : begin.end]
    start_of_line = "" if before.endswith(b"\n") else newline
    text = start_of_line + layers.replace("\n", newline)
    stop = end.start if end else begin.end
    closing = "" if end else f"# caffe-lint: end {name}{newline}"
    placed = apply_edits(data, [Edit(begin.end, stop, text + closing)])
    _check(source, placed, (begin.end, begin.end + len(text.encode())))
    return placed


def _newline(data: bytes) -> str:
    return "\r\n" if b"\r\n" in data else "\n"


def _marks(data: bytes) -> Iterator[Mark]:
    for found in _MARK.finditer(data):
        yield Mark(found[1] == b"end", found[2].decode(errors="replace"), found.start(), found.end())


def _find(source: Source, name: str) -> tuple[Mark, Mark | None]:
    """The mark of that name and the end of what was put there before."""
    marks = list(_marks(source.data))
    begins = [mark for mark in marks if mark.name == name and not mark.is_end]
    ends = [mark for mark in marks if mark.name == name and mark.is_end]
    if len(begins) != 1:
        found = ", ".join(sorted({f"'{mark.name}'" for mark in marks if not mark.is_end}))
        if not begins:
            hint = f"it has {found}" if found else "it has none"
            raise PlaceError(f"'{source.path}' has no line '# caffe-lint: unroll {name}': {hint}")
        raise PlaceError(f"'{source.path}' marks '{name}' several times, in {_lines(source, begins)}")
    begin = begins[0]
    if len(ends) > 1 or (ends and ends[0].start < begin.end):
        where = f"below {_lines(source, begins)}, found in {_lines(source, ends)}"
        raise PlaceError(f"'{source.path}' must end '{name}' once, {where}")
    end = ends[0] if ends else None
    _check_outside(source, [mark for mark in (begin, end) if mark])
    inside = [mark for mark in marks if end and begin.start < mark.start < end.start]
    if inside:
        raise PlaceError(f"'{source.path}' has other marks inside of '{name}', in {_lines(source, inside)}")
    return begin, end


def _lines(source: Source, marks: list[Mark]) -> str:
    lines = " and ".join(str(source.position(mark.start).line) for mark in marks)
    return f"line{'s' if len(marks) > 1 else ''} {lines}"


def _check_outside(source: Source, marks: list[Mark]) -> None:
    for field in parse(source.data).root.fields:
        for mark in marks:
            if field.start < mark.start < field.end:
                line, owner = source.position(mark.start).line, source.position(field.start).line
                where = f"not in the '{field.name}' of line {owner}"
                raise PlaceError(f"the mark in line {line} must stand between layers, {where}")


def _check(source: Source, placed: bytes, span: tuple[int, int]) -> None:
    """Whether the layers in a span of the new file fit among the others."""
    start, end = span
    for net in Document(Source(source.path, placed)).nets():
        _check_net(net, start, end)


def _check_net(net: Net, start: int, end: int) -> None:
    own = [layer for layer in net.layers if start <= layer.span.start < end]
    others = [layer for layer in net.layers if not start <= layer.span.start < end]
    names = {layer.name for layer in others}
    for layer in own:
        if layer.name in names:
            raise PlaceError(f"the net has another layer '{layer.name}': choose a prefix")
    for layer in own:
        for use in layer.bottoms:
            if use.blob is None and not net.is_unfed:
                raise PlaceError(f"no layer above the mark makes the blob '{use.name}'")
    for blob in net.blobs:
        earlier = blob.duplicate_of
        if earlier is not None and (blob.layer in own) != (earlier.layer in own):
            raise PlaceError(f"the net has another blob '{blob.name}': choose a prefix")
    for rejection in infer_shapes(net).rejections:
        if rejection.layer in own:
            raise PlaceError(
                f"Caffe would reject the new layer '{rejection.layer.name}': {rejection.message}"
            )
