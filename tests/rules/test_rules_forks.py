"""What rules say of layers of types that only forks have: nothing that holds for BVLC's types alone."""

import pytest

from caffe_lint.lint import Diagnostic, Severity, lint
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import load

JUNHYUKOH, NVIDIA = "junhyukoh/caffe-lstm", "NVIDIA/caffe"
INPUTS = """
    input: "x" input_shape { dim: [12, 4] }
    input: "y" input_shape { dim: [12, 5] }
"""
LOSS = 'layer { name: "loss" type: "EuclideanLoss" bottom: "h" bottom: "y" top: "loss" }'


def _lstm(name: str, more: str, top: str = "h") -> str:
    return f"""layer {{ name: "{name}" type: "Lstm" bottom: "x" top: "{top}" {more}
        lstm_param {{ num_output: 5 weight_filler {{ type: "xavier" }} }} }}
    """


def _found(text: str, dialect: str = JUNHYUKOH) -> dict[str, Diagnostic]:
    return {finding.name: finding for finding in lint(load(text.encode(), dialect), all_rules()).diagnostics}


def test_a_forks_layer_may_read_any_block() -> None:
    text = INPUTS + _lstm("lstm", "inner_product_param { num_output: 5 }") + LOSS
    assert "unread-block" not in _found(text)


def test_a_forks_layer_may_look_at_its_phase() -> None:
    finding = _found(INPUTS + _lstm("lstm", "phase: TEST") + LOSS)["layer-phase"]
    assert finding.severity is Severity.NOTE


def test_a_forks_layer_learns_and_is_trained() -> None:
    twins = _lstm("lstm", "include { phase: TRAIN }") + _lstm("lstm_test", "include { phase: TEST }")
    assert _found(INPUTS + twins + LOSS)["renamed-in-test"].severity is Severity.WARNING


@pytest.mark.parametrize(("given", "is_too_many"), [(3, False), (4, True)])
def test_learned_blobs_of_a_forks_layer_are_counted(given: int, is_too_many: bool) -> None:
    finding = _found(INPUTS + _lstm("lstm", "param { lr_mult: 1 }" * given) + LOSS).get("too-many-params")
    assert (finding is not None) == is_too_many
    assert finding is None or finding.severity is Severity.NOTE


def test_a_layer_that_may_learn_anything_has_never_too_many() -> None:
    text = """
        input: "x" input_shape { dim: [12, 4] }
        layer { name: "n" type: "LayerNorm" bottom: "x" top: "h" param { lr_mult: 1 } param { lr_mult: 1 } }
    """
    assert "too-many-params" not in _found(text, "foss-for-synopsys-dwc-arc-processors/synopsys-caffe")


def test_a_loss_of_a_fork_is_a_loss() -> None:
    text = """
        input: "x" input_shape { dim: [12, 4] }
        input: "y" input_shape { dim: [12, 4] }
        state { phase: TEST }
        layer { name: "loss" type: "L1Loss" bottom: "x" bottom: "y" top: "loss" }
    """
    assert "phase-in-file" in _found(text, NVIDIA)
    assert "phase-in-file" not in _found(text.replace("L1Loss", "Eltwise"), NVIDIA)


def test_a_filler_where_no_caffe_has_one_is_no_crash() -> None:
    layers = [
        f"""layer {{ name: "{name}" type: "Pooling" bottom: "x" top: "{name}" param {{ name: "w" }}
            pooling_param {{ kernel_size: {size} weight_filler {{ type: "xavier" }} }} }}
        """
        for name, size in (("a", 1), ("b", 2))
    ]
    found = _found(f'input: "x" input_shape {{ dim: [1, 1, 8, 8] }} {"".join(layers)}', "bvlc")
    assert found["unknown-field"].severity is Severity.ERROR


def test_a_type_known_by_its_counts_only_is_no_more_than_noted() -> None:
    text = """
        input: "x" input_shape { dim: [12, 4] }
        layer { name: "n" type: "YoloSeg" bottom: "x" top: "h" }
    """
    finding = _found(text, "eric612/MobileNet-YOLO")["wrong-number-of-blobs"]
    assert finding.severity is Severity.NOTE
