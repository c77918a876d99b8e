"""The grammar: what is accepted and how it is read, what is rejected and where."""

import pytest

from caffe_lint.text import List, Message, Span, parse
from tests.text.plain_tree import Plain, plain, tree


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \t\r\n\v\f", []),
        ("# only a comment", []),
        ("a:1", [("a", "1")]),
        ("a\n:\n1", [("a", "1")]),
        ("a#x\n:#y\n1#z", [("a", "1")]),
        ("a: 1 b: 2", [("a", "1"), ("b", "2")]),
        ("_a9: 1", [("_a9", "1")]),
        ("a{}", [("a", [])]),
        ("a{}b{}", [("a", []), ("b", [])]),
        ("a: {}", [("a", [])]),
        ("a <b: 1>", [("a", [("b", "1")])]),
        ("a: <b {c: 1}>", [("a", [("b", [("c", "1")])])]),
        ("a: 1\r\nb: 2\r\n", [("a", "1"), ("b", "2")]),
        ('a:"x"b:2', [("a", '"x"'), ("b", "2")]),
        ("a: 1 a: 2", [("a", "1"), ("a", "2")]),
        # A comment in a comment, and brackets and quotes in one, mean nothing.
        ("# # { \" '\na: 1 # }", [("a", "1")]),
    ],
)
def test_fields(text: str, expected: Plain) -> None:
    assert tree(text) == expected


@pytest.mark.parametrize("text", ["a:1,b:2", "a:1;b:2", "a:1 , b:2", "a:1 b:2;", "a:1, # x\nb:2,"])
def test_one_separator_may_follow_a_field(text: str) -> None:
    assert tree(text) == [("a", "1"), ("b", "2")]


def test_a_separator_may_follow_a_message_or_a_list() -> None:
    assert tree("a{b:1;}, c:[1]; d<>;") == [("a", [("b", "1")]), ("c", ("1",)), ("d", [])]


@pytest.mark.parametrize(
    ("text", "place"),
    [("a:1,,b:2", 4), ("a:1;,b:2", 4), ("a:1 ; ;b:2", 6), (",a:1 b:2", 0), (";a:1 b:2", 0)],
)
def test_a_second_separator_is_refused(text: str, place: int) -> None:
    root, [problem] = parse(text.encode())
    assert plain(root) == [("a", "1"), ("b", "2")]
    assert problem == (Span(place, place + 1), f"expected a field name, found '{text[place]}'", None)


def test_a_separator_at_the_start_of_a_message_is_refused() -> None:
    root, [problem] = parse(b"a:1 b{,c:2}")
    assert plain(root) == [("a", "1"), ("b", [("c", "2")])]
    assert problem == (Span(6, 7), "expected a field name, found ','", None)


@pytest.mark.parametrize(
    "raw",
    [
        *("0", "7", "123", "010", "0x1F", "0Xff", "-1", "- 1", "-\n# minus\n 1"),
        *("1.", ".5", "1.5", "1e3", "1E-3", "1e+3", "1.5f", "1F", "-.5e1f", "0.0"),
        *("inf", "-inf", "nan", "- nan", "Infinity", "true", "MAX", "x_1"),
        *('""', "''", '"a"', "'a'", "\"a\" 'b'", '"a"\n# and\n"b"', '"a""b"', '"\'"', "'\"'"),
        *(r'"\a\b\f\n\r\t\v\\\?\'\""', r'"\0\07\377\xF\xff\u00e9\U0001F600"', '"#"', '"{}"', '"\t"'),
        '"\u00e9"',
    ],
)
def test_a_scalar_is_kept_as_it_stands(raw: str) -> None:
    data = f"a: {raw} b: 1".encode()
    root, problems = parse(data)
    assert problems == []
    field, after = root.fields
    assert field.value == raw.encode().decode("latin-1")
    assert data[field.value_start : field.end] == raw.encode()
    assert (after.name, after.value) == ("b", "1")


@pytest.mark.parametrize(
    ("value", "place", "message"),
    [
        ("+1", 0, "expected a value for 'a', found '+'"),
        ("--1", 1, "expected a value for 'a', found '-'"),
        ("- -1", 2, "expected a value for 'a', found '-'"),
        ('-"x"', 1, "expected a value for 'a', found '\"x\"'"),
        ("=", 0, "expected a value for 'a', found '='"),
        (":1", 0, "expected a value for 'a', found ':'"),
        ("%d", 0, "expected a value for 'a', found '%'"),
        ("-", 1, "expected a value for 'a', found the end of the file"),
        ("", 0, "expected a value for 'a', found the end of the file"),
        ("1e", 0, "'1e' is not a number"),
        ("1e+", 0, "'1e' is not a number"),
        ("1x", 0, "'1x' is not a number"),
        ("1ff", 0, "'1ff' is not a number"),
        ("1.2.3", 0, "'1.2.3' is not a number"),
        ("1_000", 0, "'1_000' is not a number"),
        ("0x", 0, "'0x' is not a number"),
        ("0xg", 0, "'0xg' is not a number"),
        ("0b1", 0, "'0b1' is not a number"),
        ("08", 0, "'08' is not a number: a leading zero makes it octal"),
        ("019", 0, "'019' is not a number: a leading zero makes it octal"),
        ("00.5", 0, "'00.5' is not a number"),
        ('"x', 0, 'the string is not closed by " on its line'),
        ("'x\"", 0, "the string is not closed by ' on its line"),
        ('"x\\"', 0, 'the string is not closed by " on its line'),
        ('"x\n"', 0, 'the string is not closed by " on its line'),
        (r'"\z"', 0, r"invalid escape sequence '\z' in a string"),
        (r'"\8"', 0, r"invalid escape sequence '\8' in a string"),
        (r'"\xg"', 0, r"invalid escape sequence '\x' in a string"),
        (r'"\u12"', 0, r"invalid escape sequence '\u' in a string"),
        (r'"\U00200000"', 0, r"invalid escape sequence '\U' in a string"),
        ("\u00e9", 0, "character '\u00e9' is only allowed in strings and comments"),
        ("\u201cx\u201d", 0, "character '\u201c' is only allowed in strings and comments"),
        ("\u00a01", 0, "character '\u00a0' is only allowed in strings and comments"),
        ("\0", 0, "control character 0x00 is not allowed here"),
        ("\x1b", 0, "control character 0x1b is not allowed here"),
        ('"a\0b"', 0, "control character 0x00 is not allowed in a string"),
    ],
)
def test_a_bad_value_is_one_problem(value: str, place: int, message: str) -> None:
    root, [problem] = parse(f"a:{value}".encode())
    assert (problem.span.start - 2, problem.message) == (place, message)
    assert plain(root) == []


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a", 1, "expected ':' or '{' after 'a', found the end of the file"),
        ("a 1", 2, "expected ':' or '{' after 'a', found '1'"),
        ('a "x"', 2, "expected ':' or '{' after 'a', found '\"x\"'"),
        ("a = 1", 2, "expected ':' or '{' after 'a', found '='"),
        ("a.b: 1", 1, "expected ':' or '{' after 'a', found '.b'"),
        ("1: 2", 0, "expected a field name, found '1'"),
        ('"a": 2', 0, "expected a field name, found '\"a\"'"),
        ("[a]: 2", 0, "expected a field name, found '['"),
        ("// x", 0, "expected a field name, found '/'"),
        ("/* x */", 0, "expected a field name, found '/'"),
        ("a: [x.y/z] {}", 5, "expected ',' or ']', found '.y'"),
        ("[x.y] { a: 1 }", 0, "expected a field name, found '['"),
        ("]", 0, "expected a field name, found ']'"),
        ("}", 0, "'}' closes nothing"),
        ("a {} >", 5, "'>' closes nothing"),
    ],
)
def test_a_bad_statement_is_one_problem(text: str, place: int, message: str) -> None:
    [problem] = parse(text.encode()).problems
    assert (problem.span.start, problem.message) == (place, message)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: []", ()),
        ("a: [1]", ("1",)),
        ("a: [1, - 2 , 0x3,MAX]", ("1", "- 2", "0x3", "MAX")),
        ("a: [ # x\n 1 # y\n , # z\n 2 # ]\n ]", ("1", "2")),
        ("a: ['x' 'y', \"z\"]", ("'x' 'y'", '"z"')),
        ("a: [{b: 1}, <b: 2>, {}]", ([("b", "1")], [("b", "2")], [])),
        ("a [{b: 1}]", ([("b", "1")],)),
        ("a []", ()),
        ("a [{b: [1, 2]}]", ([("b", ("1", "2"))],)),
    ],
)
def test_lists(text: str, expected: tuple[object, ...]) -> None:
    assert tree(text) == [("a", expected)]


def test_a_list_tells_whether_a_colon_stands_before_it() -> None:
    bare, usual = parse(b"a [{}] a: [{}]").root.fields
    assert isinstance(bare.value, List)
    assert isinstance(usual.value, List)
    assert (bare.value.is_bare, usual.value.is_bare) == (True, False)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: [1,]", 6, "expected a value for 'a', found ']'"),
        ("a: [,1]", 4, "expected a value for 'a', found ','"),
        ("a: [1 2]", 6, "expected ',' or ']', found '2'"),
        ("a: [1; 2]", 5, "expected ',' or ']', found ';'"),
        ("a: [[1]]", 4, "expected a value for 'a', found '['"),
        ("a: [1", 5, "expected ',' or ']', found the end of the file"),
        ("a: [", 4, "expected a value for 'a', found the end of the file"),
        ("a [1]", 2, "expected ':' after 'a', found '['"),
        ("a: [{b: 1}, ]", 12, "expected a value for 'a', found ']'"),
        ("a: [{b: 1} {b: 2}]", 11, "expected ',' or ']', found '{'"),
        ("a: [08]", 4, "'08' is not a number: a leading zero makes it octal"),
    ],
)
def test_a_bad_list_is_one_problem(text: str, place: int, message: str) -> None:
    [problem] = parse(text.encode()).problems
    assert (problem.span.start, problem.message) == (place, message)


@pytest.mark.parametrize(("text", "found", "closing"), [("a {b: 1>", ">", "}"), ("a <b: 1}", "}", ">")])
def test_brackets_must_match_in_kind(text: str, found: str, closing: str) -> None:
    root, [problem] = parse(text.encode())
    assert plain(root) == [("a", [("b", "1")])]
    assert problem == (Span(7, 8), f"expected '{closing}', found '{found}'", Span(0, 3))


def test_spans_of_a_field() -> None:
    data = b'x {\n  name: "conv1"  # first\n}\n'
    (message,) = parse(data).root.fields
    assert message.span == Span(0, 30)
    assert message.name_span == Span(0, 1)
    assert message.value_span == Span(2, 30)
    assert isinstance(message.value, Message)
    assert message.value.span == Span(2, 30)
    (name,) = message.value.fields
    assert name.span == Span(6, 19)
    assert name.name_span == Span(6, 10)
    assert name.value_span == Span(12, 19)


def test_spans_of_a_list() -> None:
    (field,) = parse(b"dim: [ 1, 20 ]").root.fields
    assert field.span == Span(0, 14)
    assert field.value_span == Span(5, 14)
    first, second = field.elements()
    assert (first.name, first.span, first.name_span) == ("dim", Span(7, 8), Span(7, 7))
    assert (second.value, second.span, second.value_span) == ("20", Span(10, 12), Span(10, 12))


def test_spans_of_messages_in_a_list() -> None:
    (field,) = parse(b"layer [{}, <a: 1>]").root.fields
    assert field.span == Span(0, 18)
    assert [element.span for element in field.elements()] == [Span(7, 9), Span(11, 17)]


def test_a_field_without_a_list_is_its_only_element() -> None:
    (field,) = parse(b"dim: 1").root.fields
    assert list(field.elements()) == [field]


def test_the_root_covers_the_file() -> None:
    assert parse(b"  a: 1  ").root.span == Span(0, 8)


def test_trees_show_themselves() -> None:
    root = parse(b"a { b: [1] }").root
    inner = "Message(2:12, [Field('b', 4:10, List([Field('b', 8:9, '1')]))])"
    assert repr(root) == f"Message(0:12, [Field('a', 0:12, {inner})])"


def test_strings_and_comments_hold_any_bytes() -> None:
    data = b'# \xb0\xa1\xff\nname: "\xc4\xe3\xba\xc3\xff" # \x80\n'
    root, problems = parse(data)
    assert problems == []
    (field,) = root.fields
    assert data[field.value_start : field.end] == b'"\xc4\xe3\xba\xc3\xff"'
    assert field.value.encode("latin-1") == b'"\xc4\xe3\xba\xc3\xff"'  # type: ignore[union-attr]


def test_a_comment_ends_at_a_nul() -> None:
    root, [problem] = parse(b"# x\0y\nb: 1")
    assert problem == (Span(3, 4), "control character 0x00 is not allowed here", None)
    assert plain(root) == [("b", "1")]


def test_a_byte_order_mark_is_one_problem_with_advice() -> None:
    root, [problem] = parse(b"\xef\xbb\xbfa: 1\n")
    message = "a byte order mark is not allowed: save the file as UTF-8 without BOM"
    assert problem == (Span(0, 3), message, None)
    assert plain(root) == [("a", "1")]


def test_long_tokens_are_cut_in_messages() -> None:
    [problem] = parse(b"a " + b"1" * 100).problems
    assert problem.message == f"expected ':' or '{{' after 'a', found '{'1' * 39}…'"
    [problem] = parse(b"a" * 100).problems
    assert problem.message == f"expected ':' or '{{' after '{'a' * 39}…', found the end of the file"
    [problem] = parse(b"a" * 100 + b"{").problems
    assert problem.message == f"expected '}}' to close '{'a' * 39}…', found the end of the file"
