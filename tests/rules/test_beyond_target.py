"""What is said about Caffes that the files shall load in."""

import pytest

from caffe_lint.lint import lint
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import Document
from caffe_lint.text import Source

DATA = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 4 dim: 6 dim: 6 } } }\n'
SSD = 'layer { name: "y" type: "Permute" bottom: "x" top: "y" permute_param { order: [0, 2, 3, 1] } }\n'


def found(text: str, *target: str, dialect: str = "auto") -> list[str]:
    """The code and message of each finding, in the order of the file."""
    document = Document(Source("net.prototxt", text.encode()), dialect, target)
    report = lint(document, all_rules())
    return [f"{finding.code} {finding.message}" for finding in report.diagnostics]


def test_without_a_target_nothing_is_said() -> None:
    assert found(DATA + SSD) == []


def test_a_target_that_has_everything() -> None:
    assert found(DATA + SSD, "weiliu89") == []


def test_each_of_several_targets_is_named_once() -> None:
    target = ("bvlc", "weiliu89/caffe", "BVLC/caffe", "LisaAnne/lisa-caffe-public")
    lacking, rejecting = found(DATA + SSD, *target)
    named = "CL014 targets BVLC/caffe and LisaAnne/lisa-caffe-public"
    assert lacking == f"{named} lack layer type 'Permute'"
    assert rejecting.startswith(
        f"{named} reject this: unknown field 'permute_param' in 'layer', which is known in"
    )


def test_what_the_judge_says_is_not_said_twice() -> None:
    codes = {message[:5] for message in found(DATA + SSD, "bvlc", dialect="bvlc")}
    assert codes == {"CL010"}


def test_what_nobody_knows_is_no_matter_of_the_target() -> None:
    mine = DATA + 'layer { name: "y" type: "Mine" bottom: "x" top: "y" mine_param { a: 1 } }\n'
    assert {message[:5] for message in found(mine, "bvlc", "weiliu89")} == {"CL010"}


def test_a_type_of_an_old_net_is_told_of_once() -> None:
    old = 'input: "x" input_dim: 2 input_dim: 4 input_dim: 6 input_dim: 6\n'
    old += 'layers { name: "y" type: ELTWISE_PRODUCT bottom: "x" bottom: "x" top: "y" }\n'
    messages = [message for message in found(old, "bvlc") if message.startswith("CL014")]
    assert len(messages) == 1
    assert "ELTWISE_PRODUCT" in messages[0]


def test_an_input_that_caffe_makes_itself_needs_no_layer_type() -> None:
    """A Caffe from before the layer type Input reads the field `input` as well as a later one."""
    old = 'input: "x" input_dim: 2 input_dim: 4 input_dim: 6 input_dim: 6\n'
    relu = 'layer { name: "y" type: "ReLU" bottom: "x" top: "y" }\n'
    assert not [message for message in found(old + relu, "jeffdonahue/caffe") if message.startswith("CL014")]


@pytest.mark.parametrize("phase", ["TRAIN", "TEST"])
def test_a_layer_of_one_state_counts_too(phase: str) -> None:
    layer = SSD.replace("permute_param", f"include {{ phase: {phase} }} permute_param")
    assert len(found(DATA + layer, "bvlc")) == 2


def test_a_solver_file() -> None:
    solver = 'net: "n.prototxt" base_lr: 0.1 lr_policy: "fixed" max_iter: 9 test_iter: 1 test_interval: 5\n'
    assert found(solver, "bvlc", "yjxiong/caffe") == []
    (message,) = found(solver + "die_on_nan: true\n", "bvlc")
    assert message.startswith("CL014 target BVLC/caffe rejects this: unknown field 'die_on_nan'")
