"""Recognises files that are not what their name claims, from their bytes: one clear answer for each."""

import re
from enum import Enum
from typing import NamedTuple

from ..text import Span
from .placeholder import placeholders, visible
from .wire import layer_count


class ImpostorKind(Enum):
    """What a file is instead of a prototxt."""

    ARCHIVE = "archive"
    BINARY = "binary"
    CAFFEMODEL = "caffemodel"
    GIT_CONFLICT = "git-conflict"
    GIT_LFS_POINTER = "git-lfs-pointer"
    HDF5 = "hdf5"
    JSON = "json"
    TEMPLATE = "template"
    UTF16 = "utf-16"
    WEB_PAGE = "web-page"
    YAML = "yaml"


class Impostor(NamedTuple):
    """A file that is no prototxt: what it is, where one sees it, and what to do."""

    kind: ImpostorKind
    span: Span
    message: str


_MAGIC = (
    (b"\x89HDF\r\n\x1a\n", ImpostorKind.HDF5, "this is an HDF5 file (weights or data), not a prototxt"),
    (b"PK\x03\x04", ImpostorKind.ARCHIVE, "this is a zip archive, unpack it first"),
    (b"\x1f\x8b", ImpostorKind.ARCHIVE, "this is a gzip archive, unpack it first"),
    (
        b"\xff\xfe",
        ImpostorKind.UTF16,
        "this file is encoded as UTF-16, save it as UTF-8 for Caffe to read it",
    ),
    (
        b"\xfe\xff",
        ImpostorKind.UTF16,
        "this file is encoded as UTF-16, save it as UTF-8 for Caffe to read it",
    ),
    (
        b"version https://git-lfs.github.com/spec/",
        ImpostorKind.GIT_LFS_POINTER,
        "this is a Git LFS pointer, not the file itself: run 'git lfs pull'",
    ),
)
_HEAD = 4096
_CONTROL = re.compile(rb"[\0-\x08\x0e-\x1f]")
_LEAST_CONTROL_SHARE = 0.02

_WEB_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+<(?:!--|(?:!doctype|\?xml|html|head|body|svg)\b)", re.IGNORECASE
)
_GITHUB_PAGE = re.compile(rb"https://github\.com/([\w.-]+/[\w.-]+)/blob/([\w./%@+-]+)")
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*+[{\[]\s*+[\"{\[\]}]")
_FIRST_LINE = re.compile(rb"(?:[ \t]*+(?:#[^\n]*+)?\r?\n)*+[ \t]*+([^\r\n]*+)")
_YAML_LIST = re.compile(rb":[ \t]*+\r?\n[ \t]*+- [A-Za-z\"'{\[]")
_CONFLICT = re.compile(rb"^<{7}(?:[ \t][^\r\n]*+)?+\r?$", re.MULTILINE)


def recognise(data: bytes) -> Impostor | None:
    """What the bytes are if they are no text format at all; None for everything that may be a prototxt.

    Nothing in a comment or a string counts, so no file that Caffe reads is ever taken for something else.
    """
    return next(filter(None, (test(data) for test in _TESTS)), None)


def _known_start(data: bytes) -> Impostor | None:
    for magic, kind, message in _MAGIC:
        if data.startswith(magic):
            return Impostor(kind, Span(0, len(magic)), message)
    return None


def _weights(data: bytes) -> Impostor | None:
    if not _CONTROL.search(data, 0, _HEAD):
        return None
    layers = layer_count(data)
    if layers is None:
        return None
    message = (
        f"this is a binary .caffemodel with {layers} layer{'s' * (layers > 1)}, pass the net's .prototxt"
    )
    return Impostor(ImpostorKind.CAFFEMODEL, Span(0, min(len(data), 1)), message)


def _binary(data: bytes) -> Impostor | None:
    head = data[:_HEAD]
    controls = [match.start() for match in _CONTROL.finditer(head)]
    if len(controls) <= 1 or len(controls) < _LEAST_CONTROL_SHARE * len(head):
        return None
    message = (
        f"this is a binary file ({len(controls)} control bytes in the first {len(head)}), not a prototxt"
    )
    return Impostor(ImpostorKind.BINARY, Span(controls[0], controls[0] + 1), message)


def _web_page(data: bytes) -> Impostor | None:
    match = _WEB_PAGE.match(data)
    if not match:
        return None
    page = _GITHUB_PAGE.search(data)
    raw = "the 'Raw' button of the page gives it"
    if page:
        raw = f"https://raw.githubusercontent.com/{page[1].decode()}/{page[2].decode()}"
    message = f"this is a web page, not the prototxt it shows: download the raw file ({raw})"
    return Impostor(ImpostorKind.WEB_PAGE, Span(*match.span()), message)


def _template(data: bytes) -> Impostor | None:
    found = placeholders(data)
    if not found:
        return None
    start, end = found[0]
    text = data[start:end].decode("utf-8", "replace")
    message = f"this is a template, not yet a prototxt: '{text}' stands where a value belongs"
    if found[1:]:
        message += f", and {len(found) - 1} more such placeholder{'s' * (len(found) > 2)}"
    return Impostor(ImpostorKind.TEMPLATE, found[0], message)


def _json(data: bytes) -> Impostor | None:
    match = _JSON.match(data)
    message = "this is JSON, Caffe reads protobuf text format: no quotes around names, no commas needed"
    return Impostor(ImpostorKind.JSON, Span(*match.span()), message) if match else None


def _yaml(data: bytes) -> Impostor | None:
    first = _FIRST_LINE.match(data)
    item = _YAML_LIST.search(data) if b"- " in data else None
    has_list = item and visible(data, [Span(*item.span())])
    if not first or not (has_list or first[1].rstrip() == b"---"):
        return None
    message = "this is YAML, Caffe reads protobuf text format: 'layer { … }' for each layer"
    return Impostor(ImpostorKind.YAML, Span(*first.span(1)), message)


def _conflict(data: bytes) -> Impostor | None:
    match = _CONFLICT.search(data) if b"<<<<<<<" in data else None
    if not match:
        return None
    count = len(_CONFLICT.findall(data))
    text = match[0].decode("utf-8", "replace")
    message = f"git left {count} merge conflict{'s' * (count > 1)} in the file, the first at '{text}'"
    return Impostor(ImpostorKind.GIT_CONFLICT, Span(*match.span()), message)


_TESTS = (_known_start, _weights, _binary, _web_page, _conflict, _template, _json, _yaml)
