"""What the C++ parser rejects beyond syntax, where, and what is said about it."""

import pytest

from caffe_lint.schema import BVLC, Answer, ProblemKind, SchemaProblem, check, load_schema
from caffe_lint.text import parse

UNKNOWN = ProblemKind.UNKNOWN_FIELD
REPEATED = ProblemKind.REPEATED_SINGULAR_FIELD
WRONG = ProblemKind.WRONG_VALUE
MISSING = ProblemKind.MISSING_REQUIRED_FIELD


def problems(text: str, root_type: str = "NetParameter", repo: str = BVLC) -> list[SchemaProblem]:
    parsed = parse(text.encode())
    assert not parsed.problems
    return check(parsed.root, load_schema().view([repo]), root_type)


def found(text: str, root_type: str = "NetParameter") -> list[tuple[ProblemKind, str, str]]:
    """Kind, marked text and message of each problem."""
    return [
        (problem.kind, text[problem.span.start : problem.span.end], problem.message)
        for problem in problems(text, root_type)
    ]


def test_a_right_file_has_no_problems() -> None:
    assert found('name: "a" layer { name: "b" bottom: ["x", "y"] lrn_param { alpha: 1e-4 } } state <>') == []
    assert found("layer: [{ phase: 1 }, < clip_param { min: 0 max: 1 } >] input_dim: [] layer []") == []


@pytest.mark.parametrize(
    ("text", "marked", "message"),
    [
        ("foo: 1", "foo", "unknown field 'foo' in 'NetParameter', which no known Caffe has"),
        (
            "layer { permute_param { order: 1 } }",
            "permute_param",
            "unknown field 'permute_param' in 'layer', which is known in weiliu89/caffe, "
            "eric612/MobileNet-YOLO, NVIDIA/caffe and 6 more",
        ),
        (
            "layer { reshpe_param { } }",
            "reshpe_param",
            "unknown field 'reshpe_param' in 'layer', did you mean 'reshape_param'?",
        ),
        (
            "layer { permtue_param { } }",
            "permtue_param",
            "unknown field 'permtue_param' in 'layer', did you mean 'permute_param', which is known in "
            "weiliu89/caffe, eric612/MobileNet-YOLO, NVIDIA/caffe and 6 more?",
        ),
        (
            "layer { convolution_param { pad: 1 } num_output: 2 }",
            "num_output",
            "unknown field 'num_output' in 'layer', it belongs inside 'convolution_param'",
        ),
        (
            'layer { lrn_param { top: "a" } }',
            "top",
            "unknown field 'top' in 'lrn_param', it belongs outside, in 'layer'",
        ),
        (
            "base_lr: 0.1",
            "base_lr",
            "unknown field 'base_lr' in 'NetParameter', it belongs in a file of SolverParameter",
        ),
    ],
)
def test_unknown_fields(text: str, marked: str, message: str) -> None:
    assert found(text) == [(UNKNOWN, marked, message)]


@pytest.mark.parametrize(
    ("text", "answer", "suggestion"),
    [
        ("layer { permute_param { } }", Answer.ELSEWHERE, ""),
        ("layer { Name: 'a' }", Answer.NEAR, "name"),
        ("layer { lrn_param { } alpha: 1 }", Answer.NEAR, ""),
        ("layer { xyzzy: 1 }", Answer.NOWHERE, ""),
        ("layer { foo_param { } }", Answer.NOWHERE, ""),
    ],
)
def test_the_open_world_answers_in_three_ways(text: str, answer: Answer, suggestion: str) -> None:
    (problem,) = problems(text)
    assert (problem.answer, problem.suggestion) == (answer, suggestion)


def test_nothing_is_judged_inside_of_an_unknown_field() -> None:
    assert [problem.kind for problem in problems("foo { bar: 1 name: MAX name: MAX }")] == [UNKNOWN]


def test_a_singular_field_stands_once() -> None:
    text = "layer { phase: TRAIN\n phase: TEST }"
    (problem,) = problems(text)
    assert problem.kind is REPEATED
    assert problem.span.start == text.rindex("phase")
    assert problem.message == "'phase' may stand only once in a message"
    (note,) = problem.notes
    assert (note[0].start, note[1]) == (text.index("phase"), "the first one stands here")


def test_messages_are_counted_like_scalars() -> None:
    assert [problem.kind for problem in problems("state { } state { }")] == [REPEATED]


@pytest.mark.parametrize(
    ("text", "marked", "message"),
    [
        ("name: net", "net", "'name' must be a string in quotes, found 'net', did you mean '\"net\"'?"),
        (
            "input_dim: [1, 2.5]",
            "2.5",
            "'input_dim' must be a whole number from -2147483648 to 2147483647, found '2.5'",
        ),
        ("name: ['a']", "[", "'name' takes one value, found a list"),
        ("name: { }", "{", "'name' must be a string in quotes, found a message"),
        ("layer: 'a'", "'a'", "'layer' must be a message in braces, found ''a''"),
        ("state: [{ }]", "[", "'state' takes one value, found a list"),
        ("input_dim []", "[", "expected ':' after 'input_dim', found '['"),
        (
            "layer { pooling_param { pool: AVG } }",
            "AVG",
            "'pool' must be one of 'MAX', 'AVE', 'STOCHASTIC', found 'AVG', did you mean 'AVE'?",
        ),
        (
            "layer { pooling_param { engine: MKL2017 } }",
            "MKL2017",
            "'engine' must be one of 'DEFAULT', 'CAFFE', 'CUDNN', found 'MKL2017', "
            "which is known in intel/caffe",
        ),
        (
            "layers { type: Pooling }",
            "Pooling",
            "'type' must be one of the 40 values of V1LayerParameter.LayerType, found 'Pooling', "
            "did you mean 'POOLING'?",
        ),
    ],
)
def test_wrong_values(text: str, marked: str, message: str) -> None:
    assert found(text) == [(WRONG, marked, message)]


def test_required_fields_are_missed_where_they_belong() -> None:
    assert found("layer { clip_param { } }") == [
        (MISSING, "clip_param", "'clip_param' lacks the required 'max' and 'min'")
    ]
    assert found("layer { clip_param { min: 0 } }")[0][2] == "'clip_param' lacks the required 'max'"


def test_all_problems_come_in_the_order_of_the_file() -> None:
    text = "layer { clip_param { } foo: 1 }\nname: 1\nlayer { phase: X phase: TEST }"
    assert [problem.kind for problem in problems(text)] == [MISSING, UNKNOWN, WRONG, WRONG, REPEATED]


def test_other_roots() -> None:
    assert found("max_iter: 1e5", "SolverParameter")[0][2] == (
        "'max_iter' must be a whole number from -2147483648 to 2147483647, found '1e5', "
        "did you mean '100000'?"
    )
    assert problems("item { name: 'a' label: 1 }", "LabelMap", "weiliu89/caffe") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("foo\n: 1", 2),
        ("name: 'a' name # c\n\n: 'b'", 3),
        ("layer { phase: X\n}", 2),
        ("layer { phase: 7\n}", 2),
        ("force_backward: yes\n", 2),
        ("force_backward: 2\n", 1),
        ("layer { phase: 'TEST'\n}", 1),
        ("name: net\n", 1),
    ],
)
def test_caffe_names_the_token_behind_what_it_has_read(text: str, line: int) -> None:
    (problem,) = problems(text)
    offset = problem.offset_in_caffe(text.encode())
    assert text.count("\n", 0, offset) + 1 == line


def test_deep_nesting_and_many_problems_take_little_time() -> None:
    parsed = parse(b"layer {" * 90 + b"}" * 90 + b"".join(b"foo%d: 1\n" % index for index in range(20_000)))
    assert len(check(parsed.root, load_schema().view([BVLC]), "NetParameter")) == 20_001
