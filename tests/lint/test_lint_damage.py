"""A mistake in the writing of one layer is reported there, and draws no findings elsewhere behind it."""

import re
from collections.abc import Iterator

import pytest

from caffe_lint.lint import Diagnostic, lint
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import load

LENET = """\
name: "LeNet"
layer {
  name: "data"
  type: "Input"
  top: "data"
  top: "label"
  input_param {
    shape { dim: 64 dim: 1 dim: 28 dim: 28 }
    shape { dim: 64 }
  }
}
layer {
  name: "conv1"
  type: "Convolution"
  bottom: "data"
  top: "conv1"
  param { name: "w" lr_mult: 1 }
  convolution_param {
    num_output: 20
    kernel_size: 5
    weight_filler { type: "xavier" }
  }
}
layer {
  name: "relu1"
  type: "ReLU"
  bottom: "conv1"
  top: "conv1"
}
layer {
  name: "pool1"
  type: "Pooling"
  bottom: "conv1"
  top: "pool1"
  pooling_param {
    pool: MAX
    kernel_size: 2
    stride: 2
  }
}
layer {
  name: "ip1"
  type: "InnerProduct"
  bottom: "pool1"
  top: "ip1"
  inner_product_param {
    num_output: 10
    weight_filler { type: "xavier" }
  }
}
layer {
  name: "loss"
  type: "SoftmaxWithLoss"
  bottom: "ip1"
  bottom: "label"
  top: "loss"
}
"""


def findings(text: str) -> tuple[Diagnostic, ...]:
    return lint(load(text.encode(), "bvlc"), all_rules()).diagnostics


def faults(line: str) -> Iterator[str]:
    """The line with one mistake of each kind that the parser rejects."""
    indent, text = re.fullmatch(r"(\s*)(.*)", line).groups()  # type: ignore[union-attr]
    name, colon, value = text.partition(": ")
    if colon and "{" not in text:
        yield f"{indent}{name}z: {value}"
        yield f"{indent}foo_bar_baz: {value}"
        yield f"{indent}{name} {value}"
        yield f"{indent}{name} = {value}"
        yield f"{indent}{name}: %"
        yield f"{indent}{name}: {value}\0"
        yield f"{indent}{name}: {value[:-1]}" if value[0] == '"' else f'{indent}{name}: "{value}'
    if text.endswith("{"):
        yield f"{indent}{text[:-1].strip()}"
        yield f"{indent}{text[:-1]}= {{"
        yield f"{indent}{text[:-1]}<"
    if text == "}":
        yield ""
        yield f"{indent}}} foo"
    yield f"{line}\n{indent}@@@"
    yield f"{line}\n{indent}}}"
    yield f"{line}\n{indent}foo: {{ bar: 1 }}"


CASES = [(number, fault) for number, line in enumerate(LENET.splitlines()) for fault in faults(line)]


def test_the_whole_net_is_clean() -> None:
    assert findings(LENET) == ()


def test_no_mistake_draws_findings_elsewhere() -> None:
    assert len(CASES) > 300
    for number, fault in CASES:
        lines = LENET.splitlines()
        lines[number] = fault
        text = "\n".join(lines) + "\n"
        found = findings(text)
        assert found, (number, fault)
        assert {finding.code[:3] for finding in found} == {"CL0"}, (number, fault, found)


@pytest.mark.parametrize(
    ("right", "wrong"), [('"xavier" }\n  }\n}\n', '"xavier" }\n  }\n'), ('top: "conv1"', 'top: "conv1')]
)
def test_the_layer_behind_one_that_is_not_closed_is_judged(right: str, wrong: str) -> None:
    broken = LENET.replace(right, wrong, 1).replace("ReLU", "Relu")
    assert {finding.code for finding in findings(broken)} == {"CL001", "CL103"}
