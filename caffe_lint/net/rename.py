"""Gives an in-place layer a top of its own: edits that rename what reads its output, and nothing else."""

import re
from collections.abc import Collection
from functools import cache
from itertools import count

from ..text import Edit, Span, scalar
from ..text.grammar import GAP, IDENTIFIER
from .document import Document
from .model import Blob, Net, Use

_SPLIT = "_split_"
"""What the names have in common that InsertSplits gives to copies (insert_splits.cpp, SplitBlobName)."""

_ESCAPES = {"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}


def fresh_top(
    document: Document, net: Net, blob: Blob, left: Collection[Span] = ()
) -> tuple[Edit, ...] | None:
    """The edits after which the layer that makes `blob` in place leaves its bottom as it is.

    Its top gets a name that no blob has in any state of the file; later layers that read this version of the
    blob read the new name, and those that work in place on it go on to do so. In every state each bottom
    then reads the top of the same layer as before.

    Args:
        document: the file.
        net: the net of some of its states.
        blob: what a layer of the net writes in place.
        left: the bottoms that are to read what the layer overwrote, and not what it wrote.

    Returns:
        The edits; None if there are none that are right in every state and can be placed in the text.
    """
    if document.syntax_problems or document.upgraded.problems or blob.name in net.broken_names:
        return None
    if _overwritten(blob) is None:
        return None
    name = _fresh_name(document, blob)
    nets = document.nets()
    places = _places_to_rename(nets, blob, left)
    if name is None or not all(_is_same_wiring(each, blob, places, left) for each in nets):
        return None
    edits = [string_edit(document.source.data, place, blob.name, name) for place in sorted(places)]
    found = tuple(edit for edit in edits if edit is not None)
    return found if len(found) == len(edits) else None


def string_edit(data: bytes, place: Span, old: str, new: str) -> Edit | None:
    """The edit that makes a string field, or an element of a list, say something else.

    Args:
        data: the file.
        place: the whole field (`top: "x"`), or the element.
        old: what it says.
        new: what it is to say.

    Returns:
        The edit; None if the text at `place` does not say `old` or a comment stands between its literals.
    """
    text = data[place.start : place.end].decode("latin-1")
    match = _string_field().fullmatch(text)
    if match is None:
        return None
    value = scalar.string(match["value"])
    if value is None or value.decode("utf-8", "backslashreplace") != old:
        return None
    quote = match["value"][0]
    start, end = match.span("value")
    return Edit(place.start + start, place.start + end, quote + escaped(new, quote) + quote)


def escaped(text: str, quote: str) -> str:
    """A text as it stands between such quotes in text format."""
    return "".join(_escaped(char, quote) for char in text)


def _escaped(char: str, quote: str) -> str:
    if char == quote:
        return f"\\{char}"
    # Three octal digits, so that a digit behind them is none of theirs.
    return _ESCAPES.get(char) or (f"\\{ord(char):03o}" if ord(char) < 0x20 or char == "\x7f" else char)


@cache
def _string_field() -> re.Pattern[str]:
    literal = r"(?:\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+')"
    return re.compile(
        rf"(?:{IDENTIFIER}{GAP}:{GAP})?+(?P<value>{literal}(?:\s*+{literal})*+)", re.DOTALL | re.ASCII
    )


def _overwritten(blob: Blob) -> Blob | None:
    """The version that the layer reads and writes over, whether Caffe lets it or not."""
    bottoms = blob.layer.bottoms
    if blob.index >= len(bottoms) or bottoms[blob.index].name != blob.name:
        return None
    return bottoms[blob.index].blob


def _fresh_name(document: Document, blob: Blob) -> str | None:
    layer_name = blob.layer.name
    taken = document.blob_names
    bases = [layer_name, f"{blob.name}_{layer_name}"] if layer_name else []
    numbered = (f"{layer_name or blob.name}_{number}" for number in count(2))
    candidates = (name for names in (bases, numbered) for name in names)
    if _SPLIT in f"{blob.name} {layer_name}" or any(_SPLIT in name for name in taken):
        return None  # the copies that Caffe makes might meet one of these names
    found = next(name for name in candidates if name not in taken)
    # Bytes that are no UTF-8 read as `\xNN`, and could not be written back.
    return found if found.isprintable() and "\\" not in found else None


def _places_to_rename(nets: list[Net], blob: Blob, left: Collection[Span]) -> set[Span]:
    """Where the blob and its later versions are written and read, in any state in which its layer exists."""
    places = {blob.span}
    size = 0
    while size < len(places):
        size = len(places)
        for net in nets:
            for mention in net.mentions.get(blob.name, ()):
                made_of = _overwritten(mention) if isinstance(mention, Blob) else mention.blob
                is_fixed = mention.span == blob.span or mention.span in left
                if made_of is not None and made_of.span in places and not is_fixed:
                    places.add(mention.span)
    return places


def _is_same_wiring(net: Net, blob: Blob, renamed: Collection[Span], left: Collection[Span]) -> bool:
    """Whether, under another name at these places, the top overwrites nothing and the rest is as it was."""
    mentions = net.mentions.get(blob.name, [])
    overwritten = next((_overwritten(made) for made in net.blobs if made.span == blob.span), None)
    for mention, old, new in zip(mentions, _wiring(mentions, ()), _wiring(mentions, renamed), strict=True):
        if mention.span == blob.span:
            old = None
        elif mention.span in left:
            old = overwritten
        if new is not old:
            return False
    return True


def _wiring(mentions: list[Blob | Use], renamed: Collection[Span]) -> list[Blob | None]:
    """For each mention of a name what it reads, or what it writes over, if some bear another name."""
    latest: dict[bool, Blob] = {}
    found: list[Blob | None] = []
    for mention in mentions:
        is_renamed = mention.span in renamed
        found.append(latest.get(is_renamed))
        if isinstance(mention, Blob):
            latest[is_renamed] = mention
    return found
