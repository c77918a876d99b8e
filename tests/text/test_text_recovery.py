"""After an error: one fault is one problem, and the rest of the file is read as if nothing had happened."""

import pytest

from caffe_lint.text import Span, SyntaxProblem, parse
from caffe_lint.text.parser import MAX_DEPTH, MAX_PROBLEMS
from tests.text.plain_tree import Plain, all_fields, plain

LAYER = """\
layer {{
  name: "conv{0}"
  type: "Convolution"
  convolution_param {{
    num_output: 20
    kernel_size: 5
  }}
}}
"""
NET = 'name: "net"\n' + "".join(LAYER.format(number) for number in range(1, 6))
TREE = plain(parse(NET.encode()).root)
LAYERS = [value for name, value in TREE if name == "layer"]
MIDDLE = NET.index('layer {\n  name: "conv3"')


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def only_problem(text: str) -> SyntaxProblem:
    (problem,) = parse(text.encode()).problems
    return problem


def layers(text: str) -> list[Plain]:
    return [
        value
        for name, value in plain(parse(text.encode()).root)
        if name == "layer" and isinstance(value, list)
    ]


def test_an_unclosed_layer_ends_where_the_next_one_starts() -> None:
    text = NET.replace('  }\n}\nlayer {\n  name: "conv4"', '  }\nlayer {\n  name: "conv4"')
    problem = only_problem(text)
    start = text.index('layer {\n  name: "conv4"')
    assert problem.span == Span(start, start)
    assert problem.message == "expected '}' to close 'layer', found 'layer' at the start of a line"
    third = text.index('layer {\n  name: "conv3"')
    assert problem.opening == Span(third, third + len("layer {"))
    assert plain(parse(text.encode()).root) == TREE


def test_an_unclosed_block_ends_its_layer_where_the_next_one_starts() -> None:
    third = NET.index("  }\n}\n", NET.index('"conv3"'))
    text = NET[:third] + NET[third + len("  }\n") :]
    problem = only_problem(text)
    assert line_of(text, problem.span.start) == line_of(text, text.index('"conv4"')) - 1
    assert plain(parse(text.encode()).root) == TREE


@pytest.mark.parametrize("count", [1, 2])
def test_what_is_unclosed_at_the_end_of_the_file(count: int) -> None:
    text = NET.rstrip("\n}") + "\n" + "}\n" * (2 - count)
    problem = only_problem(text)
    assert problem.span == Span(len(text), len(text))
    opened = ("layer", "convolution_param")[count - 1]
    assert problem.message == f"expected '}}' to close '{opened}', found the end of the file"
    assert plain(parse(text.encode()).root) == TREE


def test_two_unclosed_layers_are_two_problems() -> None:
    text = NET.replace("  }\n}\n", "  }\n", 2)
    problems = parse(text.encode()).problems
    assert [problem.message for problem in problems] == [
        "expected '}' to close 'layer', found 'layer' at the start of a line"
    ] * 2
    assert plain(parse(text.encode()).root) == TREE


def test_a_closing_bracket_too_many() -> None:
    text = NET.replace('}\nlayer {\n  name: "conv4"', '}\n}\nlayer {\n  name: "conv4"')
    assert only_problem(text).message == "'}' closes nothing"
    assert plain(parse(text.encode()).root) == TREE


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("layer {\n", "layer\n", "expected ':' or '{' after 'layer', found 'name'"),
        ("layer {\n", "layer = {\n", "expected ':' or '{' after 'layer', found '='"),
        ("layer {\n", 'layer "conv" {\n', "expected ':' or '{' after 'layer', found '\"conv\"'"),
        ("_param {\n", "_param\n", "expected ':' or '{' after 'convolution_param', found 'num_output'"),
        ("_param {\n", "_param: = {\n", "expected a value for 'convolution_param', found '='"),
    ],
)
def test_a_missing_or_wrong_opening_bracket(old: str, new: str, message: str) -> None:
    text = NET[:MIDDLE] + NET[MIDDLE:].replace(old, new, 1)
    problem = only_problem(text)
    assert problem.message == message
    assert layers(text) == LAYERS


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name: "conv3"', 'name "conv3"', "expected ':' or '{' after 'name', found '\"conv3\"'"),
        ('name: "conv3"', 'name = "conv3"', "expected ':' or '{' after 'name', found '='"),
        ('name: "conv3"', 'name: "conv3', 'the string is not closed by " on its line'),
        ('name: "conv3"', "name: conv-3", "expected a field name, found '-'"),
        ('name: "conv3"', 'na me: "conv3"', "expected ':' or '{' after 'na', found 'me'"),
        ('name: "conv3"', "name: ,", "expected a value for 'name', found ','"),
        ('name: "conv3"', "name:", "expected a field name, found ':'"),
        ('name: "conv3"', 'name: "conv3",,', "expected a field name, found ','"),
        ("num_output: 20", "num_output: 20 }", "'}' closes nothing"),
        ("num_output: 20", "num_output: 20 30", "expected a field name, found '30'"),
        ("num_output: 20", "num_output: 2O", "'2O' is not a number"),
        ("num_output: 20", "num_output: $n", "expected a value for 'num_output', found '$'"),
        ("num_output: 20", "num_output", "expected ':' or '{' after 'num_output', found 'kernel_size'"),
        ("num_output: 20", "// num_output: 20", "expected a field name, found '/'"),
        ("num_output: 20", "num_output: [20", "expected ',' or ']', found 'kernel_size'"),
        ("kernel_size: 5", "kernel_size: X X", "expected ':' or '{' after 'X', found '}'"),
        ("kernel_size: 5", "kernel_size: ", "expected a value for 'kernel_size', found '}'"),
        ("kernel_size: 5", "kernel_size: 5 \0", "control character 0x00 is not allowed here"),
        (
            "kernel_size: 5",
            "kernel_size: 5 \u00e9",
            "character '\u00e9' is only allowed in strings and comments",
        ),
    ],
)
def test_a_fault_in_a_line_spoils_no_other_layer(old: str, new: str, message: str) -> None:
    text = NET[:MIDDLE] + NET[MIDDLE:].replace(old, new, 1)
    assert only_problem(text).message == message
    found = layers(text)
    assert found[:2] + found[3:] == LAYERS[:2] + LAYERS[3:]
    assert "convolution_param" in dict(found[2])


def test_several_faults_are_several_problems_in_order() -> None:
    text = NET.replace('name: "conv1"', 'name "conv1"').replace("kernel_size: 5", "kernel_size: 5x", 3)
    problems = parse(text.encode()).problems
    assert [line_of(text, problem.span.start) for problem in problems] == [3, 7, 15, 23]
    assert [problem.message for problem in problems[1:]] == ["'5x' is not a number"] * 3


def test_what_looks_like_a_field_in_a_string_or_a_comment_is_none() -> None:
    root, problems = parse(b'a: "b: 1 # c: 2\nd: = # e: 3 }\nf: 4')
    assert [problem.message for problem in problems] == [
        'the string is not closed by " on its line',
        "expected a value for 'd', found '='",
    ]
    assert plain(root) == [("f", "4")]


def test_a_file_of_something_else_is_given_up() -> None:
    root, problems = parse(b"x = 1 }\n" * 10_000)
    assert len(problems) == MAX_PROBLEMS
    assert plain(root) == []


@pytest.mark.parametrize("count", [MAX_PROBLEMS - 1, MAX_PROBLEMS])
def test_the_last_problem_may_be_the_end_of_the_file(count: int) -> None:
    problems = parse(b"a {" + b" = \n b: 1\n" * count).problems
    assert len(problems) == MAX_PROBLEMS
    ends = [problem for problem in problems if problem.message.endswith("found the end of the file")]
    assert len(ends) == MAX_PROBLEMS - count


def test_nesting_up_to_the_limit() -> None:
    text = "a{" * MAX_DEPTH + "}" * MAX_DEPTH
    root, problems = parse(text.encode())
    assert problems == []
    assert len(list(all_fields(root))) == MAX_DEPTH


@pytest.mark.parametrize("opening", ["a{", "a:<\n", "a[{"])
def test_nesting_beyond_the_limit_is_one_problem(opening: str) -> None:
    data = opening.encode() * 100_000
    root, [problem] = parse(data)
    place = MAX_DEPTH * len(opening)
    assert problem.message == "messages are nested deeper than 100 levels"
    assert place <= problem.span.start < place + len(opening)
    [outermost] = root.fields
    assert outermost.end == len(data)
    assert len(list(all_fields(root))) <= 2


@pytest.mark.parametrize("data", [b"{" * 100_000, b"<" * 100_000, b"[" * 100_000, b"\0" * 100_000])
def test_noise_is_one_problem(data: bytes) -> None:
    root, problems = parse(data)
    assert len(problems) == 1
    assert plain(root) == []
