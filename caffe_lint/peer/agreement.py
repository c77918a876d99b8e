"""Where caffe-lint and a real Caffe agree on a net in one state, and where they differ."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from .answers import Verdict

Outcome = Literal["agree", "differ", "not-comparable"]

ExpectedShape = tuple[int | None, ...] | None
"""A shape as caffe-lint knows it: a dim, or all of it, may be unknown."""


class Mark(NamedTuple):
    """A fragment of what Caffe prints at a mistake; the layer and the line of the mistake."""

    fragment: str
    layer: str
    line: int


@dataclass(frozen=True, slots=True)
class Expectation:
    """What caffe-lint says that Caffe makes of a net.

    `layers` maps the names of the layers to the lines on which they start; the later of two layers of one
    name counts there and in `params`. `foreign` names the fork that the net is for, if it was found out;
    `unsized` is an input without a full shape, of which Caffe reads the rest from foreign memory.
    """

    accepted: bool
    layers: Mapping[str, int]
    layer_names: tuple[str, ...] = ()
    blobs: Mapping[str, ExpectedShape] = field(default_factory=dict)
    params: Mapping[str, tuple[ExpectedShape, ...] | None] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    foreign: str = ""
    unsized: str | None = None


class Difference(NamedTuple):
    """What differs: a layer that only one side has, the shape of a blob, or those of a layer's params.

    A side that does not have the thing has None.
    """

    kind: Literal["layer", "blob", "params"]
    name: str
    ours: tuple[ExpectedShape, ...] | None
    theirs: tuple[ExpectedShape, ...] | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """The comparison; `line` and `layer` tell where Caffe's message belongs, as far as that can be found out.

    `obstacle` says why nothing can be concluded from Caffe's answer. `compared` counts the blobs and layers
    with params whose shapes both sides know.
    """

    outcome: Outcome
    obstacle: str
    layer: str | None
    line: int | None
    differences: tuple[Difference, ...]
    compared: int


def compare(expected: Expectation, verdict: Verdict) -> Agreement:
    """What the expectation and the verdict on the same net in the same state have in common."""
    layer, line = (None, None) if verdict.accepted else _place(expected, verdict)
    obstacle = _obstacle(expected, verdict)
    if obstacle:
        return Agreement("not-comparable", obstacle, layer, line, (), 0)
    if not (expected.accepted and verdict.accepted):
        outcome: Outcome = "agree" if expected.accepted == verdict.accepted else "differ"
        return Agreement(outcome, "", layer, line, (), 0)
    pairs = list(_pairs(expected, verdict))
    unequal = [pair for pair in pairs if not _may_be_equal(pair.ours, pair.theirs)]
    differences = (*_layers(expected, verdict), *unequal)
    return Agreement("differ" if differences else "agree", "", None, None, differences, len(pairs))


_SOURCE = re.compile(
    r"db\w*\.[ch]pp:|io\.cpp:\d+\] Check failed: fd != |io\.cpp:\d+\] Could not open"
    r"|(?:hdf5|image|window)\w*\.cpp:\d+\] .*(?:Failed (?:to )?open|is empty|Could not load)"
)
"""Caffe's complaints about databases, lists, images, means and weights that a net names."""

_NOT_BUILT_IN = re.compile(r"Unknown layer type: (Python|ImageData|WindowData) ")
_NO_ENGINE = re.compile(r"layer_factory\.cpp:\d+\] Layer .* has unknown engine")
_UNKNOWN = re.compile(r"has no field named|Unknown enumeration value|Unknown layer type:")


def _obstacle(expected: Expectation, verdict: Verdict) -> str:
    """Why the answer says nothing about the net: what the place where Caffe runs lacks, a limit, chance."""
    if expected.unsized is not None and expected.accepted != verdict.accepted:
        return f"input '{expected.unsized}' has too few dims, Caffe takes the rest from memory by chance"
    if verdict.accepted:
        return "" if verdict.ok else "Caffe builds it, but cannot describe it"
    if verdict.status == "timeout":
        return "Caffe did not end within the time limit"
    if verdict.status == "memory":
        return "Caffe needs more memory than the limit"
    if verdict.status == "exception":
        return "a Python layer cannot be made where Caffe runs"
    if _SOURCE.match(verdict.error):
        return "a data source is missing where Caffe runs"
    if built_in := _NOT_BUILT_IN.search(verdict.error):
        return f"this Caffe was built without {built_in[1]} layers"
    if _NO_ENGINE.match(verdict.error):
        return "this Caffe was built without the engine that a layer asks for"
    if expected.foreign and any(map(_UNKNOWN.search, (verdict.error, *verdict.text_format_errors))):
        return f"the net is for {expected.foreign}, which this Caffe is not"
    return ""


def _place(expected: Expectation, verdict: Verdict) -> tuple[str | None, int | None]:
    """The layer and the line at which Caffe gave up.

    Known from the parser's position, else from the layer that Caffe was making or that its message names;
    where caffe-lint predicted the message, the line is the one of the mistake within the layer.
    """
    for error in verdict.text_format_errors:
        if position := re.search(r" (\d+):\d+: ", error):
            return None, int(position[1])
    named = re.findall(r"layer '(.*?)'", verdict.error)
    layer = next((name for name in (verdict.unfinished, *named) if name in expected.layers), None)
    for mark in expected.marks:
        if mark.fragment in verdict.error and layer in (None, mark.layer):
            return mark.layer, mark.line
    return layer, None if layer is None else expected.layers[layer]


def _layers(expected: Expectation, verdict: Verdict) -> Iterator[Difference]:
    ours = Counter(expected.layer_names)
    theirs = Counter(
        layer.name for layer in verdict.layers if layer.type != "Split" or layer.name in expected.layers
    )
    yield from (Difference("layer", name, (), None) for name in (ours - theirs).elements())
    yield from (Difference("layer", name, None, ()) for name in (theirs - ours).elements())


def _pairs(expected: Expectation, verdict: Verdict) -> Iterator[Difference]:
    """What both sides know the shapes of, equal or not."""
    for name, shape in expected.blobs.items():
        if shape is not None and name in verdict.blobs:
            yield Difference("blob", name, (shape,), (verdict.blobs[name],))
    for name, shapes in expected.params.items():
        theirs = verdict.params.get(name, ())
        if shapes is not None and (shapes or theirs):
            yield Difference("params", name, shapes, theirs)


def _may_be_equal(ours: tuple[ExpectedShape, ...] | None, theirs: tuple[ExpectedShape, ...] | None) -> bool:
    """Whether all that caffe-lint knows of some shapes is so."""
    if ours is None or theirs is None or len(ours) != len(theirs):
        return False
    return all(map(_fits, ours, theirs))


def _fits(ours: ExpectedShape, theirs: ExpectedShape) -> bool:
    if ours is None or theirs is None:
        return True
    return len(ours) == len(theirs) and all(a is None or a == b for a, b in zip(ours, theirs, strict=True))
