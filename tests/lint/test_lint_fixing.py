"""Fixes: which are applied, which are refused, and that nothing else in a file changes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caffe_lint.lint import Diagnostic, DocumentRule, Fix
from caffe_lint.lint.fixing import FixedFile, FixLoopError, fix
from caffe_lint.lint.registry import all_rules, select_rules
from caffe_lint.net import Document, load
from caffe_lint.net.meaning import EVERY_ASPECT, Aspect
from caffe_lint.net.rename import fresh_top
from caffe_lint.text import Edit
from tests.net.small_net import data, document, layer

Finder = Callable[[Document], Iterator[tuple[str, tuple[Edit, ...]]]]


class _Fixing(DocumentRule):
    """A rule whose findings are given by a function."""

    code = "CL999"
    name = "made-up"

    def __init__(self, finder: Finder, changes: frozenset[Aspect], *, safe: bool) -> None:
        self.finder = finder
        self.changes = changes
        self.safe = safe

    def check(self, document: Document) -> Iterator[Diagnostic]:
        for message, edits in self.finder(document):
            finding = self.report(message, document.root.fields[0].span)
            yield finding._replace(fix=Fix(self.safe, message, edits, self.changes))


def _run(
    text: str | bytes,
    finder: Finder,
    changes: frozenset[Aspect] = frozenset(),
    *,
    safe: bool = True,
    is_unsafe_allowed: bool = False,
) -> FixedFile:
    loaded = load(text.encode() if isinstance(text, str) else text)
    return fix(loaded, [_Fixing(finder, changes, safe=safe)], is_unsafe_allowed=is_unsafe_allowed)


def _replacing(old: str, new: str, count: int = 1) -> Finder:
    """Finds the first places of a text, each with a fix of its own."""

    def finder(loaded: Document) -> Iterator[tuple[str, tuple[Edit, ...]]]:
        text, start = loaded.source.data.decode("latin-1"), 0
        for number in range(count):
            start = text.find(old, start)
            if start < 0:
                return
            yield f"{number}", (Edit(start, start + len(old), new),)
            start += len(old)

    return finder


NET = data("x") + layer("p Power x -> a", "power_param { scale: 2 }") + layer("r ReLU a -> b")


@pytest.mark.parametrize(
    ("old", "new", "aspect"),
    [
        ("scale: 2", "scale: 3", "parameters"),
        ('type: "ReLU"', 'type: "TanH"', "type"),
        ('name: "r"', 'name: "s"', "name"),
        ('bottom: "a"', "bottom: 'x'", "wiring"),
        ('top: "b"', 'top: "b" include { phase: TRAIN }', "rules"),
        ('top: "b"', 'top: "b" include { phase: TRAIN }', "wiring"),
        ('top: "b"', 'top: "b" param { lr_mult: 2 }', "params"),
        ("layer", "debug_info: true layer", "settings"),
    ],
)
def test_what_a_fix_changes_must_be_declared(old: str, new: str, aspect: Aspect) -> None:
    once = _replacing(old, new)

    def finder(loaded: Document) -> Iterator[tuple[str, tuple[Edit, ...]]]:
        if new.encode() not in loaded.source.data:
            yield from once(loaded)

    refused = _run(NET, finder, EVERY_ASPECT - {aspect})
    assert refused.document.source.data == NET.encode()
    assert [finding.code for finding in refused.refused] == ["CL999"]
    assert refused.report.diagnostics == refused.refused
    fixed = _run(NET, finder, frozenset({aspect, "wiring", "rules"}))
    assert fixed.document.source.data.decode() == NET.replace(old, new, 1)
    assert (fixed.refused, fixed.report.diagnostics) == ((), ())


@pytest.mark.parametrize("new", ["scale: 2.0", "scale: 2f # twice", "scale: 0.2e1", "scale:\n2"])
def test_another_way_to_write_is_no_change(new: str) -> None:
    fixed = _run(NET, _replacing("scale: 2 ", f"{new}\n"))
    assert (len(fixed.applied), fixed.refused) == (1, ())


@pytest.mark.parametrize("new", ["", "scale: 2 }", "skale: 2", "scale: '2'", "scale: 2 scale: 2"])
def test_fix_that_breaks_the_file_is_refused(new: str) -> None:
    fixed = _run(NET, _replacing("scale: 2", new), EVERY_ASPECT - {"parameters"})
    assert (fixed.applied, len(fixed.refused)) == ((), 1)
    assert fixed.document.source.data == NET.encode()


def test_fix_that_would_take_a_name_that_is_taken_is_refused() -> None:
    fixed = _run(NET, _replacing('top: "b"', 'top: "x"'))
    assert len(fixed.refused) == 1


def test_unsafe_fixes_wait_until_they_are_allowed() -> None:
    finder = _replacing("scale: 2 ", "scale: 2.0 ")
    assert _run(NET, finder, safe=False).applied == ()
    assert len(_run(NET, finder, safe=False, is_unsafe_allowed=True).applied) == 1


def test_fixes_that_touch_take_two_rounds() -> None:
    def finder(loaded: Document) -> Iterator[tuple[str, tuple[Edit, ...]]]:
        place = loaded.source.data.find(b"scale: 2 ")
        if place >= 0:
            yield "first", (Edit(place, place + 9, "scale: 2.0 "),)
            yield "second", (Edit(place + 7, place + 8, "2.00"),)

    fixed = _run(NET, finder)
    assert [finding.message for finding in fixed.applied] == ["first"]
    assert b"scale: 2.0 " in fixed.document.source.data


def test_of_fixes_that_exclude_each_other_one_is_refused() -> None:
    text = data("x") + layer("p Power x -> a") + layer("q Power x -> b")

    def finder(loaded: Document) -> Iterator[tuple[str, tuple[Edit, ...]]]:
        for old in ('top: "a"', 'top: "b"'):
            start = loaded.source.data.find(old.encode())
            if start >= 0:
                yield old, (Edit(start, start + len(old), 'top: "c"'),)

    fixed = _run(text, finder)
    assert [finding.message for finding in fixed.applied] == ['top: "a"']
    assert [finding.message for finding in fixed.refused] == ['top: "b"']


def test_fixes_that_undo_each_other_fail_loudly() -> None:
    def finder(loaded: Document) -> Iterator[tuple[str, tuple[Edit, ...]]]:
        both = (b"scale: 2 ", b"scale: 2.0 ")
        old, new = both if both[0] in loaded.source.data else both[::-1]
        start = loaded.source.data.find(old)
        yield "to and fro", (Edit(start, start + len(old), new.decode()),)

    with pytest.raises(FixLoopError, match=r"CL999 on <bytes>"):
        _run(NET, finder)


def test_broken_file_is_left_alone() -> None:
    fixed = _run(NET + "layer {", _replacing("scale: 2", "scale: 2.0"))
    assert (fixed.applied, fixed.document.source.data) == ((), (NET + "layer {").encode())


@pytest.mark.parametrize(
    "step",
    [
        'param { name: "v" }',
        "param { lr_mult: 1 }",
        "param {\n    # why\n    lr_mult: 1\n  }",
        "param { }",
        "param < >",
        "",
    ],
)
def test_param_name_of_a_step_becomes_that_of_the_others(step: str) -> None:
    path = Path(__file__).parents[1] / "rules" / "unshared_weights" / "good.prototxt"
    good = path.read_text(encoding="utf-8")
    place = good.rindex('param { name: "Mhw" }')
    text = good[:place] + step + good[place:].removeprefix('param { name: "Mhw" }')
    fixed = fix(load(text.encode()), select_rules(["CL501"]), is_unsafe_allowed=True)
    assert [finding.code for finding in fixed.applied] == ["CL501"]
    assert fixed.report.diagnostics == ()
    (net,) = fixed.document.nets()
    assert {len(sharers) for sharers in net.sharers.values()} == {len(net.sharers["Mhw"])}
    assert text.count("#") == fixed.document.source.data.count(b"#")
    assert fix(fixed.document, all_rules(), is_unsafe_allowed=True).applied == ()


@st.composite
def _nets(draw: st.DrawFn) -> bytes:
    """Chains of layers, some in place, with comments of any bytes between."""
    comments = st.binary(max_size=6).map(
        lambda raw: b"#" + raw.replace(b"\n", b"").replace(b"\0", b"") + b"\n"
    )
    pieces, blobs = [data("x").encode()], ["x"]
    for number in range(draw(st.integers(1, 8))):
        bottom = draw(st.sampled_from(blobs))
        top = bottom if draw(st.booleans()) else f"b{number}"
        blobs.append(top)
        rule = draw(st.sampled_from(["", "include { phase: TRAIN }", "include { phase: TEST }"]))
        kind = draw(st.sampled_from(["ReLU", "Relu", "Power"]))
        pieces += [draw(comments), layer(f"l{number} {kind} {bottom} -> {top}", rule).encode()]
    return b"".join(pieces)


@given(_nets())
def test_fixes_keep_every_byte_outside_of_the_edits(text: bytes) -> None:
    fixed = fix(load(text, "bvlc"), select_rules(["CL103"]), is_unsafe_allowed=True)
    expected = text.replace(b'"Relu"', b'"ReLU"')
    assert fixed.document.source.data == expected
    assert fixed.refused == ()


@given(_nets())
def test_fresh_tops_are_never_refused(text: bytes) -> None:
    loaded = load(text, "bvlc")

    def finder(current: Document) -> Iterator[tuple[str, tuple[Edit, ...]]]:
        for net in current.nets():
            for blob in net.blobs:
                edits = fresh_top(current, net, blob)
                if edits is not None:
                    yield blob.layer.name, edits

    before = [(edit, text[edit.start : edit.end]) for _, edits in finder(loaded) for edit in edits]
    assert all(old[:1] == old[-1:] == b'"' for _, old in before)
    fixed = fix(loaded, [_Fixing(finder, frozenset(), safe=True)])
    assert fixed.refused == ()
    after = fixed.document
    assert list(finder(after)) == []
    # Without the names of blobs both files are the same.
    assert _without_blobs(after) == _without_blobs(loaded)


def _without_blobs(loaded: Document) -> list[bytes]:
    text, done, pieces = loaded.source.data, 0, []
    for block in loaded.layer_blocks:
        for field in sorted([*block.fields("bottom"), *block.fields("top")], key=lambda field: field.start):
            pieces.append(text[done : field.value_start])
            done = field.end
    return [*pieces, text[done:]]


def test_every_rule_that_fixes_says_so() -> None:
    assert {rule.name for rule in all_rules() if rule.fixable} >= {"unshared-weights", "unknown-field"}


def test_dialect_is_kept() -> None:
    edited = document(NET).edited([])
    assert edited.is_dialect_given
