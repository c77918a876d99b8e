"""Which layers exist in which state, and which states a file tells apart."""

import pytest

from caffe_lint.net import NetState
from caffe_lint.net.state import MAX_STATES, Phase
from caffe_lint.peer import Peer
from tests.net.small_net import document, net

DEPLOY = ("deploy",)
BOTH = ("a", "b")

RULES: list[tuple[str, Phase, int, tuple[str, ...], bool]] = [
    ("", "TRAIN", 0, (), True),
    ("include { }", "TEST", 0, (), True),
    ("exclude { }", "TEST", 0, (), False),
    ("include { phase: TRAIN }", "TRAIN", 0, (), True),
    ("include { phase: TRAIN }", "TEST", 0, (), False),
    ("exclude { phase: TRAIN }", "TRAIN", 0, (), False),
    ("exclude { phase: TRAIN }", "TEST", 0, (), True),
    ("include { phase: 1 }", "TEST", 0, (), True),
    ("include { min_level: 2 }", "TEST", 1, (), False),
    ("include { min_level: 2 }", "TEST", 2, (), True),
    ("include { max_level: 2 }", "TEST", 2, (), True),
    ("include { max_level: 2 }", "TEST", 3, (), False),
    ("include { min_level: -1 max_level: 1 }", "TEST", -1, (), True),
    ("include { min_level: -1 max_level: 1 }", "TEST", -2, (), False),
    ("exclude { min_level: 1 }", "TEST", 0, (), True),
    ("exclude { min_level: 1 }", "TEST", 1, (), False),
    ('include { stage: "a" }', "TEST", 0, (), False),
    ('include { stage: "a" }', "TEST", 0, BOTH, True),
    ('include { stage: "A" }', "TEST", 0, BOTH, False),
    ('include { stage: "a" stage: "b" }', "TEST", 0, ("a",), False),
    ('include { stage: "a" stage: "b" }', "TEST", 0, BOTH, True),
    ('include { stage: ["a", "b"] }', "TEST", 0, ("a",), False),
    ('include { not_stage: "deploy" }', "TEST", 0, (), True),
    ('include { not_stage: "deploy" }', "TEST", 0, DEPLOY, False),
    ('include { not_stage: "a" not_stage: "c" }', "TEST", 0, BOTH, False),
    ('include { stage: "a" not_stage: "b" }', "TEST", 0, ("a",), True),
    ('include { stage: "a" not_stage: "b" }', "TEST", 0, BOTH, False),
    ('exclude { not_stage: "deploy" }', "TEST", 0, (), False),
    ('exclude { not_stage: "deploy" }', "TEST", 0, DEPLOY, True),
    # All fields of a rule must hold, but only one of several rules.
    ('include { phase: TEST stage: "a" }', "TRAIN", 0, ("a",), False),
    ('include { phase: TEST stage: "a" }', "TEST", 0, ("a",), True),
    ('include { phase: TRAIN } include { stage: "a" }', "TEST", 0, ("a",), True),
    ('include { phase: TRAIN } include { stage: "a" }', "TEST", 0, (), False),
    ("include [{ phase: TRAIN }, { phase: TEST }]", "TEST", 0, (), True),
    ("exclude { phase: TRAIN } exclude { min_level: 1 }", "TEST", 1, (), False),
    ("exclude { phase: TRAIN } exclude { min_level: 1 }", "TEST", 0, (), True),
    # The phase of a layer is how it runs, not whether it exists.
    ("phase: TEST", "TRAIN", 0, (), True),
]


def text_with(rules: str) -> str:
    return f'layer {{ name: "x" type: "Input" top: "x" input_param {{ shape {{ dim: 1 }} }} {rules} }}'


@pytest.mark.parametrize(("rules", "phase", "level", "stages", "exists"), RULES)
def test_a_layer_exists_in_the_states_that_its_rules_admit(
    rules: str, phase: Phase, level: int, stages: tuple[str, ...], exists: bool
) -> None:
    built = net(text_with(rules), phase, level, stages)
    assert [layer.name for layer in built.layers] == ["x"] * exists


@pytest.mark.caffe
def test_real_caffe_keeps_the_same_layers(real_caffe: Peer) -> None:
    for rules, phase, level, stages, exists in RULES:
        verdict = real_caffe.load(text_with(rules), phase=phase, level=level, stages=stages)
        assert verdict.accepted, verdict.error
        assert [layer.name for layer in verdict.layers] == ["x"] * exists, rules


@pytest.mark.parametrize(
    ("stages", "exists"), [((), False), (("a",), False), (("b",), True), (("a", "b"), True)]
)
def test_stages_of_the_file_are_added_to_those_of_the_state(stages: tuple[str, ...], exists: bool) -> None:
    text = 'state { stage: "a" } ' + text_with('include { stage: "a" stage: "b" }')
    assert len(net(text, stages=stages).layers) == exists


def test_phase_and_level_of_the_file_give_way_to_those_of_the_state() -> None:
    text = "state { phase: TEST level: 5 } " + text_with("include { phase: TRAIN max_level: 0 }")
    assert len(net(text, "TRAIN").layers) == 1
    assert len(net(text, "TEST").layers) == 0


@pytest.mark.parametrize(
    ("rules", "states"),
    [
        ("", ["TRAIN", "TEST"]),
        ("include { phase: TRAIN }", ["TRAIN", "TEST"]),
        ('include { stage: "a" }', ["TRAIN", "TEST", "TRAIN, stages: a", "TEST, stages: a"]),
        ('exclude { not_stage: "a" }', ["TRAIN", "TEST", "TRAIN, stages: a", "TEST, stages: a"]),
        (
            'include { phase: TEST stage: "a" stage: "b" }',
            [
                "TRAIN",
                "TEST",
                *("TRAIN, stages: a b", "TEST, stages: a b"),
                *("TRAIN, stages: a", "TEST, stages: a", "TRAIN, stages: b", "TEST, stages: b"),
            ],
        ),
        ("include { min_level: 2 }", ["TRAIN", "TEST", "TRAIN, level: 2", "TEST, level: 2"]),
        (
            'include { min_level: -1 stage: "a" }',
            [
                *("TRAIN, level: -1", "TEST, level: -1"),
                *("TRAIN, level: -1, stages: a", "TEST, level: -1, stages: a"),
                *("TRAIN", "TEST", "TRAIN, stages: a", "TEST, stages: a"),
            ],
        ),
    ],
)
def test_the_states_that_a_file_tells_apart(rules: str, states: list[str]) -> None:
    nets = document(text_with(rules)).nets()
    assert sorted(str(state) for built in nets for state in built.states) == sorted(states)


def test_states_that_keep_the_same_layers_are_one_net() -> None:
    nets = document(text_with('include { phase: TEST stage: "a" }') + text_with("")).nets()
    assert [(tuple(map(str, built.states)), len(built.layers)) for built in nets] == [
        (("TRAIN", "TEST", "TRAIN, stages: a"), 1),
        (("TEST, stages: a",), 2),
    ]


@pytest.mark.parametrize(
    ("rule", "levels"),
    [
        ("min_level: 2", [0, 2]),
        ("max_level: 2", [0, 3]),
        ("min_level: 1 max_level: 2", [0, 1, 3]),
        ("max_level: 2147483647", [0]),
    ],
)
def test_levels_at_which_a_rule_begins_and_ends_to_hold_are_tried(rule: str, levels: list[int]) -> None:
    nets = document(text_with(f"include {{ {rule} }}")).nets()
    assert sorted({state.level for built in nets for state in built.states}) == levels


def test_the_states_of_a_file_are_limited_in_number() -> None:
    text = "".join(text_with(f'include {{ stage: "s{number}" }}') for number in range(100))
    states = [state for built in document(text).nets() for state in built.states]
    assert len(states) == MAX_STATES
    assert states[:2] == [NetState("TRAIN"), NetState("TEST")]
