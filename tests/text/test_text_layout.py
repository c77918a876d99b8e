"""The layout of a file, literally and for anything that parses: same meaning, every comment, stable."""

import re
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from caffe_lint.text import parse
from caffe_lint.text.layout import WIDTH, lay_out
from caffe_lint.text.sameness import comments, content


def laid_out(text: str | bytes) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return lay_out(data, parse(data))


CASES = {
    "a field takes a line": ('name: "n"   input: "a" input:"b"\n', 'name: "n"\ninput: "a"\ninput: "b"\n'),
    "two spaces a level": ("a {\n\tb\t{\n c : 1 } }", "a {\n  b {\n    c: 1\n  }\n}\n"),
    "a message on one line stays there": ("a{b:1 c{d:2}}", "a { b: 1 c { d: 2 } }\n"),
    "a message of two lines is opened": ("a { b: 1\nc: 2 }", "a {\n  b: 1\n  c: 2\n}\n"),
    "separators go": ("a: 1, b: 2; c { d: 3, e: 4; };", "a: 1\nb: 2\nc { d: 3 e: 4 }\n"),
    "brackets are braces": ("a: < b: 1 >\nc <\nd: 2\n>", "a { b: 1 }\nc {\n  d: 2\n}\n"),
    "empty messages": ("a { }\nb{\n}\nc {}", "a {}\nb {\n}\nc {}\n"),
    "a sign stands at its number": ("a: -  5 b: - inf", "a: -5\nb: -inf\n"),
    "strings stay as they are written": (
        """a: 'x"' "y\\n" b: "\\x41" """,
        """a: 'x"' "y\\n"\nb: "\\x41"\n""",
    ),
    "strings on lines of their own": ('a:\n "x"  "y"\n\n\n "z" b: 1', 'a: "x" "y"\n  "z"\nb: 1\n'),
    "one blank line at most": (
        "\n\na: 1\n\n\n\nb: 2\nc {\n\n\nd: 1\n\n\n}\n\n\n",
        "a: 1\n\nb: 2\nc {\n  d: 1\n}\n",
    ),
    "a list on one line": (
        "a:[1,2 ,-  3]\nb: [ ] c: [{d:1},<>]",
        "a: [1, 2, -3]\nb: []\nc: [{ d: 1 }, {}]\n",
    ),
    "a list in rows": ("a: [1,2,\n3,\n\n\n4]", "a: [\n  1, 2,\n  3,\n\n  4\n]\n"),
    "a list of messages without a colon": (
        "a [{\nb: 1\n}, { b: 2 }]",
        "a [\n  {\n    b: 1\n  }, { b: 2 }\n]\n",
    ),
    "an empty list in rows": ("a: [\n\n]", "a: [\n]\n"),
    "nothing": ("", ""),
    "white space alone": (" \n\t\r\n", ""),
    "a comment alone": ("  # c", "# c\n"),
    "comments before, behind and at the end": (
        "#1\n\n\n #2\na { #3\n#4\n b: 1 #5\n\n\n #6  \n\n} #7\n\n#8",
        "#1\n\n#2\na {  #3\n  #4\n  b: 1  #5\n\n  #6\n}  #7\n\n#8\n",
    ),
    "a comment within a field": ("a #1\n{ b: 1\n}\nc: #2\n5", "a {  #1\n  b: 1\n}\nc: 5  #2\n"),
    "several comments within a field": (
        "a #1\n { #2\n b: #3\n #4\n 5 #6\n}",
        "#1\na {  #2\n  #3\n  #4\n  b: 5  #6\n}\n",
    ),
    "a comment within a number": ("a: - #1\n5\nb: [- #2\n5]", "a: -5  #1\nb: [\n  #2\n  -5\n]\n"),
    "comments between strings": (
        'a: "x" #1\n  #2\n  "y" #3\nb: #4\n"x"\n"y"',
        'a: "x"  #1\n  #2\n  "y"  #3\n#4\nb: "x"\n  "y"\n',
    ),
    "comments in a list": (
        "a: [ #1\n 1 #2\n , #3\n 2 #4\n #5\n]",
        "a: [  #1\n  1,  #2\n  #3\n  2  #4\n  #5\n]\n".replace("  #2\n  #3", "  #2\n  #3"),
    ),
    "no comment": ('a: "#x" b: \'#\' # "c', 'a: "#x"\nb: \'#\'  # "c\n'),
    "a line that a comment for caffe-lint ends": (
        "a { b: 1 c: 2 # caffe-lint: ignore[CL1]\n d: 3 } e: 4 #caffe-lint: x\n",
        "a { b: 1 c: 2  # caffe-lint: ignore[CL1]\n  d: 3 } e: 4  #caffe-lint: x\n",
    ),
    "a line that a comment for caffe-lint stands before": (
        "# caffe-lint: ignore[CL1]\na: 1 b: 2\nc: 3 d: 4",
        "# caffe-lint: ignore[CL1]\na: 1 b: 2\nc: 3\nd: 4\n",
    ),
    "no comment for caffe-lint": ('a: "# caffe-lint: x" b: 1', 'a: "# caffe-lint: x"\nb: 1\n'),
}


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES)
def test_layout(before: str, after: str) -> None:
    assert laid_out(before).decode() == after
    assert laid_out(after).decode() == after


def test_the_most_that_stays_on_one_line() -> None:
    fits = 'a { b: "' + "数" * (WIDTH - 11) + '" }'
    assert len(fits) == WIDTH
    assert laid_out(fits).decode() == fits + "\n"
    assert laid_out(f"x {{\n{fits}\n}}").decode().count("\n") == 5
    longer = fits.replace('"', '"x', 1)
    assert laid_out(longer).decode() == longer.replace("{ ", "{\n  ").replace(" }", "\n}\n")
    held = f"{longer}  # caffe-lint: ignore[CL1] long\n"
    assert laid_out(held).decode() == held


def test_a_long_list_stays_on_its_line_and_one_of_messages_does_not() -> None:
    numbers = f"a: [{', '.join(map(str, range(100)))}]\n"
    assert laid_out(numbers).decode() == numbers
    messages = f"a: [{', '.join(f'{{ b: {number} }}' for number in range(10, 30))}]\n"
    assert laid_out(messages).decode().splitlines()[:3] == ["a: [", "  { b: 10 },", "  { b: 11 },"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_are_kept(end: str) -> None:
    before = end.join(["a {", " b: 1 # c", "", "}"])
    assert laid_out(before).decode() == end.join(["a {", "  b: 1  # c", "}", ""])


def test_mixed_line_ends_become_those_of_most_lines() -> None:
    assert laid_out("a: 1\r\nb: 2\r\nc: 3\n") == b"a: 1\r\nb: 2\r\nc: 3\r\n"
    assert laid_out("a: 1\r\nb: 2\nc: 3\n") == b"a: 1\nb: 2\nc: 3\n"


def test_bytes_of_any_encoding_are_kept() -> None:
    assert laid_out(b"a: '\xff' #\xc4\xe3\x85 \n") == b"a: '\xff'  #\xc4\xe3\x85\n"


def test_a_broken_file_has_no_layout() -> None:
    with pytest.raises(ValueError, match="syntax errors"):
        laid_out("a {")


# --- whatever the file


def check(data: bytes) -> None:
    """Lay out what parses, and check all that must hold."""
    parsed = parse(data)
    if parsed.problems:
        return
    after = lay_out(data, parsed)
    again = parse(after)
    assert again.problems == []
    assert content(again.root) == content(parsed.root)
    assert comments(after) == comments(data)
    assert lay_out(after, again) == after
    assert after.endswith(b"\n") or not after
    assert not re.search(rb"[ \t]\r?\n|\n\r?\n\r?\n", after)


SCALARS = st.sampled_from(
    ["1", "-  5", '"x"', "'#y'", '"a" "b"', "TRAIN", '"a"\n"b"', "- # s\n2", '"a" # t\n"b"']
)
GAPS = st.sampled_from(
    [
        " ",
        " ",
        "\n",
        "\n\n\n",
        "\t",
        "\r\n",
        " # c\n",
        "\n# own\n",
        "# caffe-lint: ignore\n",
        "\n # caffe-lint: x\n",
        "#\n",
    ]
)
NAMES = st.sampled_from(["a", "layer", "name"])


@st.composite
def joined(draw: st.DrawFn, parts: list[str]) -> str:
    return "".join(part + draw(GAPS) for part in parts)


@st.composite
def fields(draw: st.DrawFn, depth: int = 3) -> str:
    """Fields with gaps of all kinds at all places."""
    return "".join(draw(st.lists(field(depth), max_size=4)))


@st.composite
def field(draw: st.DrawFn, depth: int) -> str:
    kind = draw(st.sampled_from(["scalar", "message", "list", "messages"] if depth else ["scalar"]))
    name, separator = draw(NAMES), draw(st.sampled_from(["", "", ",", ";"]))
    if kind == "scalar":
        return draw(joined([name, ":", draw(SCALARS), separator]))
    opening, closing = draw(st.sampled_from([("{", "}"), ("<", ">")]))
    if kind == "message":
        colon = draw(st.sampled_from(["", ":"]))
        return draw(joined([name, colon, opening, draw(fields(depth - 1)), closing, separator]))
    if kind == "list":
        elements = draw(st.lists(SCALARS, max_size=4))
    else:
        inner = draw(st.lists(fields(depth - 1), max_size=3))
        elements = [draw(joined([opening, text, closing])) for text in inner]
    commas = [part for element in elements for part in (element, ",")][:-1]
    return draw(joined([name, ":", "[", *commas, "]", separator]))


@given(fields())
@settings(max_examples=400)
@example("a: # caffe-lint: x\n # z\n 1 b: 2")
@example("a # c\n { b: 1 } # d\n")
@example("a { # caffe-lint: x\n} b: 1")
def test_any_fields(text: str) -> None:
    parsed = parse(text.encode())
    assert parsed.problems == []
    check(text.encode())


@given(st.lists(st.sampled_from(list("a1-'\"#{}<>[],;: \n\r\t\v\xff")), max_size=60))
@settings(max_examples=400)
def test_any_characters(characters: list[str]) -> None:
    check("".join(characters).encode("latin-1"))


@given(
    st.lists(
        st.sampled_from(["a", "1", ":", "{", "}", " ", "\n", "# caffe-lint: x\n", " # c\n"]), max_size=30
    )
)
@settings(max_examples=400)
def test_any_tokens(tokens: list[str]) -> None:
    check("".join(tokens).encode())


def test_a_comment_for_caffe_lint_keeps_its_line() -> None:
    """What stands on the line of such a comment, or on the line behind it, stands there still."""
    text = (
        'a { b: 1 c: 2 # caffe-lint: 1\n d: "x" }\n# caffe-lint: 2\n'
        "e: 1 f { g: 2 } # 3\nh: 1 i: 2 # caffe-lint: 4\n"
    )
    lines = laid_out(text).decode().splitlines()
    assert [line for line in lines if "caffe-lint" in line] == [
        "a { b: 1 c: 2  # caffe-lint: 1",
        "# caffe-lint: 2",
        "h: 1 i: 2  # caffe-lint: 4",
    ]
    assert "e: 1 f { g: 2 }  # 3" in lines


WORDS = ["a: 1", 'b: "x"', "c { d: 2 }", "e: [1, 2]", "m {", "}"]


@st.composite
def lines_with_marks(draw: st.DrawFn) -> str:
    """Statements on lines that may each end with a comment for caffe-lint."""
    depth, lines = 0, []
    for number, words in enumerate(draw(st.lists(st.lists(st.sampled_from(WORDS), max_size=4), max_size=6))):
        kept = []
        for word in words:
            if word != "}" or depth:
                kept.append(word)
                depth += (word == "m {") - (word == "}")
        mark = draw(st.sampled_from(["", f" # caffe-lint: {number}", " # c"]))
        lines.append(" ".join(kept) + mark)
    return "\n".join([*lines, "} " * depth])


def _marked_lines(text: str) -> dict[str, str]:
    """What stands on the lines that a comment for caffe-lint ends, by that comment."""
    found = (line.partition("# caffe-lint:") for line in text.splitlines())
    return {mark: code.replace(" ", "") for code, sign, mark in found if sign}


@given(lines_with_marks())
@settings(max_examples=300)
def test_what_stands_before_such_a_comment_stays_there(text: str) -> None:
    assert _marked_lines(laid_out(text).decode()) == _marked_lines(text)


def test_sameness_tells_what_differs() -> None:
    def said(text: str) -> object:
        return content(parse(text.encode()).root)

    assert said('a: "x" #c\n "y" b <c: - 5>') == said('a: "x" "y"\nb { c: -5 }')
    for other in ('a: "xy"', 'a: "x"', 'a: "x" "y" a: 1', 'b: "x" "y"', "a: xy", 'a: ["x", "y"]'):
        assert said('a: "x" "y"') != said(other)
    assert said("a: [1]") != said("a: 1")
    assert comments(b"a: '#' #b \r\n# c\n") == ["#b", "# c"]


# --- real files


def _check_file(path: Path) -> tuple[int, int]:
    data = path.read_bytes()
    parsed = parse(data)
    if parsed.problems:
        with pytest.raises(ValueError, match="syntax errors"):
            lay_out(data, parsed)
        return 0, 0
    check(data)
    return 1, len(comments(data))


@pytest.mark.corpus
def test_every_real_file(corpus: Path) -> None:
    paths = sorted((corpus / "corpus").rglob("*.prototxt"))
    with ProcessPoolExecutor() as pool:
        found = [*pool.map(_check_file, paths, chunksize=16)]
    assert sum(is_laid_out for is_laid_out, _ in found) > 3300
    assert sum(number for _, number in found) > 11_000
