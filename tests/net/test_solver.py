"""What a solver file says, as Caffe takes it."""

import pytest

from caffe_lint.net import Solver, load
from caffe_lint.net.solver import FORK_POLICIES, POLICIES, UPDATE_RULES
from caffe_lint.schema import BVLC, load_schema


def solver(text: str) -> Solver:
    found = load(text.encode()).solver
    assert found is not None
    return found


@pytest.mark.parametrize(
    "text",
    [
        'layer { name: "a" type: "ReLU" }',
        'net: "a.prototxt" base_lr: fast',
        'net: "a.prototxt" base_lr: 0.1 learning_rate: 0.1',
        'net: "a.prototxt" base_lr 0.1',
    ],
)
def test_a_net_and_a_damaged_file_are_no_solver(text: str) -> None:
    assert load(text.encode()).solver is None


def test_train_nets_come_in_the_order_of_caffes_message() -> None:
    found = solver('train_net: "a" base_lr: 1 net: "b" net_param { }').train_nets
    assert [field.name for field in found] == ["net", "net_param", "train_net"]


def test_test_nets_come_in_the_order_of_their_test_iter() -> None:
    found = solver('train_net: "a" test_net: "b" test_net_param { name: "c" } test_net: "d"')
    assert [field.name for field in found.test_nets] == ["test_net_param", "test_net", "test_net"]
    assert not found.has_generic_net
    assert len(found.inline_nets) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("base_lr: 1", "SGD"),
        ('base_lr: 1 type: "Adam"', "Adam"),
        ("base_lr: 1 solver_type: ADAGRAD", "AdaGrad"),
        ("base_lr: 1 solver_type: 4", "AdaDelta"),
        ('base_lr: 1 type: "Adam" solver_type: SGD', "Adam"),
    ],
)
def test_type_is_the_name_of_today(text: str, expected: str) -> None:
    assert solver(text).type == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('lr_policy: "fixed" base_lr: 1', None),
        ('lr_policy: "fixed" max_iter: 10', 0),
        ('lr_policy: "exp" base_lr: 1', 1),
        ('lr_policy: "exp" base_lr: 1 gamma: 0.9', None),
        ('lr_policy: "step" base_lr: 1 stepsize: 7', 7),
        ('lr_policy: "step" base_lr: 1 stepsize: 7 max_iter: 8', 7),
        ('lr_policy: "step" base_lr: 1 stepsize: 7 max_iter: 7', None),
        ('lr_policy: "step" base_lr: 1 stepsize: -7', None),
        ('lr_policy: "multistep" base_lr: 1 stepvalue: [5, 3]', 5),
        ('lr_policy: "multistep" base_lr: 1', None),
        ('lr_policy: "inv" base_lr: 1', None),
        ('lr_policy: "poly" power: 0.5', None),
        ('lr_policy: "multifixed" stagelr: 1', None),
    ],
)
def test_first_iteration_without_learning(text: str, expected: int | None) -> None:
    assert solver(text).first_zero_rate() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('lr_policy: "poly" power: 0.5', True),
        ('lr_policy: "poly" power: 0.5 max_iter: 5', False),
        ('lr_policy: "poly"', False),
        ('lr_policy: "inv" power: 0.5', False),
    ],
)
def test_rate_is_nan_where_poly_has_nothing_to_divide_by(text: str, *, expected: bool) -> None:
    assert solver(text).has_nan_rate == expected


@pytest.mark.parametrize(
    ("values", "taken"),
    [([], []), ([5, 9], [5, 9]), ([9, 5, 7], [9, 10, 11]), ([5, 5], [5, 6]), ([0], [0])],
)
def test_steps_are_taken_in_file_order_one_at_a_time(values: list[int], taken: list[int]) -> None:
    assert solver(f"base_lr: 1 stepvalue: {values}").steps_taken() == taken


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("base_lr: 1", "gamma", False),
        ("base_lr: 1 gamma: 0", "gamma", False),
        ("base_lr: 1 gamma: 1", "gamma", True),
        ("base_lr: 1 delta: 1e-8", "delta", False),
        ("base_lr: 1 stepsize: 5", "stepsize", True),
        ("base_lr: 1 stepvalue: 0", "stepvalue", True),
    ],
)
def test_a_setting_at_its_default_has_no_effect(text: str, name: str, *, expected: bool) -> None:
    assert solver(text).has_effect(name) == expected


def test_description_says_what_a_setting_is() -> None:
    assert solver("base_lr: 1e-3").describe("base_lr") == "'base_lr' is 1e-3"
    assert solver("base_lr: 1e-3").describe("gamma") == "'gamma' is not set"


def test_places_fall_back_to_what_is_there() -> None:
    found = solver('base_lr: 1 lr_policy: "exp"')
    assert found.place == (0, 7)
    assert found.span_of("gamma") == (11, 27)
    assert found.span_of("base_lr") == (0, 10)
    assert solver("base_lr: 1").span_of("gamma") == (0, 7)


def test_every_setting_that_is_read_exists() -> None:
    known = load_schema().message("SolverParameter").fields
    read = {name for table in (POLICIES, UPDATE_RULES) for names in table.values() for name in names}
    assert all(BVLC in known[name].repos for name in read)
    assert all(BVLC not in known[name].repos for name in FORK_POLICIES.values())
