"""Suppressions in comments: what they cover, which are stale, and what takes them out."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caffe_lint.lint import Diagnostic, DocumentRule, FileReport, lint
from caffe_lint.lint.directives import find_directives
from caffe_lint.lint.fixing import fix
from caffe_lint.lint.registry import all_rules, select_rules
from caffe_lint.net import Document, NetState, load
from caffe_lint.text import Source, Span

NET = """\
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
layer {
  name: "r"
  type: "ReLU"
  bottom: "p"
  bottom: "q"
  top: "y"
}
layer { name: "s" type: "ReLU" bottom: "z" top: "z1" }
"""
"""Unknown bottoms (CL101) in lines 5, 6 and 9, a wrong number of them (CL104) in line 2 or so."""


def lines(text: str, *select: str) -> list[tuple[str, int]]:
    """The findings of some rules, those about suppressions among them: code and line."""
    report = lint(load(text.encode()), select_rules(select or ("CL101", "CL9")))
    return [(found.code, report.source.position(found.span.start).line) for found in report.diagnostics]


def unknown(text: str) -> list[int]:
    """The lines with unknown bottoms; nothing else may be found."""
    found = lines(text)
    assert {code for code, _ in found} <= {"CL101"}
    return [line for _, line in found]


def behind(line: int, comment: str, text: str = NET) -> str:
    """The net with a comment behind a line."""
    all_lines = text.split("\n")
    all_lines[line - 1] += f"  # caffe-lint: {comment}"
    return "\n".join(all_lines)


def above(line: int, comment: str, text: str = NET) -> str:
    """The net with a line of comment above a line."""
    all_lines = text.split("\n")
    all_lines.insert(line - 1, f"# caffe-lint: {comment}")
    return "\n".join(all_lines)


def test_the_net_without_comments() -> None:
    assert unknown(NET) == [5, 6, 9]


# --- what they cover


@pytest.mark.parametrize(
    "comment",
    [
        "ignore",
        "ignore[CL101]",
        "ignore[CL1]",
        "ignore[unknown-bottom] made by a script",
        "ignore [ CL101 ]",
        "ignore[ALL]",
        "ignore[CL101] see issue #12",
    ],
)
def test_a_comment_behind_code_covers_its_line(comment: str) -> None:
    text = behind(5, comment)
    assert ("CL101", 5) not in lines(text, "CL101")
    assert len(lines(text, "CL101")) == 2


def test_a_comment_behind_the_first_line_of_a_layer_covers_that_line_only() -> None:
    assert lines(behind(2, "ignore[CL101]"), "CL101") == lines(NET, "CL101")


def test_a_comment_above_a_layer_covers_all_of_it() -> None:
    assert unknown(above(2, "ignore[CL101]")) == [10]
    assert unknown(above(2, "ignore[CL101] why\n\n# another comment\n")) == [13]
    assert unknown(above(9, "ignore[CL101]")) == [5, 6]


def test_a_comment_above_a_field_covers_the_field() -> None:
    assert unknown(above(5, "ignore[CL101]")) == [7, 10]
    assert unknown(NET.replace('  bottom: "p"', '# caffe-lint: ignore[CL101]\n  bottom: ["p",\n"q1"]')) == [
        8,
        11,
    ]


def test_a_comment_above_what_is_no_field_covers_its_line() -> None:
    broken = NET + "# caffe-lint: ignore[CL001]\n= 5\n"
    assert lines(broken, "CL001", "CL9") == []
    assert lines(broken.replace("= 5", "\n= 5"), "CL001", "CL9") == []


def test_a_comment_in_a_file_without_code_covers_its_own_line() -> None:
    assert lines("# caffe-lint: ignore[CL106] none yet", "CL106", "CL9") == []
    assert lines("# caffe-lint: ignore[CL106] none yet\n", "CL106", "CL9") == []


@pytest.mark.parametrize("line", [1, 4, 9, 10])
def test_a_comment_about_the_file_may_stand_anywhere(line: int) -> None:
    assert unknown(above(line, "ignore-file[CL101] all is made by a script")) == []
    assert unknown(behind(line, "ignore-file[CL101]")) == []


def test_ranges() -> None:
    assert unknown(above(6, "off[CL101]")) == [5]
    assert unknown(above(8, "on[CL101]", above(5, "off[CL101]"))) == [11]
    assert unknown(above(7, "on", above(5, "off[CL1]"))) == [8, 11]
    assert unknown(above(7, "on[CL101]", above(5, "off"))) == [8, 11]


def test_one_rule_comes_back_on_and_the_others_stay_off() -> None:
    text = above(2, "off[CL101, CL104]")
    both = ("CL101", "CL104")
    assert ("CL104", 3) in lines(NET, *both)
    assert lines(text, *both) == []
    assert lines(above(4, "on[CL101]", text), *both) == [("CL101", 7), ("CL101", 8), ("CL101", 11)]
    assert ("CL104", 5) in lines(above(4, "on", text), *both)


def test_several_in_one_comment() -> None:
    assert unknown(behind(5, "ignore[CL101] one # caffe-lint: ignore[CL101] two")) == [6, 9]
    assert unknown(NET.replace('"p"', '"p" # from the paper # caffe-lint: ignore[CL101]')) == [6, 9]


def test_a_hash_inside_of_a_string_begins_no_comment() -> None:
    assert unknown(NET.replace('"p"', "'p # caffe-lint: ignore[CL101]'")) == [5, 6, 9]


def test_windows_line_ends_and_bytes_that_are_no_text() -> None:
    text = behind(5, "ignore[CL101] \xd6\xd0").replace("\n", "\r\n").encode("latin-1")
    report = lint(load(text), select_rules(["CL101", "CL9"]))
    assert [report.source.position(found.span.start).line for found in report.diagnostics] == [6, 9]


def test_real_caffe_is_compared_with_all_findings() -> None:
    text = above(2, "ignore-file")
    report = lint(load(text.encode()), select_rules(["CL101"]), heeds_comments=False)
    assert len(report.diagnostics) == 3


# --- stale ones


def stale(text: str, *select: str) -> list[str]:
    report = lint(load(text.encode()), select_rules(select or ("CL",)))
    return [finding.message for finding in report.diagnostics if finding.code == "CL901"]


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("ignore[CL102]", "this comment suppresses nothing: no finding of 'CL102' here"),
        ("ignore-file[CL3]", "this comment suppresses nothing: no finding of 'CL3' in this file"),
        ("off[CL102]", "this comment suppresses nothing: no finding of 'CL102' in this range"),
        ("on[CL102]", "this comment suppresses nothing: nothing is off here"),
        ("on", "this comment suppresses nothing: nothing is off here"),
        ("ignore", "this comment suppresses nothing: no finding of any rule here"),
        ("ignore[CL1011]", "this comment suppresses nothing: unknown rule 'CL1011', did you mean 'CL101'?"),
        (
            "ignore[CL102,CL103]",
            "this comment suppresses nothing: no finding of 'CL102' here; no finding of 'CL103' here",
        ),
    ],
)
def test_stale_comments(comment: str, message: str) -> None:
    assert stale(behind(1, comment)) == [message]


def test_part_of_a_comment_may_be_stale() -> None:
    text = behind(5, "ignore[CL101, CL102] why")
    assert stale(text) == ["part of this comment suppresses nothing: no finding of 'CL102' here"]


@pytest.mark.parametrize(
    ("comment", "select"),
    [
        ("ignore[CL102]", ("CL101", "CL9")),
        ("ignore[CL10]", ("CL101", "CL102", "CL9")),
        ("ignore", ("CL1", "CL9")),
        ("ignore[CL901]", ("CL",)),
        ("ignore[CL902, CL9]", ("CL",)),
    ],
)
def test_rules_that_are_off_are_not_judged(comment: str, select: tuple[str, ...]) -> None:
    assert stale(behind(1, comment), *select) == []


def test_states_that_were_not_looked_at_are_not_judged() -> None:
    text = behind(1, "ignore[CL102]").encode()
    assert lint(load(text), select_rules(["CL102", "CL9"]), [NetState("TRAIN")]).diagnostics == ()
    assert len(lint(load(text), select_rules(["CL102", "CL9"])).diagnostics) == 1


@pytest.mark.parametrize("fault", ["= 5", "layer { nmae: 'x' }"])
def test_in_a_broken_file_only_faults_of_the_text_are_judged(fault: str) -> None:
    assert stale(behind(1, "ignore[CL102]") + fault) == []
    assert len(stale(behind(1, "ignore[CL011]") + fault)) == 1


def test_a_stale_comment_can_be_suppressed_by_name_only() -> None:
    assert stale(above(1, "ignore-file[CL901]", behind(1, "ignore[CL102]"))) == []
    assert len(stale(above(1, "ignore-file", behind(1, "ignore[CL102]")))) == 1
    assert stale(behind(1, "ignore[CL102, CL901]")) == []


def test_rules_of_plugins_are_known() -> None:
    class Own(DocumentRule):
        code = "X001"
        name = "own"

        def check(self, document: Document) -> Iterator[Diagnostic]:
            yield self.report(document.source.path, Span(0, 0))

    rules = (*select_rules(["CL901"]), Own())
    text = behind(1, "ignore[X001]").encode()
    assert lint(load(text), rules).diagnostics == ()
    known = (*all_rules(), Own())
    assert lint(load(text), rules[:-1], known=known).diagnostics == ()
    assert len(lint(load(text), rules[:-1]).diagnostics) == 1


# --- their fixes


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        (behind(1, "ignore[CL102] why"), NET),
        (above(4, "ignore[CL102] why"), NET),
        (above(2, "ignore[CL1o2]"), NET),
        (behind(5, "ignore[CL102, CL101,CL103] why"), behind(5, "ignore[CL101] why")),
        (above(6, "on", NET), NET),
        (
            NET.replace('"p"', '"p" # old # caffe-lint: ignore[CL102]'),
            NET.replace('"p"', '"p" # old'),
        ),
        (
            NET.replace('"p"', '"p" # caffe-lint: ignore[CL102] # caffe-lint: ignore[CL101]'),
            NET.replace('"p"', '"p" # caffe-lint: ignore[CL101]'),
        ),
        (NET + "# caffe-lint: ignore[CL102]", NET),
    ],
)
def test_stale_comments_are_taken_out(text: str, fixed: str, newline: str) -> None:
    done = fix(load(text.replace("\n", newline).encode()), all_rules())
    assert done.document.source.data.decode() == fixed.replace("\n", newline)
    assert {finding.code for finding in done.applied} == {"CL901"}


def test_names_that_a_plugin_may_have_are_taken_out_on_request_only() -> None:
    text = behind(1, "ignore[X001]")
    assert fix(load(text.encode()), all_rules()).applied == ()
    done = fix(load(text.encode()), select_rules(["CL901"]), is_unsafe_allowed=True)
    assert done.document.source.data.decode() == NET


# --- malformed ones


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("caffe-lint: ingore[CL101]", "unknown directive 'ingore': did you mean 'ignore'?"),
        ("caffe-lint: Ignore", "unknown directive 'Ignore': did you mean 'ignore'?"),
        (
            "caffe-lint: xyz",
            "unknown directive 'xyz': known are 'ignore', 'ignore-file', 'off', 'on'",
        ),
        ("caffe-lint:", "a directive without a word: known are 'ignore', 'ignore-file', 'off', 'on'"),
        ("caffe-lint: ignore[CL101", "'[' behind 'ignore' is not closed by ']'"),
        ("caffe-lint: ignore[]", "'ignore[]' names no rule; 'ignore' without brackets means all"),
        ("caffe-lint: ignore: CL101", "write 'ignore[CODE]' or 'ignore', without a colon behind it"),
        ("caffe-lint: off CL101", "write 'off[CL101]': 'off' without brackets means all rules"),
        (
            "caffe-lint: ignore CL101, CL102 why",
            "write 'ignore[CL101, CL102]': 'ignore' without brackets means all rules",
        ),
        (
            "caffe-lint ignore[CL101]",
            "write '# caffe-lint: ignore[…]', with a colon: this suppresses nothing",
        ),
    ],
)
def test_malformed_comments(comment: str, message: str) -> None:
    text = NET.replace('"p"', f'"p" # {comment}')
    report = lint(load(text.encode()), select_rules(["CL101", "CL9"]))
    assert len(report.diagnostics) == 4
    (finding,) = (finding for finding in report.diagnostics if finding.code == "CL902")
    assert finding.message == message
    start, end = finding.span
    assert text[start:end] == f"# {comment}"


@pytest.mark.parametrize(
    "comment",
    [
        "# caffe-lint: unroll encoder",
        "# caffe-lint: end encoder",
        "# checked by caffe-lint",
        "# caffe-lint ignores this",
        "# see https://example.org/caffe-lint: a page",
    ],
)
def test_other_comments_are_silent(comment: str) -> None:
    assert unknown(NET + comment) == [5, 6, 9]


def test_a_file_without_the_word_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caffe_lint.lint.directives.find_comments", None)
    assert find_directives(Source("net", NET.encode())) == ((), ())


# --- any comments


_WORDS = st.sampled_from(["ignore", "ignore-file", "off", "on", "ignor", "unroll x", ""])
_BRACKETS = [
    "",
    "[CL101]",
    "[CL1]",
    "[CL101, CL102]",
    "[",
    "[]",
    "[zz]",
    "[CL9]",
    "[unknown-bottom]",
    "[ALL]",
]
_COMMENTS = st.builds(
    lambda word, brackets, end: f" # caffe-lint: {word}{brackets}{end}\n",
    _WORDS,
    st.sampled_from(_BRACKETS),
    st.sampled_from(["", " why", " # caffe-lint: ignore[CL101]", " \u4e2d"]),
)
_PIECES = st.sampled_from(["\n", "layer {", "}", 'name: "a"', 'type: "ReLU"', 'bottom: "p" top: "q"\n'])
_LAYERS = st.sampled_from(
    [
        'layer { name: "a" type: "ReLU" bottom: "p" top: "a" }\n',
        'layer {\nname: "b"\ntype: "ReLU"\nbottom: "p"\n}',
    ]
)


@given(st.lists(_COMMENTS | _LAYERS | _PIECES, max_size=12).map("".join))
@settings(max_examples=60)
def test_taking_out_stale_comments_changes_no_other_finding(text: str) -> None:
    rules = select_rules(["CL001", "CL101", "CL104", "CL105", "CL9"])
    document = load(text.encode())
    done = fix(document, rules, is_unsafe_allowed=True)
    assert _others(lint(document, rules)) == _others(done.report)
    if not document.syntax_problems:
        assert "CL901" not in {finding.code for finding in done.report.diagnostics}


def _others(report: FileReport) -> list[tuple[str, str]]:
    return [(found.code, found.message) for found in report.diagnostics if found.code != "CL901"]
